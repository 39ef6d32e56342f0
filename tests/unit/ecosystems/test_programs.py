"""What programs say of the packages of which they were built: Go's build information, and the list of cargo auditable."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package, Unread
from garboard.packages.programs import explained
from tests.unit.executables import elf, mach, pe, universal

SENTINEL = bytes(range(16))
MODULES = """path\texample.com/acme/cmd/serve
mod\texample.com/acme\tv1.4.0\th1:x=
dep\tgithub.com/gorilla/mux\tv1.8.0\th1:x=
dep\tgithub.com/old/yaml\tv1.0.0
=>\tgithub.com/new/yaml\tv2.0.1\th1:x=
build\t-compiler=gc
"""
PACKAGES = [
    "stdlib@1.21.3",
    "example.com/acme@v1.4.0",
    "github.com/gorilla/mux@v1.8.0",
    "github.com/new/yaml@v2.0.1",
]


def facts(data: bytes, path: str = "app") -> list[Fact]:
    return list(explained(File(path=path, data=data[:4096], view=memoryview(data))))


def told(data: bytes) -> list[str]:
    return [
        f"{fact.full_name}@{fact.version}" if isinstance(fact, Package) else type(fact).__name__ for fact in facts(data)
    ]


def _counted(text: bytes) -> bytes:
    length, out = len(text), bytearray()
    while length >= 0x80:
        out.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes(out) + bytes([length]) + text


def information(modules: str = MODULES, toolchain: str = "go1.21.3") -> bytes:
    """As Go writes it since 1.18."""
    text = SENTINEL + modules.encode() + SENTINEL
    return b"\xff Go buildinf:\x08\x02".ljust(32, b"\0") + _counted(toolchain.encode()) + _counted(text)


def pointed(address: int, size: int, order: str, modules: str = MODULES, toolchain: str = "go1.16.5") -> bytes:
    """As Go wrote it before: pointers to the headers of two strings."""
    word = ">" if order == ">" else "<"
    form = word + ("Q" if size == 8 else "I")
    texts = (toolchain.encode(), SENTINEL + modules.encode() + SENTINEL)
    headers = 32 + 2 * size
    places = [headers + 4 * size, headers + 4 * size + len(texts[0])]
    out = b"\xff Go buildinf:" + bytes([size, 1 if order == ">" else 0])
    out += struct.pack(form, address + headers) + struct.pack(form, address + headers + 2 * size)
    out = out.ljust(headers, b"\0")
    for place, text in zip(places, texts, strict=True):
        out += struct.pack(form, address + place) + struct.pack(form, len(text))
    return out + b"".join(texts)


@pytest.mark.parametrize(
    "program",
    [
        *(elf({".go.buildinfo": information()}, wide=wide, order=order) for wide, order in itertools.product((True, False), "<>")),
        elf({".note.go.buildid": b"\x04\0\0\0\x04\0\0\0\x04\0\0\0Go\0\0", ".data": information()}, named=False),
        *(mach({"__go_buildinfo": information()}, wide=wide, order=order) for wide, order in itertools.product((True, False), "<>")),
        universal(mach({"__go_buildinfo": information()})),
        *(pe({".data": bytes(64) + information(), ".symtab": b"x"}, wide=wide) for wide in (True, False)),
    ],
)  # fmt: skip
def test_the_modules_of_a_go_program(program: bytes) -> None:
    assert told(program) == PACKAGES


@pytest.mark.parametrize(("wide", "order"), list(itertools.product((True, False), "<>")))
def test_pointers_of_older_toolchains(wide: bool, order: str) -> None:
    size = 8 if wide else 4
    first = elf({".go.buildinfo": pointed(0, size, order)}, wide=wide, order=order)
    address = 0x400000 + first.index(b"\xff Go buildinf:")
    program = elf({".go.buildinfo": pointed(address, size, order)}, wide=wide, order=order)
    assert told(program) == ["stdlib@1.16.5", *PACKAGES[1:]]


def main_of(modules: str) -> Package:
    found = facts(elf({".go.buildinfo": information(modules)}))
    return next(fact for fact in found if isinstance(fact, Package) and fact.name == "acme")


@pytest.mark.parametrize(
    ("line", "version", "application"),
    [
        ("mod\texample.com/acme\tv1.4.0\th1:x=", "v1.4.0", False),
        ("mod\texample.com/acme\t(devel)\t", "", True),
        ('mod\texample.com/acme\t(devel)\t\nbuild\t-ldflags="-s -w -X main.version=1.2.3"', "v1.2.3", False),
        ("mod\texample.com/acme\t(devel)\t\nbuild\t-ldflags=-X example.com/acme/v.GitVersion=v1.2.3", "v1.2.3", False),
        (
            'mod\texample.com/acme\t(devel)\t\nbuild\t-ldflags="-w \\t-X \\"main.Version=20.10.24+dfsg1\\""',
            "v20.10.24+dfsg1",
            False,
        ),
        ('mod\texample.com/acme\t(devel)\t\nbuild\t-ldflags="-X \\\n  main.gitTag=v1.2.3"', "", True),
        (
            "mod\texample.com/acme\t(devel)\t\nbuild\t-ldflags=--X 'k8s.io/base/version.gitVersion=v1.29.0'",
            "v1.29.0",
            False,
        ),
        ("mod\texample.com/acme\t(devel)\t\nbuild\t-ldflags=-X main.version=1.6.20~ds1", "v1.6.20~ds1", False),
        ("mod\texample.com/acme\t(devel)\t\nbuild\t-ldflags=-X main.version=main-dirty", "", True),
        ("mod\texample.com/acme\t(devel)\t\nbuild\t-ldflags=-X main.Version=1.0.0 -X main.gitTag=v2.0.0", "", True),
        ("mod\texample.com/acme\t(devel)\t\nbuild\t-ldflags=-X main.goVersion=1.0.0", "", True),
    ],
)
def test_the_version_of_the_main_module(line: str, version: str, application: bool) -> None:
    package = main_of(f"path\texample.com/acme\n{line}\ndep\tgolang.org/x/text\tv0.3.7\n")
    assert (package.version, package.application) == (version, application)
    assert package.requires == (("stdlib",), ("golang.org/x/text",))


@pytest.mark.parametrize(
    ("modules", "toolchain", "expected"),
    [
        ("path\tcmd/go\nbuild\t-compiler=gc\n", "go1.22.0", ["stdlib@1.22.0"]),
        ("mod\texample.com/m\t(devel)\n", "go1.22.0", ["stdlib@1.22.0", "example.com/m@"]),
        ("mod\tm\t(devel)\n", "go1.22.0", ["stdlib@1.22.0", "m@"]),
        ("path\tcommand-line-arguments\n", "go1.22.0", ["stdlib@1.22.0", "Unread"]),
        ("mod\tm\tv1.0.0\n", "devel go1.23-abc", ["Gap", "m@v1.0.0"]),
        ("mod\tm\tv1.0.0\n", "go1.22rc1 X:boringcrypto", ["stdlib@1.22rc1", "m@v1.0.0"]),
        ("mod\tm\tv1.0.0\ndep\tx\tv1.0.0\n=>\t./x\t(devel)\n", "go1.22.0", ["stdlib@1.22.0", "m@v1.0.0", "x@"]),
        ("mod\tm\tv1.0.0\ndep\tx\tv1.0.0\n=>\t../x\t\n", "go1.22.0", ["stdlib@1.22.0", "m@v1.0.0", "x@"]),
    ],
)
def test_what_a_go_program_leaves_open(modules: str, toolchain: str, expected: list[str]) -> None:
    assert told(elf({".go.buildinfo": information(modules, toolchain)})) == expected


@pytest.mark.parametrize("name", [".gopclntab", ".data.rel.ro.gopclntab"])
@pytest.mark.parametrize(
    "more", [{}, {".go.buildinfo": information(toolchain="unknown")}, {".go.buildinfo": bytes(64)}]
)
def test_a_go_program_whose_build_information_was_removed_is_told(name: str, more: dict[str, bytes]) -> None:
    (fact,) = facts(elf({name: b"\xf1\xff\xff\xff", **more}))
    assert isinstance(fact, Unread)
    assert fact.reason


@pytest.mark.skipif(shutil.which("go") is None, reason="no go command here")
def test_flags_as_the_go_command_quotes_them(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/hello\n")
    (tmp_path / "main.go").write_text("package main\n\nvar version string\n\nfunc main() { println(version) }\n")
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false", "GOWORK": "off"}
    flags = '-s -w  \t-X "main.version=1.2.3"'
    subprocess.run(["go", "build", "-ldflags", flags, "-o", "hello", "."], cwd=tmp_path, env=environment, check=True)
    assert told((tmp_path / "hello").read_bytes())[1:] == ["example.com/hello@v1.2.3"]


@pytest.mark.parametrize(
    "damaged",
    [
        information()[:40],
        b"\xff Go buildinf:\x08\x02".ljust(32, b"\0") + b"\xff" * 20,
        b"\xff Go buildinf:\x08\x00".ljust(32, b"\xff"),
        b"\xff Go buildinf:\x07\x00".ljust(32, b"\0"),
    ],
)
def test_damaged_build_information_is_a_gap(damaged: bytes) -> None:
    (gap,) = facts(elf({".go.buildinfo": damaged}))
    assert isinstance(gap, Gap)
    assert "cannot be read" in gap.reason


def test_a_program_without_build_information_remains_unread() -> None:
    assert facts(elf({".go.buildinfo": b"x" * 40})) == []
    assert facts(elf({".text": b"x"})) == []
    assert facts(b"#!/bin/sh\n") == []


CRATES = {
    "packages": [
        {"name": "acme", "version": "0.1.0", "source": "local", "root": True, "dependencies": [1, 2, 1, 99]},
        {"name": "regex", "version": "1.5.4", "source": "crates.io"},
        {"name": "cc", "version": "1.0.0", "source": "crates.io", "kind": "build"},
    ]
}


@pytest.mark.parametrize(
    "program",
    [form({".dep-v0": zlib.compress(json.dumps(CRATES).encode())}) for form in (elf, mach, pe)],
)
def test_the_crates_of_a_rust_program(program: bytes) -> None:
    found = facts(program)
    assert [(one.name, one.version, one.application, one.requires) for one in found if isinstance(one, Package)] == [
        ("acme", "0.1.0", True, (("regex",),)),
        ("regex", "1.5.4", False, ()),
    ]


@pytest.mark.parametrize(
    "section",
    [
        b"",
        b"text",
        zlib.compress(b"{"),
        zlib.compress(b"[]"),
        zlib.compress(bytes(9 * 1024 * 1024)),
        zlib.compress(b"x")[:5],
    ],
)
def test_a_list_of_crates_that_cannot_be_read_is_a_gap(section: bytes) -> None:
    (gap,) = facts(elf({".dep-v0": section}))
    assert isinstance(gap, Gap)


@given(st.sampled_from([information(), pointed(0x4000B0, 8, "<")]), st.data())
def test_damaged_programs_end(text: bytes, draw: st.DataObject) -> None:
    data = bytearray(elf({".go.buildinfo": text}))
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(4, len(data) - 1))] = draw.draw(st.integers(0, 255))
    assert all(isinstance(fact, Package | Gap | Unread) for fact in facts(bytes(data)))


@pytest.mark.skipif(shutil.which("go") is None, reason="no go command here")
def test_a_real_program(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/hello\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() { println(1) }\n")
    environment = {
        **os.environ,
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-buildvcs=false",
        "CGO_ENABLED": "0",
        "GOWORK": "off",
    }
    command = ["go", "build", "-ldflags", "-s -w", "-o", "hello", "."]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    version = subprocess.run(["go", "env", "GOVERSION"], env=environment, check=True, capture_output=True, text=True)
    assert told((tmp_path / "hello").read_bytes()) == [
        f"stdlib@{version.stdout.strip().removeprefix('go')}",
        "example.com/hello@",
    ]
