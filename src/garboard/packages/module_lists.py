"""Lists of what a distribution brought, which a reader of beginnings alone would not know whole."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from garboard.model.image import File
from garboard.model.package import Fact, Unread
from garboard.namespaces import packages
from garboard.packages import unread_kinds as kinds

NAME: Final = "module-lists"
VERSION: Final = 4
GLOBS: Final = kinds.MODULE_LISTS
_FRONT_END: Final = re.compile(rb'(?m)^"?([^",\r\n]*package\.json)"?,')
_FRONT: Final = b"package.json"
_LONGEST: Final = 4096
"""Bytes of a path, or of a line with one."""
_NAME: Final = re.compile(rb"[A-Za-z_]\w*")
"""Of a folder that may be a namespace."""
_MODULES: Final = (b".py", b".so", b"/__init__.pyc")
_PACKAGE: Final = b"/__init__."
_RECORD: Final = ".dist-info/RECORD"
_UP: Final = b"../"
_ABOVE: Final = re.compile(rb"(?m)^((?:\.\./){1,3})([^./,\r\n][^,\r\n]*)")
"""A path that leads out of that folder, and not out of the installation that it is of (``lib/pythonX.Y/site-packages``)."""
_BEGINNING: Final = re.compile(rb"(?m)^([^/,\r\n]+)[^\r\n]*(?:[\r\n]+\1/[^\r\n]*)*")
"""The first part of a path, with the lines after it whose paths begin with the same."""


def catalog(file: File, /) -> Iterator[Fact]:
    """The first parts of the paths that it lists, for the folder in which the distribution lies, and its ``package.json``.

    Of a namespace it is what the distribution has in it.
    """
    metadata = file.path.rpartition("/")[0]
    home = metadata.rpartition("/")[0]
    names = tuple(one.decode("utf-8", "replace") for one in _names(file.data))
    yield Unread(kind=kinds.MODULE_LIST, names=names, folder=home)
    fronts = dict.fromkeys(posixpath.normpath(f"{home}/{path}") for path in _front_ends(file.data))
    if fronts:
        distribution = metadata.rpartition("/")[2].partition("-")[0]
        yield Unread(kind=kinds.FRONT_ENDS, names=tuple(fronts), folder=distribution)
    if file.path.endswith(_RECORD):
        yield from _outside(file, home)


def _names(data: bytes) -> Iterator[bytes]:
    places: dict[bytes, list[tuple[int, int]]] = {}
    for match in _BEGINNING.finditer(data):
        places.setdefault(match[1], []).append(match.span())
    for name, spans in places.items():
        modules: list[bytes] = []
        if _NAME.fullmatch(name) and not any(data.find(name + _PACKAGE, *span) >= 0 for span in spans):
            lines = (line for start, end in spans for line in data[start:end].splitlines())
            paths = (line.partition(b",")[0] for line in lines if len(line) <= _LONGEST)
            modules = [path for path in paths if path.endswith(_MODULES) and path.startswith(name + b"/")]
        yield from packages(name, modules) if modules else (name,)


def _front_ends(data: bytes) -> Iterator[str]:
    if _FRONT not in data:
        return
    for path in _FRONT_END.findall(data):
        if len(path) <= _LONGEST and b"node_modules/" not in path:
            yield path.decode("utf-8", "replace")


def _outside(file: File, home: str) -> Iterator[Fact]:
    """What the distribution put beside the folder in which it lies: programs, and the data of an installation."""
    if _UP not in file.data:
        return
    above = home.split("/")
    paths = tuple(
        "/".join((*above[: -(len(up) // len(_UP))], rest.decode("utf-8", "replace")))
        for up, rest in _ABOVE.findall(file.data)
        if len(up) // len(_UP) <= len(above)
    )
    if paths:
        yield Unread(kind=kinds.OUTSIDE, names=paths)
