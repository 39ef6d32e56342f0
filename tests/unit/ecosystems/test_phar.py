"""PHP archives: what Composer installed in them, and the programs that tell their own version there."""

from __future__ import annotations

import bz2
import json
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems.php import phar
from garboard.model.gap import Gap
from garboard.model.package import Package, Unread
from garboard.packages.catalogers import CATALOGERS
from tests.unit.ecosystems.reading import file

LIST = "vendor/composer/installed.json"
(READER,) = (one for one in CATALOGERS if one.NAME == "php-archives")


def archive(
    members: dict[str, bytes], packed: int = 0, stub: bytes = b"<?php __HALT_COMPILER(); ?>\r\n", metadata: bytes = b""
) -> bytes:
    """As PHP writes one; ``packed`` is 0x1000 for deflate, 0x2000 for bzip2."""
    manifest, content = b"", b""
    for name, data in members.items():
        stored = data
        if packed == 0x1000:
            packer = zlib.compressobj(wbits=-15)
            stored = packer.compress(data) + packer.flush()
        elif packed == 0x2000:
            stored = bz2.compress(data)
        named = name.encode()
        manifest += struct.pack("<I", len(named)) + named
        manifest += struct.pack("<IIIIII", len(data), 0, len(stored), zlib.crc32(data), packed | 0o644, 0)
        content += stored
    head = struct.pack("<IHII", len(members), 0x11, 0x10000, 3) + b"app" + struct.pack("<I", len(metadata)) + metadata
    return stub + struct.pack("<I", len(head) + len(manifest)) + head + manifest + content


def listed(*packages: tuple[str, str]) -> bytes:
    return json.dumps({"packages": [{"name": name, "version": version} for name, version in packages]}).encode()


def read(path: str, data: bytes) -> tuple[dict[str, str], list[str], list[str]]:
    facts = list(READER.catalog(file(path, data)))
    return (
        {one.full_name: one.version for one in facts if isinstance(one, Package)},
        [one.reason for one in facts if isinstance(one, Gap)],
        [one.kind for one in facts if isinstance(one, Unread)],
    )


@pytest.mark.parametrize("packed", [0, 0x1000, 0x2000])
@pytest.mark.parametrize("ending", [b"__HALT_COMPILER(); ?>\r\n", b"__HALT_COMPILER(); ?>\n", b"__HALT_COMPILER();"])
@pytest.mark.parametrize("metadata", [b"", b"a:0:{}"])
def test_what_composer_installed(packed: int, ending: bytes, metadata: bytes) -> None:
    data = archive(
        {"a.php": b"<?php", LIST: listed(("a/b", "1.0"))}, packed, b"#!/usr/bin/env php\n<?php " + ending, metadata
    )
    assert read("opt/tool.phar", data) == ({"a/b": "1.0"}, [], [])


def test_programs_tell_their_own_version() -> None:
    """Their list says what the sources were when the archive was made (``dev-main``)."""
    data = archive(
        {LIST: listed(("wp-cli/wp-cli", "dev-main"), ("a/b", "1")), "vendor/wp-cli/wp-cli/VERSION": b"2.9.0\n"}
    )
    assert read("usr/local/bin/wp", data) == ({"wp-cli/wp-cli": "2.9.0", "a/b": "1"}, [], [])
    source = b"<?php class Composer { public const VERSION = '2.5.1'; }"
    assert read("usr/bin/composer", archive({"src/Composer/Composer.php": source}))[0] == {"composer/composer": "2.5.1"}


def test_a_program_of_that_name_that_is_no_archive() -> None:
    assert read("usr/bin/composer", b"#!/usr/bin/php\n<?php require '/usr/share/php/Composer.php';") == ({}, [], [])


def test_an_archive_without_a_list_is_named() -> None:
    assert read("opt/x.phar", archive({"a.php": b""}))[2] == ["PHP archives without Composer's list of packages"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"PK\3\4", "no PHP archive of the form"),
        (archive({LIST: b"{}"})[:40], "cut off"),
        (archive({LIST: listed(("a/b", "1"))})[:-5], "ends before its members do"),
        (archive({LIST: b"{"}), "is not what Composer writes"),
        (archive({LIST: b"{}"}, 0x1000)[:-4] + b"\xff" * 4, "damaged"),
        (
            b"__HALT_COMPILER();" + struct.pack("<IIHII", 1 << 20, 1 << 30, 0, 0, 0) + bytes(1 << 20),
            "not where it says",
        ),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: bytes, text: str) -> None:
    found, gaps, _ = read("opt/x.phar", data)
    assert found == {}
    assert text in gaps[0]


@pytest.mark.parametrize("packed", [0x1000, 0x2000])
def test_a_member_is_no_larger_than_the_manifest_says(packed: int) -> None:
    bomb = archive({LIST: bytes(1 << 20)}, packed)
    size = struct.pack("<I", 1 << 20)
    assert "other sizes" in read("x.phar", bomb.replace(size, struct.pack("<I", 10), 1))[1][0]


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_damage_is_a_gap(noise: bytes, at: int) -> None:
    data = bytearray(archive({LIST: listed(("a/b", "1"))}, 0x1000))
    data[at : at + len(noise)] = noise
    for fact in READER.catalog(file("x.phar", bytes(data))):
        assert isinstance(fact, (Package, Gap, Unread))


def test_members_are_read_in_place() -> None:
    data = archive({"a": b"one", "b": b"two"})
    assert [(one.name, phar.read(memoryview(data), one)) for one in phar.members(memoryview(data))] == [
        ("a", b"one"),
        ("b", b"two"),
    ]
