"""Versions in ``composer.json``: what a project asks for.

Source: https://getcomposer.org/doc/articles/versions.md
"""

from __future__ import annotations

import re
from typing import Final

from garboard.ecosystems.php.version import key
from garboard.model.fix import CannotEdit, Splice
from garboard.splices import in_lists
from garboard.versions.raising import is_earlier

_LISTS: Final = ("require", "require-dev")
_KEEPING: Final = re.compile(r"((?:[\^~=]|>=)? ?)(v?\d+(?:\.\d+){0,3}(?:-(?:alpha|beta|RC)\.?\d*)?)")
"""A constraint of one version that can be raised by writing another one in its place."""


def raising(data: bytes, name: str, version: str) -> tuple[Splice, ...]:
    """What makes a project ask for at least a version of a package that it asks for by name.

    Raises:
        CannotEdit: it does not do so, or not in a way that can be raised for certain.
    """
    return in_lists(data, lambda one: one.lower() == name.lower(), _LISTS, lambda stated: _raised(stated, version))


def _raised(stated: str, version: str) -> str:
    found = _KEEPING.fullmatch(stated)
    if found is None:
        raise CannotEdit(f"its constraint names more than one version, or a branch (`{stated[:100]}`)")
    if not is_earlier(key, found[2], version):
        return stated
    # `~1.2` allows all of 1, but `~1.2.3` nothing of 1.3: the caret says the former from the patch on.
    wide = found[1].startswith("~") and found[2].count(".") == 1 and version.count(".") > 1
    return f"{found[1].replace('~', '^') if wide else found[1]}{version}"
