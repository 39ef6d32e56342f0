"""Sparse files in tar: the old GNU header and PAX formats 0.0, 0.1 and 1.0 (GNU tar manual, "Storing Sparse Files")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

_BLOCK: Final = 512
_ENTRIES: Final = 100_000

ReadAt = Callable[[int, int], bytes]
"""(position, length) → bytes of the archive."""


class SparseMap(NamedTuple):
    """The positions of a sparse file's pieces.

    ``pieces`` are (offset, length) in the file; ``data_at`` is where they start in the archive, one after the other;
    ``stored`` is their length there, ``None`` if the member's size gives it.
    """

    size: int
    pieces: tuple[tuple[int, int], ...]
    data_at: int
    stored: int | None = None

    def expand(self, data: bytes) -> bytes:
        """Return the file with its holes.

        Raises:
            ValueError: The pieces do not fit.
        """
        out = bytearray(self.size)
        at = 0
        for offset, length in self.pieces:
            out[offset : offset + length] = data[at : at + length]
            at += length
        if len(out) != self.size or at > len(data):
            raise ValueError("the pieces do not fit the file")
        return bytes(out)


def _checked(size: int, numbers: list[int], data_at: int, stored: int | None) -> SparseMap:
    if len(numbers) % 2 or len(numbers) > 2 * _ENTRIES or size < 0:
        raise ValueError("an odd map")
    pieces = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    last = 0
    for offset, length in pieces:
        if offset < last or length < 0 or offset + length > size:
            raise ValueError("pieces that overlap or pass the end")
        last = offset + length
    return SparseMap(size, pieces, data_at, stored)


def gnu_map(header: bytes, data_at: int, read: ReadAt, number: Callable[[bytes], int]) -> SparseMap:
    """Return the map of a member of type ``S``: four entries in its header, 21 in each further block."""
    numbers: list[int] = []

    def take(block: bytes, start: int, count: int) -> None:
        for entry in range(count):
            at = start + 24 * entry
            if block[at] == 0:
                return
            numbers.extend((number(block[at : at + 12]), number(block[at + 12 : at + 24])))

    take(header, 386, 4)
    more = header[482]
    while more:
        block = read(data_at, _BLOCK)
        data_at += _BLOCK
        take(block, 0, 21)
        more = block[504]
        if len(numbers) > 2 * _ENTRIES:
            raise ValueError("too many pieces")
    return _checked(number(header[483:495]), numbers, data_at, None)


def pax_map(records: Mapping[bytes, bytes], data_at: int, read: ReadAt, limit: int) -> SparseMap | None:
    """Return the map in PAX records; ``None`` if they contain none."""
    if records.get(b"GNU.sparse.major") == b"1":
        return _pax_1_0(records, data_at, read, limit)
    size = records.get(b"GNU.sparse.size") or records.get(b"GNU.sparse.realsize")
    text = records.get(b"GNU.sparse.map")
    if size is None or text is None:
        return None
    return _checked(int(size), [int(part) for part in text.split(b",")], data_at, None)


def _pax_1_0(records: Mapping[bytes, bytes], data_at: int, read: ReadAt, limit: int) -> SparseMap:
    """Read the map in front of the data: decimal lines, the first with the number of pairs, padded to a block."""
    text = b""
    lines: list[bytes] = []
    count: int | None = None
    while count is None or len(lines) <= 2 * count:
        if len(text) > limit or (count is not None and count > _ENTRIES):
            raise ValueError("a map beyond the limit")
        text += read(data_at + len(text), _BLOCK)
        lines = text.split(b"\n")
        count = int(lines[0]) if len(lines) > 1 else None
    if count < 0:
        raise ValueError("a negative count")
    numbers = [int(line) for line in lines[1 : 1 + 2 * count]]
    size = records.get(b"GNU.sparse.realsize")
    if size is None:
        raise ValueError("no real size")
    return _checked(int(size), numbers, data_at + len(text), sum(numbers[1::2]))
