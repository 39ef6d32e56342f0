"""The editors of manifests, by what their files are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from garboard.fixes import requirements
from garboard.fixes.refusal import CannotEdit
from garboard.model.action import WantedVersion
from garboard.model.fix import Splice

Editor = Callable[[bytes, str, str], tuple[Splice, ...]]
"""Makes a file ask for at least a version of a package; raises `CannotEdit` where that is not certain."""

EDITORS: Final[Mapping[str, tuple[tuple[re.Pattern[str], Editor], ...]]] = MappingProxyType(
    {"pypi": ((re.compile(r"\.(?:txt|in|pip)$"), requirements.raising),)}
)
"""For each type of package: how names of files end, and what edits them."""


def raising(file: str, data: bytes, wanted: WantedVersion) -> tuple[Splice, ...]:
    """What makes a manifest ask for a version.

    Raises:
        CannotEdit: it is of no kind that is edited, or no change of it alone is certain.
    """
    for pattern, editor in EDITORS.get(wanted.type, ()):
        if pattern.search(file):
            return editor(data, wanted.name, wanted.version)
    raise CannotEdit(f"{file} is of no kind that is edited")
