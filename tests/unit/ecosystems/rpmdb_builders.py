"""Builders of RPM headers and databases, written from the formats' descriptions and not from the readers."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence
from typing import Any

STRING, INT32, STRING_ARRAY, I18N, BIN = 6, 4, 8, 9, 7
TAGS = {
    "name": (1000, STRING),
    "version": (1001, STRING),
    "release": (1002, STRING),
    "epoch": (1003, INT32),
    "summary": (1004, I18N),
    "size": (1009, INT32),
    "vendor": (1011, STRING),
    "license": (1014, STRING),
    "arch": (1022, STRING),
    "oldfilenames": (1027, STRING_ARRAY),
    "sourcerpm": (1044, STRING),
    "provides": (1047, STRING_ARRAY),
    "requires": (1049, STRING_ARRAY),
    "dirindexes": (1116, INT32),
    "basenames": (1117, STRING_ARRAY),
    "dirnames": (1118, STRING_ARRAY),
    "modularitylabel": (5096, STRING),
}


def header(**fields: Any) -> bytes:
    """A header of the named tags with a region tag in front, as databases hold it."""
    index, data = [(62, BIN, 0, 16)], bytes(16)
    for field, value in fields.items():
        tag, kind = TAGS[field]
        if kind == INT32:
            data += bytes(-len(data) % 4)
            values = value if isinstance(value, Sequence) else [value]
            encoded = struct.pack(f">{len(values)}I", *values)
        else:
            values = [value] if isinstance(value, str) else value
            encoded = b"".join(text.encode() + b"\0" for text in values)
        index.append((tag, kind, len(data), len(values)))
        data += encoded
    entries = b"".join(struct.pack(">4I", *entry) for entry in index)
    return struct.pack(">2I", len(index), len(data)) + entries + data


def package(name: str, version: str = "1.0", release: str = "1.el9", **fields: Any) -> bytes:
    return header(name=name, version=version, release=release, **fields)


def sqlite(
    blobs: Sequence[Any], schema: str = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)"
) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute(schema)
    connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
    connection.commit()
    return connection.serialize()


def ndb(blobs: Sequence[bytes], slot_pages: int = 1) -> bytes:
    slots, tail, block = [], b"", slot_pages * 256
    for number, blob in enumerate(blobs, 1):
        body = struct.pack("<4s3I", b"BlbS", number, 1, len(blob)) + blob
        body += bytes(-(len(body) + 12) % 16) + struct.pack("<2I4s", 0, len(blob), b"BlbE")
        slots.append(struct.pack("<4s3I", b"Slot", number, block, len(body) // 16))
        tail += body
        block += len(body) // 16
    empty = struct.pack("<4s3I", b"Slot", 0, 0, 0)
    slots += [empty] * (slot_pages * 256 - 2 - len(slots))
    head = struct.pack("<4s4I", b"RpmP", 0, 1, slot_pages, len(blobs) + 1) + bytes(12)
    return head + b"".join(slots) + tail


def bdb(blobs: Sequence[bytes], order: str = "<", page_size: int = 512, inline: bool = False) -> bytes:
    """One hash page per package; each value on a chain of overflow pages, or ``inline``."""
    pages: list[bytes] = [b""]

    def head(number: int, following: int, entries: int, offset: int, kind: int) -> bytes:
        return bytes(8) + struct.pack(order + "3I2H2B", number, 0, following, entries, offset, 0, kind)

    records = [(0, struct.pack(order + "I", len(blobs))), *enumerate(blobs, 1)]
    for number, blob in records:
        key = b"\x01" + struct.pack(order + "I", number)
        if inline or number == 0:
            value = b"\x01" + blob
        else:
            room = page_size - 26
            chunks = [blob[at : at + room] for at in range(0, len(blob), room)]
            value = b"\x03\0\0\0" + struct.pack(order + "2I", len(pages), len(blob))
            for n, chunk in enumerate(chunks):
                here = len(pages)
                pages.append(
                    (head(here, here + 1 if n + 1 < len(chunks) else 0, 1, len(chunk), 7) + chunk).ljust(
                        page_size, b"\0"
                    )
                )
        offsets = [page_size - len(key), page_size - len(key) - len(value)]
        start = head(len(pages), 0, 2, offsets[-1], 13) + struct.pack(order + "2H", *offsets)
        pages.append(start.ljust(offsets[-1], b"\0") + value + key)
    meta = bytes(12) + struct.pack(order + "3I", 0x061561, 9, page_size) + bytes([0, 8, 0, 0])
    meta += bytes(4) + struct.pack(order + "I", len(pages) - 1)
    meta = meta.ljust(88, b"\0") + struct.pack(order + "I", len(records))
    pages[0] = meta.ljust(page_size, b"\0")
    return b"".join(pages)
