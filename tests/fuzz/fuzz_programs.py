"""Programs: whatever their headers and tables say, the packages of which they were built come or a gap does, and soon."""

from __future__ import annotations

import bz2
import gzip
import json
import zlib

from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems import of
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Package, Unread
from garboard.packages.archived_packages import of_others
from garboard.packages.programs import explained
from tests.examples import examples
from tests.fuzz.mutation import Target
from tests.unit.ecosystems.test_native_images import BILL, native
from tests.unit.ecosystems.test_nuget import bundled
from tests.unit.ecosystems.test_programs import CRATES, information, pointed
from tests.unit.ecosystems.test_windows_products import program
from tests.unit.executables import elf, mach, pe, universal
from tests.unit.packages.test_archives import PACKAGE, POM, with_data, zipped_with

_CRATES = zlib.compress(json.dumps(CRATES).encode())
SEEDS = [
    *(
        form({".go.buildinfo": information(), "__go_buildinfo": information(), ".dep-v0": _CRATES, ".symtab": b"x"})
        for form in (elf, mach, pe)
    ),
    elf({".go.buildinfo": pointed(0x4000B0, 8, "<")}),
    elf({".go.buildinfo": information()}, wide=False, order=">"),
    elf({".data": information()}, named=False),
    universal(mach({"__go_buildinfo": information()})),
    bundled(b'{"libraries": {"A/1.0": {"type": "package"}}}'),
    native(gzip.compress(json.dumps(BILL).encode())),
    elf({".sbom": gzip.compress(json.dumps(BILL).encode()), ".gopclntab": b""}),
    program(),
    *(pack(with_data(("a", bytes(600)), ("b" * 120, b"x"))) for pack in (bytes, gzip.compress, bz2.compress)),
    zipped_with(("a", bytes(600)), ("b/c", b"x")),
    zipped_with(("a", bytes(600)), before=b"#!/bin/sh\n" + b"# text\n" * 600),
    elf({".rodata": b"\0nginx/1.25.3\x001.25.3\x0020914\0", ".data": b"\x001.2.5\n"}),
]
PATHS = ("app", "app.dll", "sbin/nginx", "lib/libxml2.so.2", "bin/mysqld", "bin/python3.12")


def run(data: bytes) -> None:
    for path in PATHS:
        for fact in explained(File(path=path, data=data[:4096], view=memoryview(data))):
            assert isinstance(fact, Package | Gap | Unread)
            assert not isinstance(fact, Package) or fact.name


@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=8)), max_size=6))
@examples(2000)
def test_other_bytes_in_its_place(program: bytes, changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(program)
    for at, new in changes:
        data[at : at + len(new)] = new
    run(bytes(data))


INNER = zipped_with(POM, PACKAGE, ("c.zip", zipped_with(PACKAGE)), ("d.tar.gz", gzip.compress(with_data(PACKAGE))))
ARCHIVES = [zipped_with(POM, ("b.jar", INNER)), zipped_with(("b.jar", zipped_with(("c.war", INNER)))), INNER]


def search(data: bytes) -> None:
    for fact in of_others(File(path="a.jar", data=b"", view=memoryview(data)), of("maven")):
        assert isinstance(fact, Unread)
        assert fact.names


@given(
    st.sampled_from(ARCHIVES), st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=8)), max_size=6)
)
def test_other_bytes_in_an_archive(archive: bytes, changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(archive)
    for at, new in changes:
        data[at : at + len(new)] = new
    search(bytes(data))


TARGETS = (Target("a program", run, SEEDS), Target("archives in an archive", search, ARCHIVES))
