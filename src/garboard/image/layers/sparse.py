"""Sparse files in tar: PAX formats 0.0, 0.1 and 1.0 (GNU tar manual, "Storing Sparse Files"), as Go's ``archive/tar`` reads them.

The old GNU format (members of type ``S``) is not here: engines refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

_BLOCK: Final = 512
_ENTRIES: Final = 100_000
_NUMBER: Final = re.compile(rb"[+-]?[0-9]{1,19}")

ReadAt = Callable[[int, int], bytes]
"""(position, length) → bytes of the archive."""


class SparseMap(NamedTuple):
    """The positions of a sparse file's pieces.

    ``pieces`` are (offset, length) in the file; ``data_at`` is where they start in the archive, one after the other;
    ``stored`` is their length there.
    """

    size: int
    pieces: tuple[tuple[int, int], ...]
    data_at: int
    stored: int

    def expand(self, data: bytes) -> bytes:
        """Return the file with its holes."""
        out = bytearray(self.size)
        at = 0
        for offset, length in self.pieces:
            out[offset : offset + length] = data[at : at + length]
            at += length
        return bytes(out)


def is_sparse(records: Mapping[bytes, bytes]) -> bool:
    """Report whether these PAX records are of a sparse file, in a version that is known."""
    version = (records.get(b"GNU.sparse.major", b""), records.get(b"GNU.sparse.minor", b""))
    if version == (b"", b""):
        return bool(records.get(b"GNU.sparse.map"))
    return version in {(b"0", b"0"), (b"0", b"1"), (b"1", b"0")}


def pax_map(records: Mapping[bytes, bytes], data_at: int, stored: int, read: ReadAt, limit: int) -> SparseMap:
    """Return the map of a sparse file with ``stored`` bytes in the archive.

    Raises:
        ValueError: The map is malformed, or its pieces do not fit the file or what is stored.
    """
    text = records.get(b"GNU.sparse.size") or records.get(b"GNU.sparse.realsize")
    if records.get(b"GNU.sparse.major") == b"1":
        numbers, length = _in_front(data_at, stored, read, limit)
    else:
        numbers, length = _in_records(records), 0
    return _checked(_number(text) if text else stored, numbers, data_at + length, stored - length)


def _number(text: bytes) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError("no number")
    return int(text)


def _in_records(records: Mapping[bytes, bytes]) -> list[int]:
    """The map of formats 0.0 and 0.1: numbers with commas, and how many pairs they are."""
    count = _pairs(records.get(b"GNU.sparse.numblocks", b""))
    text = records.get(b"GNU.sparse.map")
    parts = text.split(b",") if text else []
    if len(parts) != 2 * count:
        raise ValueError("a map of another length than it says")
    return [_number(part) for part in parts]


def _in_front(data_at: int, stored: int, read: ReadAt, limit: int) -> tuple[list[int], int]:
    """The map in front of the data (1.0), and its length: decimal lines, the first with the number of pairs."""
    text = bytearray()

    def feed(lines: int) -> None:
        found = text.count(b"\n")
        while found < lines:
            if len(text) + _BLOCK > min(limit, stored):
                raise ValueError("a map beyond its member, or the limit")
            block = read(data_at + len(text), _BLOCK)
            found += block.count(b"\n")
            text.extend(block)

    feed(1)
    count = _pairs(bytes(text).partition(b"\n")[0])
    feed(1 + 2 * count)
    return [_number(line) for line in bytes(text).split(b"\n")[1 : 1 + 2 * count]], len(text)


def _pairs(text: bytes) -> int:
    count = _number(text)
    if not 0 <= count <= _ENTRIES:
        raise ValueError(f"a map of {count} pieces")
    return count


def _checked(size: int, numbers: Sequence[int], data_at: int, stored: int) -> SparseMap:
    pieces = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    last = 0
    for offset, length in pieces:
        if offset < last or length < 0 or offset + length > size:
            raise ValueError("pieces that overlap or pass the end")
        last = offset + length
    if size < 0 or sum(numbers[1::2]) != stored:
        raise ValueError("the pieces do not fit the file")
    return SparseMap(size, pieces, data_at, stored)
