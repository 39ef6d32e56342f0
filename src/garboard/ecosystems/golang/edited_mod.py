"""Versions in ``go.mod``: its lines ``require``.

Source: https://go.dev/ref/mod#go-mod-file-require
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from garboard.ecosystems.golang.declared import STANDARD_LIBRARY, GoMod, Requirement, read
from garboard.model.fix import AlreadyAsked, CannotEdit, NotNamed, Splice
from garboard.splices import plain_text, telling
from garboard.versions import semver
from garboard.versions.raising import is_earlier

_MAJOR: Final = re.compile(r"(?:/v|gopkg\.in/.*\.v)(\d+)$")
_APART: Final = "+incompatible"
"""How versions from 2 on end of a module whose path does not say so."""


def raising(data: bytes, name: str, version: str) -> tuple[Splice, ...]:
    """What makes a go.mod require a version of a module that it requires in an earlier one.

    Raises:
        CannotEdit: it does not do so, or takes the module from elsewhere.
    """
    if name == STANDARD_LIBRARY:
        raise CannotEdit("the standard library comes with Go: build with a later one")
    stated = read(plain_text(data).removeprefix("\ufeff"))
    found = _required(stated, name)
    if any(path.lower() == name.lower() for path, _ in stated.replaced):
        raise CannotEdit("a line `replace` puts another module or version in its place")
    new = _raised(found, version)
    before = _said(name, data)[0]
    assert isinstance(before, tuple)
    wanted = tuple((path, new) for path, _ in before)
    return telling(data, _places(data, found, new), partial(_said, name), wanted)


def _required(stated: GoMod, name: str) -> Requirement:
    found = [one for one in stated.required if one.path.lower() == name.lower()]
    if not found:
        raise NotNamed("go.mod does not require it: what does may be raised")
    if len(found) > 1:
        raise CannotEdit("go.mod requires it under names that differ in their capitals")
    return found[0]


def _raised(one: Requirement, version: str) -> str:
    """The version as go.mod has it."""
    old, plain = one.version.removeprefix("v"), version.removeprefix("v")
    if not is_earlier(semver.key, old, plain):
        raise AlreadyAsked("go.mod requires")
    major = plain.partition(".")[0]
    said = _MAJOR.search(one.path)
    if (said is not None and said[1] != major) or (said is None and major not in ("0", "1") and _APART not in old):
        raise CannotEdit(f"version {version} is of another major version, whose module has another path")
    if plain.count(".") < 2:
        raise CannotEdit(f"{version} is no version that go.mod may have")
    apart = _APART if said is None and major not in ("0", "1") and _APART not in plain else ""
    return f"v{plain}{apart}"


def _places(data: bytes, one: Requirement, new: str) -> Iterator[Splice]:
    path, old = re.escape(one.path.encode()), re.escape(one.version.encode())
    for found in re.finditer(rb'"?' + path + rb'"?[ \t]+"?(' + old + rb')(?=["\s/]|\Z)', data):
        yield Splice(start=found.start(1), end=found.end(1), new=new.encode())


def _said(name: str, data: bytes) -> tuple[object, object]:
    """What is required of the module, and all else that the file says."""
    stated = read(data.decode("utf-8-sig"))
    own = tuple((one.path, one.version) for one in stated.required if one.path.lower() == name.lower())
    rest = tuple(one._replace(version="") if one.path.lower() == name.lower() else one for one in stated.required)
    return own, stated._replace(required=rest)
