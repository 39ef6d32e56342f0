"""Versions in ``package.json``: what a package asks for of npm's registry.

Source: https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies
"""

from __future__ import annotations

import re
from typing import Final

from garboard.model.fix import CannotEdit, Splice
from garboard.splices import in_lists
from garboard.versions import semver
from garboard.versions.raising import is_earlier

_LISTS: Final = ("dependencies", "optionalDependencies", "devDependencies")
_KEEPING: Final = re.compile(r"((?:[\^~=]|>=)? ?v?)(\d+(?:\.\d+){0,2})([-+][\w.+-]*)?")
"""A range of one version that can be raised by writing another one in its place."""


def raising(data: bytes, name: str, version: str) -> tuple[Splice, ...]:
    """What makes a package ask for a version of one that it asks for by name.

    Raises:
        CannotEdit: it does not do so, or not in a way that can be raised for certain.
    """
    return in_lists(data, lambda key: key == name, _LISTS, lambda stated: _raised(stated, version))


def _raised(stated: str, version: str) -> str:
    found = _KEEPING.fullmatch(stated)
    if found is None:
        raise CannotEdit(f"its range names more than one version, a tag or an address (`{stated[:100]}`)")
    old = f"{found[2]}{'.0' * (2 - found[2].count('.'))}{found[3] or ''}"
    if not is_earlier(semver.key, old, version):
        return stated
    if old.split(".", maxsplit=1)[0] != version.split(".", maxsplit=1)[0]:
        raise CannotEdit(
            f"it asks for another major version (`{stated}`), of which the one with the issue may be no copy"
        )
    return found[1] + version
