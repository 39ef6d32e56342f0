"""Packages in archives: those of Yarn's cache, which are zip files, and Electron's ``asar``."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garboard import zipped
from garboard.ecosystems.node import ASAR, cataloger
from garboard.model.bounded import bounded
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package, Unread

_NAME: Final = "package.json"
_HEAD: Final = struct.Struct("<IIII")
_HEADER: Final = 64 * 1024 * 1024
"""Bytes of an asar's header, about a hundred for each file."""
_DEPTH: Final = 64
_LARGEST: Final = 4 * 1024 * 1024
_ALL: Final = 512 * 1024 * 1024
"""Bytes of all files ``package.json`` of an archive."""


def catalog(file: File, /) -> Iterator[Fact]:
    """The packages in an archive, by the paths within it; what cannot be read is a gap."""
    yield from bounded(file.path, _asar(file) if file.path.endswith(".asar") else _zipped(file))


def _zipped(file: File) -> Iterator[Fact]:
    for member in zipped.walk(file.view, _wanted, lambda name: False):  # noqa: ARG005
        if member.trouble:
            yield _gap(file.path, member.place, member.trouble)
        else:
            yield from _described(file.path, member.place, bytes(member.data))


def _wanted(name: str) -> bool:
    return name == _NAME or name.endswith(f"/{_NAME}")


def _described(path: str, place: str, data: bytes) -> Iterator[Fact]:
    for fact in cataloger.described(f"{path}{zipped.SEPARATOR}{place}", data):
        yield msgspec.structs.replace(fact, inside=place) if isinstance(fact, Package) else fact


def _asar(file: File) -> Iterator[Fact]:
    """The files below ``app.asar``; those that are kept unpacked lie beside it and are read there."""
    try:
        files, start = _header(file.view)
    except ValueError as error:
        yield _gap(file.path, "", f"the archive cannot be read: {worded(error)}")
        return
    found = False
    left = _ALL
    for place, entry in _files(files):
        if entry.get("unpacked") is True:
            continue
        found = True
        size, at = entry.get("size"), entry.get("offset")
        at = start + int(at) if isinstance(at, str) and at.isascii() and at.isdecimal() and len(at) < _DEPTH else -1
        if not isinstance(size, int) or size < 0 or at < 0 or at + size > len(file.view):
            yield _gap(file.path, place, "it is not where the archive's header says")
        elif size > _LARGEST or size > left:
            yield _gap(file.path, place, f"it has {size} bytes and was not read: the limit is {min(left, _LARGEST)}")
        else:
            left -= size
            yield from _described(file.path, place, bytes(file.view[at : at + size]))
    if not found:
        yield Unread(kind=ASAR)


def _header(view: memoryview) -> tuple[dict[str, Any], int]:
    """The tree of files, and where their bytes begin: two values of Chromium's ``Pickle``, a size and a text of JSON."""
    if len(view) < _HEAD.size:
        raise ValueError("it ends within its header")
    four, size, _, length = _HEAD.unpack_from(view)
    if four != 4 or length > min(size, _HEADER) or _HEAD.size + length > len(view):
        raise ValueError(f"its header is none of an asar of at most {_HEADER} bytes")
    try:
        tree = msgspec.json.decode(view[_HEAD.size : _HEAD.size + length])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error
    files = tree.get("files") if isinstance(tree, dict) else None
    if not isinstance(files, dict):
        raise ValueError("its header lists no files")  # noqa: TRY004  (what cannot be read is one kind of error)
    return files, 8 + size


def _files(files: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each ``package.json`` with its place, in the header's order."""
    waiting = [iter(files.items())]
    folders: list[str] = []
    while waiting:
        name, entry = next(waiting[-1], ("", None))
        if not name and entry is None:
            waiting.pop()
            if folders:
                folders.pop()
        elif isinstance(entry, dict):
            below = entry.get("files")
            if isinstance(below, dict) and len(folders) < _DEPTH:
                folders.append(name)
                waiting.append(iter(below.items()))
            elif name == _NAME and below is None:
                yield "/".join((*folders, name)), entry


def _gap(path: str, place: str, reason: str) -> Gap:
    return Gap(stage="catalog", subject=f"{path}{zipped.SEPARATOR}{place}" if place else path, reason=reason)
