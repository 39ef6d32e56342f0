"""Applications of .NET bundled in one file (``dotnet publish -p:PublishSingleFile=true``): the list of packages in them.

The host is a program with the bundle behind it; before a signature in its data stands where the bundle's header lies.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from garboard.ecosystems.nuget import BUNDLES
from garboard.ecosystems.nuget.cataloger import listed
from garboard.executables import BadExecutable, Executable
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Unread

SIGNATURE: Final = bytes.fromhex("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae")
"""SHA-256 of ``.net core bundle`` and a line feed."""
_SIGNED: Final = re.compile(re.escape(SIGNATURE))
_DATA: Final = frozenset({".data", "__data", ".rdata", ".rodata", "__const"})
_MOST: Final = 16 * 1024 * 1024
"""Bytes of a list of packages; real ones have some hundred KiB."""
_LISTED_SINCE: Final = 2
"""The version of a header that says where the list lies."""
_LAST: Final = 6


class FileBundle(NamedTuple):
    """A bundle: the version of its format, how many files are in it, and the list of packages, which may be empty."""

    version: int
    files: int
    listed: bytes


def catalog(file: File, /) -> Iterator[Fact]:
    """The packages of a bundle; nothing where the program has none."""
    try:
        bundle = read(Executable(file.view))
    except BadExecutable as error:
        yield Gap(
            stage="catalog", subject=file.path, reason=f"the bundle of a .NET program cannot be read: {worded(error)}"
        )
        return
    if bundle is None:
        return
    if not bundle.listed:
        yield Unread(kind=BUNDLES, reason="no list of their packages is in them")
        return
    yield from listed(bundle.listed, file.path, "deps.json")


def read(program: Executable) -> FileBundle | None:
    """The bundle; None if there is none.

    Raises:
        BadExecutable: it is damaged.
    """
    at = _header(program)
    if not at:
        return None
    data = program.data
    major, _, files = _unpack("<IIi", data, at)
    if not 0 < major <= _LAST or files < 0:
        raise BadExecutable(f"its header has version {major}, which is not known")
    (length,) = _unpack("<B", data, at + 12)
    if major < _LISTED_SINCE:
        return FileBundle(major, files, b"")
    where, size = _unpack("<qq", data, at + 13 + length)
    if not where or not size:
        return FileBundle(major, files, b"")
    if not 0 < size <= _MOST or where < 0 or where + size > len(data):
        raise BadExecutable(f"its list of packages has {size} bytes, according to itself")
    return FileBundle(major, files, bytes(data[where : where + size]))


def _header(program: Executable) -> int:
    """Where the bundle's header lies; 0 where the program has none."""
    for part in program.all_sections() or program.segments:
        if part.name in _DATA or not part.name:
            found = _SIGNED.search(program.data[part.at : part.at + part.size])
            if found and found.start() >= 8:
                return int(_unpack("<q", program.data, part.at + found.start() - 8)[0])
    return 0


def _unpack(form: str, data: memoryview, position: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, data, max(0, position))
    except (struct.error, OverflowError) as error:
        raise BadExecutable("it is cut short") from error
