"""Versions in ``package.json``: what a package asks for of npm's registry.

Source: https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from garboard.model.fix import CannotEdit, Splice
from garboard.splices import telling
from garboard.versions import semver
from garboard.versions.invalid import InvalidVersion

_LARGEST: Final = 1024 * 1024
_LISTS: Final = ("dependencies", "optionalDependencies", "devDependencies")
_KEEPING: Final = re.compile(r"((?:[\^~=]|>=)? ?)(\d+(?:\.\d+){0,2})([-+][\w.+-]*)?")
"""A range of one version that can be raised by writing another one in its place."""

_Pairs = tuple[tuple[str, Any], ...]


def raising(data: bytes, name: str, version: str) -> tuple[Splice, ...]:
    """What makes a package ask for a version of one that it asks for by name.

    Raises:
        CannotEdit: it does not do so, or not in a way that can be raised for certain.
    """
    if len(data) > _LARGEST:
        raise CannotEdit(f"the file is larger than {_LARGEST} bytes")
    try:
        before = _stated(data)[0]
    except (ValueError, RecursionError) as error:
        raise CannotEdit("the file is no package.json that npm reads") from error
    ranges = {one for _, pairs in before for key, one in pairs if key == name}
    if not ranges:
        raise CannotEdit("the package does not ask for it: what needs it does")
    new = {one: _raised(one, version) for one in ranges}
    if all(old == now for old, now in new.items()):
        raise CannotEdit("the package asks for that version or a later one already: a build without cache brings it")
    wanted = tuple(
        (group, tuple((key, new[one] if key == name else one) for key, one in pairs)) for group, pairs in before
    )
    return telling(data, _places(data, name, new), _stated, wanted)


def _raised(stated: str, version: str) -> str:
    found = _KEEPING.fullmatch(stated)
    if found is None:
        raise CannotEdit(f"its range names more than one version, a tag or an address (`{stated[:100]}`)")
    old = f"{found[2]}{'.0' * (2 - found[2].count('.'))}{found[3] or ''}"
    try:
        before, after = semver.key(old), semver.key(version)
    except InvalidVersion as error:
        raise CannotEdit(f"which of its versions is the later one is not known ({error})") from error
    if before >= after:
        return stated
    if old.split(".", maxsplit=1)[0] != version.split(".", maxsplit=1)[0]:
        raise CannotEdit(
            f"it asks for another major version (`{stated}`), of which the one with the issue may be no copy"
        )
    return found[1] + version


def _places(data: bytes, name: str, new: dict[str, str]) -> Iterator[Splice]:
    """Where a range stands behind the name, as both are meant."""
    for old, now in new.items():
        key = re.escape(json.dumps(name).encode())
        for found in re.finditer(key + rb'[ \t\r\n]*:[ \t\r\n]*"(' + re.escape(old.encode()) + rb')"', data):
            yield Splice(start=found.start(1), end=found.end(1), new=now.encode())


def _stated(data: bytes) -> tuple[tuple[tuple[str, _Pairs], ...], _Pairs]:
    """What the lists ask for, and all else that the file says; a key that comes twice is seen twice.

    Raises:
        ValueError: it is no package.json.
    """
    document = json.loads(data.decode("utf-8"), object_pairs_hook=tuple)
    if not isinstance(document, tuple):
        raise ValueError("it is no object")  # noqa: TRY004
    lists = tuple((key, one) for key, one in document if key in _LISTS)
    for _, pairs in lists:
        if not isinstance(pairs, tuple) or not all(isinstance(one, str) for _, one in pairs):
            raise ValueError("a list of dependencies is none")
    return lists, tuple((key, one) for key, one in document if key not in _LISTS)
