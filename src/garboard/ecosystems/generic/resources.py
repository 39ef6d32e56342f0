"""Products of Windows, by the resource with the version that their programs and libraries hold (``VS_VERSIONINFO``)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

from garboard.ecosystems.generic import LIBRARIES, PROGRAMS
from garboard.executables import PE, Executable
from garboard.model.image import File
from garboard.model.package import HIGH, UNMANAGED, Evidence, Package, Unread

_ORDER: Final = "deb"
_SECTION: Final = ".rsrc"
_MOST: Final = 16 * 1024 * 1024
"""Bytes of resources; the version comes behind icons, seldom behind more."""
_BLOCK: Final = re.compile(re.escape("VS_VERSION_INFO\0".encode("utf-16-le")))
_HEADER: Final = 6
_LONGEST: Final = 400
_VERSION: Final = re.compile(r"\d{1,10}(?:[.,] ?\d{1,10}){1,3}(?:-[\w.-]{1,60})?")


def product(file: File, program: Executable) -> Iterator[Unread]:
    """The product of which this is a part, where its name and version are stated; nothing else may explain it."""
    resources = program.section(_SECTION) if file.data.startswith(PE) else None
    found = _BLOCK.search(resources[:_MOST]) if resources is not None else None
    if resources is None or found is None or found.start() < _HEADER:
        return
    start = found.start() - _HEADER
    (length,) = struct.unpack_from("<H", resources, start)
    block = bytes(resources[start : start + length])
    name, _ = _text(block, "ProductName")
    for key in ("ProductVersion", "FileVersion"):
        stated, at = _text(block, key)
        if name and (version := _VERSION.match(stated)):
            part = program.part(_SECTION)
            vendor, _ = _text(block, "CompanyName")
            yield Unread(
                kind=PROGRAMS if file.path.lower().endswith(".exe") else LIBRARIES,
                software=Package(
                    type=UNMANAGED,
                    name=name,
                    version=version[0].replace(", ", ".").replace(",", "."),
                    scheme=_ORDER,
                    vendor=vendor,
                    evidence=Evidence(confidence=HIGH, offset=(part.at if part else 0) + start + at),
                ),
            )
            return


def _text(block: bytes, key: str) -> tuple[str, int]:
    """The value of a string in the block, and its place there; empty where it has none.

    Before a key stand its lengths and type, behind it the value, at a multiple of four bytes.
    """
    spelled = f"{key}\0".encode("utf-16-le")
    found = block.find(spelled)
    if found < _HEADER:
        return "", 0
    (count,) = struct.unpack_from("<H", block, found - _HEADER + 2)
    at = found + len(spelled)
    at += -at % 4
    text = block[at : at + 2 * min(count, _LONGEST)].decode("utf-16-le", "replace")
    return text.partition("\0")[0].strip(), at
