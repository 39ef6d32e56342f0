"""Reads zip archives in place: the directory at their end, and single members within bounds.

PKWARE's APPNOTE 6.3. Java's and Python's archives may have something before them (a shell script, a program): positions
count from where the archive begins, which is known from where its directory lies.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, cast

_END: Final = b"PK\5\6"
_END_BYTES: Final = 22
_LONGEST_COMMENT: Final = 65535
_LOCATOR: Final = b"PK\6\7"
_LOCATOR_BYTES: Final = 20
_END_64: Final = b"PK\6\6"
_END_64_BYTES: Final = 56
_MEMBER: Final = struct.Struct("<4s4xHHxxxx4xIIHHH8xI")
"""Signature; flags, method; sizes stored and real; lengths of name, extra field and comment; where the member lies."""
_MEMBER_SIGN: Final = b"PK\1\2"
_LOCAL: Final = struct.Struct("<4s22xHH")
_LOCAL_SIGN: Final = b"PK\3\4"
_ABSENT: Final = 0xFFFFFFFF
_ENCRYPTED: Final = 0x1
_UTF8: Final = 0x800
_STORED: Final = 0
_DEFLATED: Final = 8
_ZIP_64: Final = 1
SEPARATOR: Final = "!/"
"""Between an archive and what lies in it."""
_DEPTH: Final = 8
_MEMBERS: Final = 2_000_000
"""Of all directories in one file."""
_TEXT: Final = 4 * 1024 * 1024
"""Bytes of a member that is read."""
_NESTED: Final = 64 * 1024 * 1024
"""Bytes of an archive that has to be inflated; one that is stored is read in place."""
_ALL: Final = 512 * 1024 * 1024
"""Bytes that are inflated of one file."""
_LET_GO: Final = 1024 * 1024
_BEGINNING: Final = 4096
"""Bytes as stored that give the first of a member."""


class Malformed(ValueError):
    """No zip archive, a damaged one, or one beyond a bound."""


class Entry(NamedTuple):
    """A member: its sizes in bytes as stored and as it really is, and where its own header lies."""

    name: str
    method: int
    stored: int
    size: int
    at: int
    encrypted: bool = False


def entries(data: memoryview) -> Iterator[Entry]:
    """Yield the members in the directory's order; its length bounds them, whatever their number is said to be.

    Raises:
        Malformed: the directory cannot be found or read.
    """
    position, end, base = _directory(data)
    size, unpack = _MEMBER.size, _MEMBER.unpack_from
    while position + size <= end:
        sign, flags, method, stored, real, named, extra, comment, at = unpack(data, position)
        if sign != _MEMBER_SIGN:
            raise Malformed(f"its directory is damaged at byte {position}")
        position += size
        after = position + named
        if after + extra + comment > end:
            raise Malformed(f"its directory ends within an entry, at byte {position}")
        name = bytes(data[position:after]).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        if _ABSENT in (stored, real, at):
            stored, real, at = _large(data[after : after + extra], stored, real, at)
        yield Entry(name, method, stored, real, base + at, bool(flags & _ENCRYPTED))
        position = after + extra + comment


def directory(data: memoryview) -> memoryview:
    """The bytes of the directory, which contain the names of all members.

    Raises:
        Malformed: it cannot be found.
    """
    start, end, _ = _directory(data)
    return data[start:end]


def read(data: memoryview, entry: Entry, limit: int) -> memoryview:
    """Return a member's bytes: a part of the archive itself where it is stored.

    Raises:
        Malformed: it is damaged, encrypted, packed in another way than by deflate, or larger than ``limit`` bytes.
    """
    if entry.encrypted:
        raise Malformed(f"{entry.name} is encrypted")
    if entry.size > limit:
        raise Malformed(f"{entry.name} has {entry.size} bytes; the limit is {limit}")
    if entry.at < 0 or entry.at + _LOCAL.size > len(data):
        raise Malformed(f"{entry.name} lies outside of the archive")
    sign, named, extra = _LOCAL.unpack_from(data, entry.at)
    start = entry.at + _LOCAL.size + named + extra
    if sign != _LOCAL_SIGN or start + entry.stored > len(data):
        raise Malformed(f"{entry.name} is not where the directory says")
    stored = data[start : start + entry.stored]
    if entry.method == _STORED:
        if entry.size != entry.stored:
            raise Malformed(f"{entry.name} has two sizes")
        return stored
    if entry.method != _DEFLATED:
        raise Malformed(f"{entry.name} is packed by method {entry.method}, which is not read")
    return _inflate(stored, entry, limit)


class Within(NamedTuple):
    """A member, or why one could not be read. ``place`` is where it lies: names separated by ``!/``."""

    place: str
    data: memoryview = memoryview(b"")
    trouble: str = ""


def walk(data: memoryview, wants: Callable[[str], bool], nests: Callable[[str], bool]) -> Iterator[Within]:
    """Yield the members that are wanted, and those of the archives within that ``nests`` names, to any depth.

    What cannot be read, or lies beyond a bound, is told with its place; an empty one is that of the archive itself.
    """
    yield from _Walk(wants, nests).members(data, "", 0)


class _Walk:
    def __init__(self, wants: Callable[[str], bool], nests: Callable[[str], bool]) -> None:
        self._wants = wants
        self._nests = nests
        self._left = _ALL
        self._entries = _MEMBERS

    def members(self, data: memoryview, inside: str, depth: int) -> Iterator[Within]:
        try:
            chosen = list(self._chosen(data))
        except Malformed as error:
            yield Within(inside, trouble=f"the archive cannot be read: {error}")
            return
        for entry in chosen:
            place = f"{inside}{SEPARATOR}{entry.name}" if inside else entry.name
            nested = self._nests(entry.name)
            if nested and depth + 1 >= _DEPTH:
                yield Within(place, trouble=f"it lies {_DEPTH} archives deep, the limit, and was not read")
                continue
            try:
                found = self._read(data, entry, _TEXT if not nested else _NESTED if entry.method else len(data))
            except Malformed as error:
                yield Within(place, trouble=str(error))
                continue
            if nested:
                yield from self.members(found, place, depth + 1)
            else:
                yield Within(place, found)
            if entry.stored > _LET_GO:
                let_go(data)

    def _chosen(self, data: memoryview) -> Iterator[Entry]:
        for entry in entries(data):
            self._entries -= 1
            if self._entries < 0:
                raise Malformed(f"the archives of this file have more than {_MEMBERS} members, the limit")
            if self._wants(entry.name) or self._nests(entry.name):
                yield entry

    def _read(self, data: memoryview, entry: Entry, limit: int) -> memoryview:
        if entry.method:
            if entry.size > self._left:
                raise Malformed(f"{entry.name}: the archives of this file inflate to more than {_ALL} bytes, the limit")
            self._left -= entry.size
        return read(data, entry, limit)


def let_go(data: memoryview) -> None:
    """Give the memory of a mapped file back to the system; what is looked at again is read again."""
    if isinstance(data.obj, mmap.mmap):
        data.obj.madvise(mmap.MADV_DONTNEED)


def beginning(data: memoryview, entry: Entry, size: int) -> bytes:
    """A member's first bytes, as many as there are; nothing where it cannot be read."""
    at = entry.at
    if entry.encrypted or entry.method not in (_STORED, _DEFLATED) or not 0 <= at <= len(data) - _LOCAL.size:
        return b""
    sign, named, extra = _LOCAL.unpack_from(data, at)
    if sign != _LOCAL_SIGN:
        return b""
    start = at + _LOCAL.size + named + extra
    stored = data[start : start + min(entry.stored, _BEGINNING)]
    if entry.method == _STORED:
        return bytes(stored[:size])
    import zlib

    try:
        return zlib.decompressobj(-15).decompress(stored, size)
    except zlib.error:
        return b""


def _inflate(stored: memoryview, entry: Entry, limit: int) -> memoryview:
    from isal import igzip_lib, isal_zlib

    broken = cast("type[Exception]", igzip_lib.IsalError)  # its stubs call it an instance
    try:
        found = isal_zlib.decompressobj(-15).decompress(stored, min(limit, entry.size) + 1)
    except broken as error:
        raise Malformed(f"{entry.name} is damaged: {error}") from error
    if len(found) != entry.size:
        raise Malformed(f"{entry.name} has {len(found)} bytes or more, and {entry.size} according to the directory")
    return memoryview(found)


def _directory(data: memoryview) -> tuple[int, int, int]:
    """Where the directory begins and ends, and what is added to the positions in it."""
    first = max(0, len(data) - _END_BYTES - _LONGEST_COMMENT)
    tail = bytes(data[first:])
    found = tail.rfind(_END, 0, max(0, len(tail) - _END_BYTES + 4))
    if found < 0:
        raise Malformed("it is no whole zip archive: the directory at its end is missing")
    end = first + found
    size, at = struct.unpack_from("<II", tail, found + 12)
    if end >= _LOCATOR_BYTES and bytes(data[end - _LOCATOR_BYTES : end - _LOCATOR_BYTES + 4]) == _LOCATOR:
        (where,) = struct.unpack_from("<Q", data, end - _LOCATOR_BYTES + 8)
        for place in (end - _LOCATOR_BYTES - _END_64_BYTES, where):  # the first also holds where something precedes
            if 0 <= place <= len(data) - _END_64_BYTES and bytes(data[place : place + 4]) == _END_64:
                size, at = struct.unpack_from("<QQ", data, place + 40)
                end = place
                break
    start = end - size
    if start < 0:
        raise Malformed("its directory is larger than the archive")
    return start, end, start - at


def _large(extra: memoryview, stored: int, real: int, at: int) -> tuple[int, int, int]:
    """The sizes and position that do not fit into 32 bits (4.5.3 of APPNOTE)."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        if kind == _ZIP_64:
            field = extra[position + 4 : position + 4 + length]
            wide = [int.from_bytes(field[i : i + 8], "little") for i in range(0, len(field) - 7, 8)][::-1]
            real = wide.pop() if real == _ABSENT and wide else real
            stored = wide.pop() if stored == _ABSENT and wide else stored
            at = wide.pop() if at == _ABSENT and wide else at
            break
        position += 4 + length
    return stored, real, at
