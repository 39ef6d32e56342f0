"""Programs of every format, word size and byte order are read alike, and damaged ones end at once."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.executables import BadExecutable, Executable
from tests.unit.executables import elf, mach, pe, universal

DATA = {".data": b"0123456789abcdef", ".dep-v0": b"crates"}
FORMS = [
    *(elf(DATA, wide=wide, order=order) for wide, order in itertools.product((True, False), "<>")),
    *(mach(DATA, wide=wide, order=order) for wide, order in itertools.product((True, False), "<>")),
    *(pe(DATA, wide=wide) for wide in (True, False)),
    universal(mach(DATA)),
]


@pytest.mark.parametrize("data", FORMS)
def test_sections_and_addresses(data: bytes) -> None:
    program = Executable(memoryview(data))
    assert program.mentions(b".dep-v0")
    assert not program.mentions(b".other")
    section = program.section(".dep-v0")
    assert section is not None
    assert bytes(section) == b"crates"
    assert program.section(".other") is None
    part = next(one for one in program.sections if one.name == ".data")
    assert bytes(program.loaded(part.address + 10, 6)) == b"abcdef"
    with pytest.raises(BadExecutable, match="nothing in the file"):
        program.loaded(1, 1)
    assert any(one.writable for one in program.segments)


def test_a_program_without_section_headers_has_its_segments() -> None:
    program = Executable(memoryview(elf(DATA, named=False)))
    assert not program.mentions(b".data")
    assert program.section(".data") is None
    assert len(program.segments) == 1


@pytest.mark.parametrize(
    "data", [b"", b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(50), b"text", b"\xcf\xfa\xed\xfe"]
)
def test_what_is_no_program(data: bytes) -> None:
    with pytest.raises(BadExecutable):
        Executable(memoryview(data))


@given(st.sampled_from(FORMS), st.data())
def test_damaged_programs_end(program: bytes, draw: st.DataObject) -> None:
    data = bytearray(program)
    for _ in range(draw.draw(st.integers(1, 8))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
    cut = memoryview(bytes(data))[: draw.draw(st.integers(0, len(data)))]
    try:
        found = Executable(cut)
    except BadExecutable:
        return
    for name in (".data", ".dep-v0"):
        section = found.section(name)
        assert section is None or len(section) <= len(cut)
