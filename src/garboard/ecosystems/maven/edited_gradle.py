"""Versions that Gradle reads: in a version catalog, and as texts of build scripts.

Source: https://docs.gradle.org/current/userguide/version_catalogs.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from garboard import lock_text, toml_text
from garboard.ecosystems.maven import gradle
from garboard.ecosystems.maven.raised import refuse
from garboard.model.fix import CannotEdit, NotNamed, Splice
from garboard.splices import LARGEST, plain_text, spliced, telling

_NOT_NAMED: Final = "the file does not ask for it: what needs it does"
_QUOTED: Final = rb"""(["'])(?:%s:)?(%s)\1"""
"""A version in quotation marks, alone or behind the artifact that it is of."""


def catalog_raising(data: bytes, name: str, version: str) -> tuple[Splice, ...]:
    """What makes a version catalog say another version of a library, where exactly one place of it says one.

    Raises:
        CannotEdit: none does, or several do, or what does so says it of other groups as well.
    """
    if len(data) > LARGEST:
        raise CannotEdit(f"the file is larger than {LARGEST} bytes")
    read = partial(_said, name)
    try:
        stated, _ = read(data)
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        raise CannotEdit("the file is no version catalog that Gradle reads") from error
    if not stated:
        raise NotNamed(_NOT_NAMED)
    if len(stated) > 1:
        raise CannotEdit("the file states its version in more than one place")
    old, also = stated[0]
    refuse(old, version, also)
    quoted = _QUOTED % (re.escape(name.encode()), re.escape(old.encode()))
    places = (Splice(start=one.start(2), end=one.end(2), new=version.encode()) for one in re.finditer(quoted, data))
    return telling(data, places, read, ((version, also),))


def _said(name: str, data: bytes) -> tuple[tuple[tuple[str, str], ...], object]:
    """The versions that a catalog states of a library, each with another one that goes by it, and all else that it says.

    Raises:
        ValueError: it is no TOML.
        CannotEdit: it is said in a way that also is about something else.
    """
    document = toml_text.loads(data.decode("utf-8"))
    libraries = dict(lock_text.table(document, "libraries"))
    own = {alias: one for alias, one in libraries.items() if _module(one) == name}
    stated: list[tuple[str, str]] = []
    references: set[str] = set()
    for alias, one in own.items():
        if isinstance(one, str):
            stated.append((one.rpartition(":")[2], ""))
            libraries[alias] = name
        elif isinstance(one.get("version"), str):
            stated.append((one["version"], ""))
            libraries[alias] = {**one, "version": None}
        elif isinstance(one.get("version"), Mapping) and isinstance(one["version"].get("ref"), str):
            references.add(one["version"]["ref"])
        else:
            raise CannotEdit("its version is a range, or none is stated")
    versions = dict(lock_text.table(document, "versions"))
    for each in references:
        if not isinstance(versions.get(each), str):
            raise CannotEdit(f"its version is `{each}`, which is a range, or none that the file sets")
        stated.append((versions[each], _sharing(document, each, name)))
        versions[each] = None
    return tuple(stated), {**document, "libraries": libraries, "versions": versions}


def _module(entry: Any) -> str:
    """The group and the name of a library."""
    if isinstance(entry, str):
        return entry.rpartition(":")[0]
    return lock_text.text_of(entry.get("module")) or f"{entry.get('group')}:{entry.get('name')}"


def _sharing(document: Mapping[str, Any], reference: str, name: str) -> str:
    """Another library of the group that goes by a version; empty if none does.

    Raises:
        CannotEdit: something else does.
    """
    wanted, group = {"ref": reference}, name.partition(":")[0]
    others = {_module(one) for one in _entries(document, "libraries") if one.get("version") == wanted} - {name}
    plugin = any(one.get("version") == wanted for one in _entries(document, "plugins"))
    if plugin or any(one.partition(":")[0] != group for one in others):
        raise CannotEdit(f"its version is `{reference}`, by which other things go as well")
    return min(others, default="")


def _entries(document: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    return (one for one in lock_text.table(document, name).values() if isinstance(one, Mapping))


def script_raising(data: bytes, name: str, version: str) -> tuple[Splice, ...]:
    """What makes a build script ask for another version of an artifact that one text of it names with its version.

    Raises:
        CannotEdit: none does, or several do, or not in a way that can be raised for certain.
    """
    text = plain_text(data)
    found = [one for one in gradle.build_script(text) if isinstance(one, lock_text.Pinned) and one.name == name]
    if not found:
        raise NotNamed(_NOT_NAMED)
    if len(found) > 1 or not found[0].version:
        raise CannotEdit("the file states its version in more than one place, or in none")
    old = found[0].version
    refuse(old, version)
    stated = re.escape(f"{name}:{old}".encode())
    places = list(re.finditer(rb"""(["'])%s(?:[:@][\w.:@-]+)?\1""" % stated, data))
    starts = [one.start(1) + 1 + len(name.encode()) + 1 for one in places]
    kept = [_at(at, old, version) for at in starts if _counts(data, at, old, found[0])]
    if len(kept) != 1 or not _asks(spliced(data, kept), name, version):
        raise CannotEdit("where its version is written is not certain")
    return tuple(kept)


def _counts(data: bytes, at: int, old: str, one: lock_text.Pinned) -> bool:
    """Whether a place is on the line where the script asks for it, and no remark."""
    before = spliced(data, (_at(at, old, "0"),))
    return data.count(b"\n", 0, at) + 1 == one.line and not _asks(before, one.name, old)


def _at(start: int, old: str, new: str) -> Splice:
    return Splice(start=start, end=start + len(old.encode()), new=new.encode())


def _asks(data: bytes, name: str, version: str) -> bool:
    pins = gradle.build_script(data.decode("utf-8"))
    return any(isinstance(one, lock_text.Pinned) and (one.name, one.version) == (name, version) for one in pins)
