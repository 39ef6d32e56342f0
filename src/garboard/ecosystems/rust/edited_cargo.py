"""Versions in ``Cargo.toml``: what a crate asks for.

Source: https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from garboard import toml_text
from garboard.lock_text import mapping, text_of
from garboard.model.fix import AlreadyAsked, CannotEdit, Splice
from garboard.splices import LARGEST, telling
from garboard.versions import semver
from garboard.versions.raising import is_earlier

_KINDS: Final = ("dependencies", "dev-dependencies", "build-dependencies")
_KEEPING: Final = re.compile(r"((?:[\^~=]|>=)? ?)(\d+(?:\.\d+){0,2})(-[\w.-]+)?")
_Entry = tuple[tuple[str, ...], str]
"""Keys of an entry, and the version that it states."""


def raising(data: bytes, name: str, version: str) -> tuple[Splice, ...]:
    """What makes a crate ask for at least a version of another that it asks for by name.

    Raises:
        CannotEdit: it does not do so, or not in a way that can be raised for certain.
    """
    if len(data) > LARGEST:
        raise CannotEdit(f"the file is larger than {LARGEST} bytes")
    read = partial(_said, name)
    try:
        before = read(data)[0]
    except (ValueError, RecursionError) as error:
        raise CannotEdit("the file is no TOML that cargo reads") from error
    if not before:
        raise CannotEdit("the crate does not ask for it in a version: what needs it does, or its workspace")
    wanted = tuple((path, _raised(stated, version)) for path, stated in before)
    if wanted == before:
        raise AlreadyAsked("the crate asks for")
    changed = {(path[-1], old): new for (path, old), (_, new) in zip(before, wanted, strict=True) if old != new}
    return telling(data, _places(data, changed), read, wanted)


def _raised(stated: str, version: str) -> str:
    found = _KEEPING.fullmatch(stated)
    if found is None:
        raise CannotEdit(f"its requirement names more than one version, or a pattern (`{stated[:100]}`)")
    old = f"{found[2]}{'.0' * (2 - found[2].count('.'))}{found[3] or ''}"
    if not is_earlier(semver.key, old, version):
        return stated
    if _compatible(old) != _compatible(version):
        raise CannotEdit(f"it asks for a version that is not compatible (`{stated}`), of which code may need changes")
    return found[1] + version


def _compatible(version: str) -> tuple[str, ...]:
    """The numbers that versions have in common which cargo takes for compatible."""
    numbers = version.split("-", maxsplit=1)[0].split(".")
    first = next((place for place, one in enumerate(numbers) if one.strip("0")), len(numbers) - 1)
    return tuple(numbers[: first + 1])


def _places(data: bytes, changed: Mapping[tuple[str, str], str]) -> Iterator[Splice]:
    """Where a version stands behind its key, on its line or below the key's own header."""
    for (key, old), new in changed.items():
        quoted = rb"""["'](""" + re.escape(old.encode()) + rb""")["']"""
        name = rb"""["']?""" + re.escape(key.encode()) + rb"""["']?"""
        for before in (
            name + rb"[ \t]*=[ \t]*",
            name + rb"[ \t]*\.[ \t]*version[ \t]*=[ \t]*",
            name + rb"[ \t]*=[ \t]*\{(?:[^}\r\n]*[\s,])?version[ \t]*=[ \t]*",
            rb"\." + name + rb"[ \t]*\][^\[]{0,2000}?\n[ \t]*version[ \t]*=[ \t]*",
        ):
            for found in re.finditer(before + quoted, data):
                yield Splice(start=found.start(1), end=found.end(1), new=new.encode())


def _said(name: str, data: bytes) -> tuple[tuple[_Entry, ...], object]:
    """The versions that the file states of a crate, and all else that it says.

    Raises:
        ValueError: it is no TOML.
    """
    document = toml_text.loads(data.decode("utf-8"))
    stated: list[_Entry] = []
    for path, table in _tables(document):
        for key, one in list(table.items()):
            own = text_of(one.get("package")) if isinstance(one, dict) else ""
            if (own or key) != name:
                continue
            if isinstance(one, str):
                stated.append(((*path, key), one))
                table[key] = None
            elif isinstance(one, dict) and isinstance(one.get("version"), str):
                stated.append(((*path, key), one["version"]))
                table[key] = {**one, "version": None}
    return tuple(stated), document


def _tables(document: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """The tables of what is asked for."""
    holders: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [
        ((), document),
        (("workspace",), mapping(document.get("workspace"))),
    ]
    holders += [(("target", key), mapping(one)) for key, one in mapping(document.get("target")).items()]
    for path, holder in holders:
        for kind in _KINDS:
            if isinstance(table := holder.get(kind), dict):
                yield (*path, kind), table
