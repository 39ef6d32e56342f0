"""RPM's old database (``Packages``): a Berkeley DB hash file of package number → header.

Format: Berkeley DB's page layout (``dbinc/db_page.h``), versions 8 to 10 of the hash method, either byte order. Buckets
are not followed: every page in use says what it is, so all hash pages are read in the file's order. Headers mostly lie
on chains of overflow pages. The meta page counts the records, so that none is lost with a damaged page unnoticed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from garboard.ecosystems.rpm.rpmdb.malformed import MalformedError

_MAGIC = 0x061561
_META_BYTES = 512
_RECORDS_AT = 88
"""In the meta page: how many records there are (``nelem``)."""
_PAGE_HEADER = 26
"""LSN (8), page number, previous, next (4 each), entries, free offset (2 each), level, type."""
_HASH_UNSORTED, _OVERFLOW, _HASH = 2, 7, 13
_ON_PAGE, _OFF_PAGE = 1, 3
_OFF_PAGE_BYTES = 12


def recognized(data: bytes) -> bool:
    """Whether the file is a Berkeley DB hash."""
    return data[12:16] in {struct.pack(order + "I", _MAGIC) for order in "<>"}


def headers(data: bytes) -> Iterator[bytes]:
    """Each package's header blob, page by page, past what breaks the format; if any is lost by it, `MalformedError` follows."""
    if len(data) < _META_BYTES:
        raise MalformedError(f"Berkeley DB: a file of {len(data)} bytes")
    order = "<" if struct.unpack_from("<I", data, 12)[0] == _MAGIC else ">"
    version, page_size = struct.unpack_from(order + "II", data, 16)
    if not 8 <= version <= 10:
        raise MalformedError(f"Berkeley DB: unknown hash version {version}")
    if data[24]:
        raise MalformedError("Berkeley DB: the file is encrypted")
    if page_size not in {1 << n for n in range(9, 17)}:
        raise MalformedError(f"Berkeley DB: pages of {page_size} bytes")
    yield from _File(data, order, page_size).headers()


class _File:
    def __init__(self, data: bytes, order: str, page_size: int) -> None:
        self._data = data
        self._order = order
        self._page_size = page_size
        self._pages = len(data) // page_size
        self._overflow_read: set[int] = set()
        self._found = 0
        self._why = ""

    def headers(self) -> Iterator[bytes]:
        yield from self._whole()
        (counted,) = struct.unpack_from(self._order + "I", self._data, _RECORDS_AT)
        if self._why or self._found < counted:
            lost = f": only {self._found} of {counted} records were found" if self._found < counted else ""
            raise MalformedError(self._why + lost if self._why else f"Berkeley DB: pages are missing or damaged{lost}")

    def _whole(self) -> Iterator[bytes]:
        """The headers of all pages and chains that are whole; the first problem is kept."""
        for number in range(1, self._pages):
            start = number * self._page_size
            if self._data[start + 25] not in {_HASH, _HASH_UNSORTED}:
                continue
            page = self._data[start : start + self._page_size]
            try:
                pairs = self._pairs(number, page)
            except MalformedError as error:
                self._why = self._why or str(error)
                continue
            for key_item, value_item in pairs:
                try:
                    key, value = self._item(number, key_item), self._item(number, value_item)
                except MalformedError as error:
                    self._why = self._why or str(error)
                    continue
                self._found += 1
                # Record 0 holds the highest package number instead of a header.
                if key.strip(b"\0"):
                    yield value

    def _pairs(self, number: int, page: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values: their offsets stand at the page's start, they themselves at its end, last one lowest."""
        here, _, _, entries = struct.unpack_from(self._order + "3IH", page, 8)
        if here != number:
            raise MalformedError(f"Berkeley DB: page {here} stands in place of page {number}")
        lowest = _PAGE_HEADER + 2 * entries
        if entries % 2 or lowest > len(page):
            raise MalformedError(f"Berkeley DB: page {number} claims {entries} entries")
        offsets = struct.unpack_from(f"{self._order}{entries}H", page, _PAGE_HEADER)
        ends = (len(page), *offsets)
        if any(not lowest <= start < end for start, end in zip(offsets, ends, strict=False)):
            raise MalformedError(f"Berkeley DB: an entry of page {number} lies outside it")
        items = [page[start:end] for start, end in zip(offsets, ends, strict=False)]
        return zip(items[::2], items[1::2], strict=True)

    def _item(self, number: int, item: bytes) -> bytes:
        if item[0] == _ON_PAGE:
            return item[1:]
        if item[0] == _OFF_PAGE and len(item) >= _OFF_PAGE_BYTES:
            return self._chain(*struct.unpack_from(self._order + "II", item, 4))
        raise MalformedError(f"Berkeley DB: page {number} holds an entry of type {item[0]}")

    def _chain(self, number: int, size: int) -> bytes:
        """The ``size`` bytes on the overflow pages from ``number`` on; no page belongs to two chains."""
        parts: list[bytes] = []
        left = size
        while left > 0:
            if not 0 < number < self._pages or number in self._overflow_read:
                raise MalformedError(f"Berkeley DB: overflow page {number} is outside the file or used twice")
            self._overflow_read.add(number)
            start = number * self._page_size
            here, _, following, _, used = struct.unpack_from(self._order + "3I2H", self._data, start + 8)
            if (
                here != number
                or self._data[start + 25] != _OVERFLOW
                or not 0 < used <= min(left, self._page_size - _PAGE_HEADER)
            ):
                raise MalformedError(f"Berkeley DB: page {number} is no part of the overflow chain that names it")
            parts.append(self._data[start + _PAGE_HEADER : start + _PAGE_HEADER + used])
            left -= used
            number = following
        return b"".join(parts)
