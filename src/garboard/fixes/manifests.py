"""Versions in manifests: what an ecosystem's room knows to edit."""

from __future__ import annotations

import re

from garboard import ecosystems
from garboard.model.action import WantedVersion
from garboard.model.fix import CannotEdit, Splice
from garboard.patterns import of_globs


def raising(file: str, data: bytes, wanted: WantedVersion) -> tuple[Splice, ...]:
    """What makes a manifest ask for a version.

    Raises:
        CannotEdit: it is of no kind that is edited, or no change of it alone is certain.
    """
    room = ecosystems.of(wanted.type)
    if room.load_editor is None or re.fullmatch(of_globs(room.edited), file) is None:
        raise CannotEdit(f"{file} is of no kind that is edited")
    return room.load_editor()(data, wanted.name, wanted.version)
