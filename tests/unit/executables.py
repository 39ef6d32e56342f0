"""Programs made by hand: just the headers, sections and segments of each format."""

from __future__ import annotations

import struct


def elf(
    sections: dict[str, bytes], *, wide: bool = True, order: str = "<", named: bool = True, base: int = 0x400000
) -> bytes:
    """One writable segment over the whole file; with ``named`` off no section headers, as ``sstrip`` leaves it."""
    header, program, each = (64, 56, 64) if wide else (52, 32, 40)
    body = bytearray(header + program)
    rows = [(0, 0, 0, 0, 0)]
    names = bytearray(b"\0")
    for name, data in (*sections.items(), (".shstrtab", b"")):
        names_at = len(names)
        names += name.encode() + b"\0"
        while len(body) % 16:
            body.append(0)
        rows.append((names_at, 1, base + len(body), len(body), len(data)))
        body += data
    rows[-1] = (*rows[-1][:4], len(names))
    body += names
    table = len(body)
    for name_at, kind, address, at, size in rows:
        form = "IIQQQQIIQQ" if wide else "IIIIIIIIII"
        body += struct.pack(order + form, name_at, kind, 0, address, at, size, 0, 0, 0, 0)
    kind = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    form = "HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"
    count, last = (len(rows), len(rows) - 1) if named else (0, 0)
    body[:header] = kind + struct.pack(
        order + form, 2, 62, 1, base, header, table if named else 0, 0, header, program, 1, each, count, last
    )
    if wide:
        segment = struct.pack(order + "IIQQQQQQ", 1, 6, 0, base, base, len(body), len(body), 4096)
    else:
        segment = struct.pack(order + "IIIIIIII", 1, 0, base, base, len(body), len(body), 6, 4096)
    body[header : header + program] = segment
    return bytes(body)


def pe(sections: dict[str, bytes], *, wide: bool = True, base: int = 0x400000) -> bytes:
    """All sections are writable."""
    optional = 112 if wide else 96
    at = 64 + 24 + optional + 40 * len(sections)
    at += -at % 16
    head = bytearray(b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0")
    head += struct.pack("<HHIIIHH", 0x8664, len(sections), 0, 0, 0, optional, 0)
    rest = bytearray(optional)
    struct.pack_into("<H", rest, 0, 0x20B if wide else 0x10B)
    struct.pack_into("<Q" if wide else "<I", rest, 24 if wide else 28, base)
    head += rest
    body = bytearray()
    for name, data in sections.items():
        place = at + len(body)
        head += name.encode().ljust(8, b"\0") + struct.pack("<IIII", len(data), place, len(data), place)
        head += struct.pack("<IIHHI", 0, 0, 0, 0, 0xC0000000)
        body += data + bytes(-len(data) % 16)
    return bytes(head).ljust(at, b"\0") + bytes(body)


def mach(sections: dict[str, bytes], *, wide: bool = True, order: str = "<", base: int = 0x400000) -> bytes:
    """One writable segment."""
    header, command, each = (32, 72, 80) if wide else (28, 56, 68)
    at = header + command + each * len(sections)
    at += -at % 16
    body = bytearray()
    rows = bytearray()
    for name, data in sections.items():
        place = at + len(body)
        rows += name.encode().ljust(16, b"\0") + b"__DATA".ljust(16, b"\0")
        rows += struct.pack(
            order + ("QQIIIIIIII" if wide else "IIIIIIIII"), base + place, len(data), place, *[0] * (7 if wide else 6)
        )
        body += data + bytes(-len(data) % 16)
    size = at + len(body)
    magic = 0xFEEDFACF if wide else 0xFEEDFACE
    head = struct.pack(order + "IIIIIII", magic, 7, 3, 2, 1, command + len(rows), 0) + (bytes(4) if wide else b"")
    form = "QQQQIIII" if wide else "IIIIIIII"
    head += struct.pack(order + "II", 0x19 if wide else 0x1, command + len(rows)) + b"__DATA".ljust(16, b"\0")
    head += struct.pack(order + form, base, size, 0, size, 7, 3, len(sections), 0)
    return bytes(head + rows).ljust(at, b"\0") + bytes(body)


def universal(program: bytes) -> bytes:
    return (struct.pack(">IIIIIII", 0xCAFEBABE, 1, 7, 3, 64, len(program), 0)).ljust(64, b"\0") + program
