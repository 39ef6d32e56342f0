"""GraalVM native images: the bill of materials in them."""

from __future__ import annotations

import gzip
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.gap import Gap
from garboard.model.package import Package, Unread
from garboard.packages.programs import explained
from tests.unit.ecosystems.reading import file
from tests.unit.executables import elf, mach, pe

BILL = {
    "bomFormat": "CycloneDX",
    "components": [
        {"type": "library", "group": "org.yaml", "name": "snakeyaml", "version": "1.33", "purl": "pkg:maven/org.yaml/snakeyaml@1.33"},
        {"type": "library", "group": "io.netty", "name": "netty-codec", "version": "4.1.100.Final",
         "components": [{"type": "library", "group": "io.netty", "name": "netty-common", "version": "4.1.100.Final"}]},
        {"type": "library", "name": "jdk", "version": "21", "purl": "pkg:generic/jdk@21"},
    ],
}  # fmt: skip
LIBRARIES = [
    "org.yaml/snakeyaml@1.33",
    "io.netty/netty-codec@4.1.100.Final",
    "io.netty/netty-common@4.1.100.Final",
]


def told(program: bytes) -> list[str]:
    return [
        f"{fact.full_name}@{fact.version}" if isinstance(fact, Package) else type(fact).__name__
        for fact in explained(file("srv/app", program))
    ]


def native(
    data: bytes, *, wide: bool = True, order: str = "<", table: str = "dyn", length: int | None = None, at: int | None = None
) -> bytes:  # fmt: skip
    """An image with its bill at the address of a symbol."""
    heap = b"h" * 16
    texts = b"\0other_sbom\0sbom\0sbom_length\0"
    entry = order + ("IBBHQQ" if wide else "IIIBBH")

    def made(start: int) -> bytes:
        rows = [
            (texts.index(b"\0sbom\0") + 1, start if at is None else at),
            (texts.index(b"sbom_length"), start + len(data)),
        ]
        symbols = b"".join(
            struct.pack(entry, name, 1, 0, 3, address, 0) if wide else struct.pack(entry, name, address, 0, 1, 0, 3)
            for name, address in rows
        )
        held = data + struct.pack(order + "Q", len(data) if length is None else length)
        names = (".dynsym", ".dynstr") if table == "dyn" else (".symtab", ".strtab")
        return elf({names[0]: symbols, names[1]: texts, ".data": held, ".svm_heap": heap}, wide=wide, order=order)

    return made(0x400000 + made(0).index(data)) if data else made(0x400000)


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("table", ["dyn", "own"])
def test_the_bill_at_a_symbol(wide: bool, order: str, table: str) -> None:
    program = native(gzip.compress(json.dumps(BILL).encode()), wide=wide, order=order, table=table)
    assert told(program) == LIBRARIES


@pytest.mark.parametrize("form", [elf, mach, pe])
def test_the_bill_in_a_section(form) -> None:
    assert told(form({".sbom": gzip.compress(json.dumps(BILL).encode()), ".svm_hea": b"h"})) == LIBRARIES


def test_without_a_bill_it_is_told() -> None:
    (found,) = explained(file("srv/app", elf({".svm_heap": b"h"})))
    assert isinstance(found, Unread)


@pytest.mark.parametrize(
    "program",
    [
        native(b"x" * 40),
        native(gzip.compress(b"[]")),
        native(gzip.compress(b"{}"), length=2**40),
        native(gzip.compress(b"{}"), at=1),
        native(gzip.compress(b"{}")[:-8]),
        native(gzip.compress(b'{"components": [{"name": "a"}]}')),
        native(gzip.compress(bytes(65 * 1024 * 1024))),
        elf({".sbom": b""}),
    ],
)
def test_what_cannot_be_read_is_a_gap(program: bytes) -> None:
    (found,) = explained(file("srv/app", program))
    assert isinstance(found, Gap)


@given(st.data())
def test_damaged_images_end(draw: st.DataObject) -> None:
    data = bytearray(native(gzip.compress(json.dumps(BILL).encode())))
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(4, len(data) - 1))] = draw.draw(st.integers(0, 255))
    assert all(isinstance(fact, Package | Gap | Unread) for fact in explained(file("srv/app", bytes(data))))
