"""Walks through the members of tar files by their headers: the names, and the first bytes of each.

POSIX.1-2017, GNU and v7. What lies in a layer, which an engine unpacks, is read by `garboard.image.layers.tar` instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, Protocol

BLOCK: Final = 512
MAGIC: Final = slice(257, 262)
"""Where a header says that it is one of POSIX or GNU."""
USTAR: Final = b"ustar"
_LONGEST_NUMBER: Final = 16
_LONGEST_NAME: Final = 64 * 1024
_OCTAL: Final = frozenset(b"01234567")


class DamagedArchive(ValueError):
    """A tar file of which the headers cannot be followed to the end."""


class ByteSource(Protocol):
    """Bytes that are read forwards."""

    def take(self, size: int) -> bytes:
        """So many of the next bytes; less where they end."""
        ...

    def skip(self, size: int) -> bool:
        """Pass so many bytes; whether they are there."""
        ...


class _Plain:
    """Bytes of a file that can be looked at anywhere."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def take(self, size: int) -> bytes:
        found = bytes(self._view[self._at : self._at + size])
        self._at += size
        return found

    def skip(self, size: int) -> bool:
        self._at += size
        return self._at <= len(self._view)


class _Pieces:
    """Bytes that come one after the other."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        found = self._piece[self._at : self._at + size]
        self._at += len(found)
        while len(found) < size and self._next():
            more = self._piece[: size - len(found)]
            self._at = len(more)
            found += more
        return found

    def skip(self, size: int) -> bool:
        while size > len(self._piece) - self._at:
            size -= len(self._piece) - self._at
            if not self._next():
                return False
        self._at += size
        return True

    def _next(self) -> bool:
        self._piece, self._at = next(self._pieces, b""), 0
        return bool(self._piece)


def plain(view: memoryview) -> ByteSource:
    """The bytes of a tar file that is not compressed."""
    return _Plain(view)


def pieces(chunks: Iterable[bytes]) -> ByteSource:
    """The bytes of a tar file that come one after the other."""
    return _Pieces(chunks)


class TarMember(NamedTuple):
    """A member's name, and its first bytes."""

    name: str
    head: bytes = b""


def members(source: ByteSource, head_bytes: int) -> Iterator[TarMember]:
    """The members of a tar file (POSIX.1-2017, GNU, v7), until it ends; none where the first block is no header.

    Raises:
        DamagedArchive: something else than a header follows a member, or less than that has.
    """
    longer = b""
    real: int | None = None
    first = True
    while len(header := source.take(BLOCK)) == BLOCK and any(header):
        size = _number(header[124:136])
        if size is None or not _is_header(header):
            if first:
                return
            raise DamagedArchive
        first = False
        kind = header[156:157]
        if kind in b"LKxg" and kind:
            longer, real = _extended(kind, source, size, longer, real)
            continue
        if kind == b"S":
            _pass_map(header, source)
        name, prefix = (header[start:end].partition(b"\0")[0] for start, end in ((0, 100), (345, 500)))
        if prefix and header[MAGIC] == USTAR and header[262:263] == b"\0":
            name = prefix + b"/" + name
        if real is not None:
            size = real
        size = 0 if kind in b"123456" and kind else size
        head = source.take(min(size, head_bytes))
        yield TarMember((longer or name).decode("utf-8", "replace"), head)
        longer, real = b"", None
        if not source.skip(size - len(head)):
            raise DamagedArchive
        source.skip(-size % BLOCK)  # the padding of the last one may be missing
    if header and len(header) < BLOCK and not first:
        raise DamagedArchive


def _extended(kind: bytes, source: ByteSource, size: int, longer: bytes, real: int | None) -> tuple[bytes, int | None]:
    """The next member's name and size, where a header of its own states them."""
    data = source.take(min(size, _LONGEST_NAME))
    source.skip(-(-size // BLOCK) * BLOCK - len(data))
    if kind == b"L":
        return data.partition(b"\0")[0], real
    if kind == b"x":
        records = dict(_records(data))
        stated = records.get(b"size", b"")
        return (
            records.get(b"GNU.sparse.name", records.get(b"path", b"")),
            int(stated) if stated.isdigit() and len(stated) <= _LONGEST_NUMBER else None,
        )
    return longer, real


def _pass_map(header: bytes, source: ByteSource) -> None:
    """Pass the blocks that go on with the map of a sparse file of GNU's old form."""
    more = header[482:483]
    while more == b"\1":
        more = source.take(BLOCK)[504:505]


def _is_header(block: bytes) -> bool:
    """Whether the checksum is right."""
    rest = block[:148] + block[156:]
    stored = _number(block[148:156])
    unsigned = sum(rest) + 8 * 32
    return stored == unsigned or stored == unsigned - 256 * sum(byte > 127 for byte in rest)


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The records of an extended header: each begins with its own length."""
    at = 0
    while at < len(data):
        length = data[at : at + _LONGEST_NUMBER].partition(b" ")[0]
        if not length.isdigit() or not len(length) < int(length) <= len(data) - at:
            return
        name, _, value = data[at + len(length) + 1 : at + int(length) - 1].partition(b"=")
        yield name, value
        at += int(length)


def _number(field: bytes) -> int | None:
    """A number in octal digits, or in GNU's base 256; None for what is neither."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    text = field.strip(b"\0 ").partition(b"\0")[0]
    return int(text or b"0", 8) if not set(text) - _OCTAL else None
