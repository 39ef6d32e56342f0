"""Reads programs and shared libraries in place: sections, and what lies at an address, within bounds.

ELF (System V gABI), Mach-O (``<mach-o/loader.h>``; of a universal file the first architecture) and PE (Microsoft's PE/COFF
specification), of 32 and 64 bits and both byte orders.
"""

from __future__ import annotations

import re
import struct
from typing import Final, NamedTuple

ELF: Final = b"\x7fELF"
PE: Final = b"MZ"
MACH_O: Final = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
UNIVERSAL: Final = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
"""The first is that of Java's classes too: what follows is the number of architectures, and there a version from 45 on."""
SIGNS: Final = (ELF, PE, *MACH_O, *UNIVERSAL)
WEB_ASSEMBLY: Final = b"\0asm"
NOT_LOADED: Final = frozenset({b"\1\0", b"\0\1", b"\4\0", b"\0\4"})
"""Types of ELF files, in both byte orders, that are parts of a program still to be linked, and dumps of memory."""

_MOST: Final = 4096
"""Sections or segments: real programs have less than a hundred."""
_LONGEST_NAMES: Final = 1024 * 1024
_FIRST_CLASS_VERSION: Final = 45
_WIDE: Final = 2
_LITTLE: Final = 1
_LOAD: Final = 1
_WRITABLE: Final = 2
_NO_BITS: Final = 8
_MACH_SEGMENTS: Final = {0x1: False, 0x19: True}
_PE_WRITABLE: Final = 0x80000000


class BadExecutable(ValueError):
    """No program of a known format, or a damaged one."""


class Section(NamedTuple):
    """A section or segment: where it is in memory and in the file; sizes in bytes, as many as the file has."""

    name: str
    address: int
    at: int
    size: int
    writable: bool = False


class Executable:
    """A program or shared library.

    Attributes:
        sections: in the file's order, with their names; of ELF read when they are asked for.
        base: where in the file its bytes start, to which the places of sections and segments are added.
        order: the byte order and the size of a word, as `struct` writes them.
    """

    def __init__(self, data: memoryview) -> None:
        """Read the headers.

        Raises:
            BadExecutable: they cannot be read.
        """
        self.data = data
        self.base = 0
        self.sections: tuple[Section, ...] = ()
        self._segments: tuple[Section, ...] | None = None
        self.order = "<"
        self.wide = True
        self._names = b""
        self._table_end = 0
        self._open()

    def _open(self) -> None:
        sign = bytes(self.data[:4])
        if sign == ELF:
            self._elf()
        elif sign[:2] == PE:
            self._pe()
        elif sign in MACH_O:
            self._mach(sign)
        elif sign in UNIVERSAL:
            self._universal(wide=sign == UNIVERSAL[1])
        else:
            raise BadExecutable("it is no program")

    @property
    def segments(self) -> tuple[Section, ...]:
        """What is loaded into memory; of ELF read when it is asked for."""
        if self._segments is None:
            self._segments = self._elf_segments()
        return self._segments

    def mentions(self, section: bytes) -> bool:
        """Whether a section may have this name: a cheap test, with no false negatives."""
        if self._names:
            return section in self._names
        name = section.decode()
        return any(part.name == name for part in self.sections)

    def all_sections(self) -> tuple[Section, ...]:
        """The sections, read if need be."""
        return self.sections or self._elf_sections()

    def appended(self) -> int:
        """How many bytes lie behind the program's own, as installers and bundles have them."""
        if self._table_end >= len(self.data):
            return 0
        ends = [part.at + part.size for part in (*self.segments, *self.sections)]
        return max(0, len(self.data) - max((*ends, self._table_end), default=0))

    def part(self, name: str) -> Section | None:
        """The first section of this name; of Mach-O without its segment's name."""
        return next((part for part in self.all_sections() if part.name == name), None)

    def section(self, name: str) -> memoryview | None:
        """The bytes of the first section of this name."""
        part = self.part(name)
        return None if part is None else self.data[part.at : part.at + part.size]

    def symbol(self, name: bytes) -> int | None:
        """The address of a symbol of this name in an ELF file; None where it is in neither table."""
        for table, texts in ((".dynsym", ".dynstr"), (".symtab", ".strtab")):
            symbols, names = self.section(table), self.section(texts)
            if symbols is None or names is None:
                continue
            places = {found.start() + 1 for found in re.finditer(rb"\0(?=%s\0)" % re.escape(name), names)}
            form = struct.Struct(self.order + ("IBBHQQ" if self.wide else "IIIBBH"))
            for entry in form.iter_unpack(symbols[: len(symbols) // form.size * form.size]):
                if entry[0] in places:
                    return int(entry[4] if self.wide else entry[1])
        return None

    def loaded(self, address: int, size: int) -> memoryview:
        """The bytes at an address in memory.

        Raises:
            BadExecutable: they are not in the file.
        """
        for part in self.segments:
            start = address - part.address
            if start >= 0 and start + size <= part.size:
                return self.data[part.at + start : part.at + start + size]
        raise BadExecutable(f"nothing in the file is loaded at {address:#x}")

    def _unpack(self, form: str, position: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(self.order + form, self.data, position)
        except (struct.error, OverflowError) as error:
            raise BadExecutable("its headers are cut short") from error

    def _part(self, name: str, address: int, at: int, size: int, *, writable: bool = False) -> Section:
        at = min(at, len(self.data))
        return Section(name, address, at, max(0, min(size, len(self.data) - at)), writable)

    # ELF: the section header table, and the names of the sections in one section.

    def _elf(self) -> None:
        width, order = self._unpack("BB", 4)
        self.wide = width == _WIDE
        self.order = "<" if order == _LITTLE else ">"
        form = "QQIHHHHHH" if self.wide else "IIIHHHHHH"
        self._programs_at, self._sections_at, _, _, each, programs, width, sections, names = self._unpack(
            form, 32 if self.wide else 28
        )
        self._width, self._count = width, min(sections, _MOST)
        self._table_end = self._sections_at + width * sections
        self._each, self._programs = each, min(programs, _MOST)
        if self._programs:
            self._unpack("B", self._programs_at + each * (self._programs - 1) + (56 if self.wide else 32) - 1)
        if 0 < self._sections_at < len(self.data) and names < sections and width:
            _, _, at, size = self._elf_header(names)
            self._names = bytes(self.data[at : at + min(size, _LONGEST_NAMES)])

    def _elf_segments(self) -> tuple[Section, ...]:
        found = []
        for number in range(self._programs):
            start = self._programs_at + number * self._each
            if self.wide:
                kind, flags, at, address, _, size = self._unpack("IIQQQQ", start)
            else:
                kind, at, address, _, size, _, flags = self._unpack("IIIIIII", start)
            if kind == _LOAD:
                found.append(self._part("", address, at, size, writable=bool(flags & _WRITABLE)))
        return tuple(found)

    def _elf_header(self, number: int) -> tuple[int, int, int, int]:
        """Where a section's name lies among the names; its address, position and size."""
        start = self._sections_at + number * self._width
        if self.wide:
            name, kind, _, address, at, size = self._unpack("IIQQQQ", start)
        else:
            name, kind, _, address, at, size = self._unpack("IIIIII", start)
        return name, address, at, 0 if kind == _NO_BITS else size

    def _elf_sections(self) -> tuple[Section, ...]:
        if not self._names:
            return ()
        found = []
        for number in range(self._count):
            try:
                name, address, at, size = self._elf_header(number)
            except BadExecutable:
                break
            text = self._names[name : self._names.find(b"\0", name)].decode("utf-8", "replace")
            found.append(self._part(text, address, at, size))
        self.sections = tuple(found)
        return self.sections

    # PE: sections only, which are segments too.

    def _pe(self) -> None:
        (header,) = self._unpack("I", 60)
        if bytes(self.data[header : header + 4]) != b"PE\0\0":
            raise BadExecutable("it is no program of Windows")
        count, _, _, _, optional, _ = self._unpack("HIIIHH", header + 6)
        (magic,) = self._unpack("H", header + 24)
        self.wide = magic == 0x20B
        base = self._unpack("Q", header + 48)[0] if self.wide else self._unpack("I", header + 52)[0]
        found = []
        for number in range(min(count, _MOST)):
            start = header + 24 + optional + 40 * number
            name = bytes(self.data[start : start + 8]).rstrip(b"\0").decode("utf-8", "replace")
            real, address, stored, at = self._unpack("IIII", start + 8)
            (flags,) = self._unpack("I", start + 36)
            size = min(real, stored) if real else stored
            found.append(self._part(name, base + address, at, size, writable=bool(flags & _PE_WRITABLE)))
        self.sections = self._segments = tuple(found)

    # Mach-O: load commands, with segments, with sections.

    def _universal(self, *, wide: bool) -> None:
        self.order = ">"
        (count,) = self._unpack("I", 4)
        if not 0 < count < _FIRST_CLASS_VERSION:
            raise BadExecutable("it is a class of Java")
        at, size = self._unpack("QQ", 16) if wide else self._unpack("II", 16)
        self.base, self.data = at, self.data[at : at + size]
        self._mach(bytes(self.data[:4]))

    def _mach(self, sign: bytes) -> None:
        if sign not in MACH_O:
            raise BadExecutable("it is no program of macOS")
        self.order = ">" if sign in MACH_O[:2] else "<"
        self.wide = sign in (MACH_O[1], MACH_O[3])
        (count,) = self._unpack("I", 16)
        position = 32 if self.wide else 28
        sections: list[Section] = []
        segments: list[Section] = []
        for _ in range(min(count, _MOST)):
            kind, length = self._unpack("II", position)
            if kind in _MACH_SEGMENTS and len(sections) < _MOST:
                self._mach_segment(position, sections, segments)
            if length <= 0:
                break
            position += length
        self.sections, self._segments = tuple(sections), tuple(segments)

    def _mach_segment(self, position: int, sections: list[Section], segments: list[Section]) -> None:
        form, first, each = ("QQQQIII", 72, 80) if self.wide else ("IIIIIII", 56, 68)
        address, _, at, size, _, allowed, count = self._unpack(form, position + 24)
        segments.append(self._part("", address, at, size, writable=bool(allowed & _WRITABLE)))
        for number in range(min(count, _MOST)):
            start = position + first + each * number
            name = bytes(self.data[start : start + 16]).rstrip(b"\0").decode("utf-8", "replace")
            address, size = self._unpack("QQ" if self.wide else "II", start + 32)
            (place,) = self._unpack("I", start + (48 if self.wide else 40))
            sections.append(self._part(name, address, place, size))
