"""An RPM header as databases hold it: an index of tags and the data behind it, without lead or magic.

Format: rpm's ``docs/manual/format_header.md``. Two big-endian counts (index entries, bytes of data), entries of tag,
type, offset and count, then the data. Nothing of it is trusted.
"""

from __future__ import annotations

import struct

from garboard.ecosystems.rpm.rpmdb.malformed import MalformedError

_ENTRY = 16
_INT32, _STRING, _STRING_ARRAY, _I18N_STRING = 4, 6, 8, 9

NAME, VERSION, RELEASE, EPOCH = 1000, 1001, 1002, 1003
SIZE, VENDOR, LICENSE, ARCH, SOURCERPM = 1009, 1011, 1014, 1022, 1044
PROVIDENAME, REQUIRENAME = 1047, 1049
OLDFILENAMES, DIRINDEXES, BASENAMES, DIRNAMES = 1027, 1116, 1117, 1118
MODULARITYLABEL = 5096


class Header:
    """The tags of one header, decoded only when asked for.

    Raises `MalformedError` where a length or an offset points outside the blob or a tag has another type than it must.
    """

    def __init__(self, blob: bytes) -> None:
        if len(blob) < 8:
            raise MalformedError(f"a header of {len(blob)} bytes")
        entries, size = struct.unpack_from(">II", blob)
        self._start = 8 + _ENTRY * entries
        self._end = self._start + size
        if self._end > len(blob):
            raise MalformedError(f"a header of {len(blob)} bytes claims {entries} tags and {size} bytes of data")
        self._blob = blob
        self._index = struct.unpack_from(f">{4 * entries}I", blob, 8)
        self._place = {tag: 4 * n for n, tag in enumerate(self._index[::4])}

    def text(self, tag: int) -> str:
        """A string, or the first of a translated one; empty where the tag is absent."""
        found = self._find(tag, _STRING, _I18N_STRING)
        if found is None:
            return ""
        end = self._blob.find(b"\0", found[0], self._end)
        if end < 0:
            raise MalformedError(f"the text of tag {tag} does not end")
        return self._blob[found[0] : end].decode("utf-8", "replace")

    def texts(self, tag: int) -> list[str]:
        """A string array; empty where the tag is absent."""
        found = self._find(tag, _STRING_ARRAY)
        if found is None:
            return []
        start, count = found
        # No more pieces than counted are made: a header may count few in front of much data.
        pieces = self._blob[start : self._end].split(b"\0", count)
        if len(pieces) <= count:
            raise MalformedError(f"tag {tag} claims {count} texts and holds {len(pieces) - 1}")
        return [piece.decode("utf-8", "replace") for piece in pieces[:count]]

    def numbers(self, tag: int) -> tuple[int, ...]:
        """An array of 32-bit numbers; empty where the tag is absent."""
        found = self._find(tag, _INT32)
        if found is None:
            return ()
        start, count = found
        if start + 4 * count > self._end:
            raise MalformedError(f"tag {tag} claims {count} numbers, more than the header holds")
        return struct.unpack_from(f">{count}I", self._blob, start)

    @property
    def data(self) -> bytes:
        """All of it, for a cheap test before file lists are read."""
        return self._blob

    def _find(self, tag: int, *types: int) -> tuple[int, int] | None:
        """Where a tag's data start, and how many values there are."""
        place = self._place.get(tag)
        if place is None:
            return None
        _, kind, offset, count = self._index[place : place + 4]
        if kind not in types:
            raise MalformedError(f"tag {tag} has type {kind}")
        if self._start + offset >= self._end:
            raise MalformedError(f"tag {tag} lies outside the header's data")
        return self._start + offset, count
