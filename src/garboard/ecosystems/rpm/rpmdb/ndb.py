"""RPM's own database (``Packages.db``, SUSE): slots that point at header blobs.

Format: rpm's ``lib/backend/ndb/rpmpkg.c``. A 32-byte header (magic ``RpmP``, version, generation, slot pages), slots of
16 bytes up to the end of the slot pages (``Slot``, package index, block offset, block count), and blobs that begin with
16 bytes of ``BlbS``, package index, generation and length. All numbers are little-endian, a block is 16 bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from garboard.ecosystems.rpm.rpmdb.malformed import MalformedError

MAGIC = b"RpmP"

_PAGE = 4096
_BLOCK = 16
_FIRST_SLOT = 32


def headers(data: bytes) -> Iterator[bytes]:
    """Each package's header blob, by slot. Raises `MalformedError` at the first slot or blob that breaks the format."""
    if len(data) < _FIRST_SLOT:
        raise MalformedError(f"NDB: a file of {len(data)} bytes")
    _, version, _, slot_pages = struct.unpack_from("<4I", data)
    if version:
        raise MalformedError(f"NDB: unknown version {version}")
    slots_end = slot_pages * _PAGE
    if not slots_end or slots_end > len(data):
        raise MalformedError(f"NDB: {slot_pages} slot pages in a file of {len(data)} bytes")
    left = len(data)
    for magic, index, offset, count in struct.iter_unpack("<4s3I", data[_FIRST_SLOT:slots_end]):
        if magic != b"Slot":
            raise MalformedError("NDB: a slot without its magic")
        if not offset:
            continue
        blob = _blob(data, index, offset * _BLOCK, count * _BLOCK)
        left -= len(blob)
        if left < 0:
            raise MalformedError("NDB: blobs overlap")
        yield blob


def _blob(data: bytes, index: int, start: int, room: int) -> bytes:
    if room < _BLOCK or start + room > len(data):
        raise MalformedError(f"NDB: package {index} lies outside the file")
    magic, found, _, size = struct.unpack_from("<4s3I", data, start)
    if magic != b"BlbS" or found != index:
        raise MalformedError(f"NDB: package {index} is not where its slot points")
    if size > room - _BLOCK:
        raise MalformedError(f"NDB: package {index} claims {size} bytes in {room}")
    return data[start + _BLOCK : start + _BLOCK + size]
