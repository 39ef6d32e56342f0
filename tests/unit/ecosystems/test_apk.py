from __future__ import annotations

import pytest

from garboard.model.package import Frozen, Hold, Marks, Owns, Package
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read, wanted

cataloger = cataloger_of("apk")

CURL = """\
C:Q1YdWsuMPsxJ/TjH6wgYtx1ZJbc7g=
P:libcurl
V:8.9.0-r0
A:x86_64
S:8628
I:311296
T:The multiprotocol file transfer library
U:https://curl.se/
L:curl AND ISC
o:curl
m:Natanael Copa <ncopa@alpinelinux.org>
t:1726470456
D:ca-certificates-bundle so:libc.musl-x86_64.so.1 foo>=1.2 bar~1 pkg@edge !conflict x<2
p:so:libcurl.so.4=4.8.0 cmd:curl
F:usr
F:usr/lib
R:libcurl.so.4
Z:Q1SLkS9hBidUbPwwrw+XR0Whv3ww8=
"""


def test_every_field():
    assert read(cataloger, "lib/apk/db/installed", CURL) == [
        Package(
            type="apk",
            name="libcurl",
            version="8.9.0-r0",
            scheme="apk",
            arch="x86_64",
            source_name="curl",
            licenses=("curl AND ISC",),
            requires=(("ca-certificates-bundle",), ("so:libc.musl-x86_64.so.1",), ("foo",), ("bar",), ("pkg",), ("x",)),
            provides=("so:libcurl.so.4", "cmd:curl"),
            vendor="Natanael Copa <ncopa@alpinelinux.org>",
            installed_size=311296,
        ),
        Owns(type="apk", package="libcurl", paths=("usr/lib/libcurl.so.4",)),
    ]


def test_file_lists_tell_the_owner_of_language_packages():
    text = (
        "P:py3-six\nV:1.16-r0\nF:usr/lib/python3.12/site-packages/six-1.16.dist-info\nM:0:0:755\nR:METADATA\na:0:0:644\n"
        "Z:Q1\nR:RECORD\nF:usr/lib/node_modules/npm\nR:package.json\nR:README.md\nF:\nR:package.json\n"
    )
    assert read(cataloger, "usr/lib/apk/db/installed", text)[1:] == [
        Owns(
            type="apk",
            package="py3-six",
            paths=(
                "usr/lib/python3.12/site-packages/six-1.16.dist-info/METADATA",
                "usr/lib/node_modules/npm/package.json",
                "package.json",
            ),
        ),
    ]


def test_virtual_packages_are_left_out_and_what_is_missing_is_a_gap():
    text = "P:.build-deps\nV:20240101.1\nD:gcc\n\nP:a\n\nV:1\n\nP:b\nV:2-r0\n"
    facts = read(cataloger, "lib/apk/db/installed", text)
    assert [p.name for p in packages(facts)] == ["b"]
    assert gaps(facts) == ["package a has no version", "a package without a name (version 1)"]


def test_world():
    facts = read(
        cataloger, "etc/apk/world", "alpine-base\nfoo=1.2-r0\nbar@edge\nbaz>=1\n!no\n.build-deps=20240101\nqux~3\n"
    )
    assert facts == [
        Marks(type="apk", requested=("alpine-base", "foo", "bar", "baz", "qux")),
        Hold(type="apk", names=("foo", "qux"), how="pinned in apk's world"),
    ]
    assert read(cataloger, "etc/apk/world", "") == [Marks(type="apk")]


@pytest.mark.parametrize(
    ("word", "held"),
    [("a=1", True), ("a~1.2", True), ("a<2", True), ("a@edge=1", True), ("a><Q1abc=", True), ("a>1", False)]
    + [("a>=1", False), ("a@edge", False), ("a", False), ("!a=1", False), (".v=1", False)],
)
def test_what_world_holds(word, held):
    assert any(isinstance(one, Hold) for one in read(cataloger, "etc/apk/world", f"{word}\n")) is held


def test_repositories_that_never_change():
    live = "https://dl-cdn.alpinelinux.org/alpine/v3.20/main\n# http://a.test/2024-01-01/main\n"
    assert read(cataloger, "etc/apk/repositories", live) == []
    dated = "http://mirror.test/alpine/2024-01-01/v3.20/main"
    assert read(cataloger, "etc/apk/repositories", f"{live}{dated}\n") == [
        Frozen(type="apk", archive="http://mirror.test/alpine/2024-01-01")
    ]


@pytest.mark.parametrize(("line", "folder"), [("/repo", "/repo"), ("@own /repo/x", "/repo/x"), ("#/repo", "")])
def test_repositories_that_are_folders(line, folder):
    live = "https://dl-cdn.alpinelinux.org/alpine/v3.20/main\n"
    found = [Frozen(type="apk", archive=folder)] if folder else []
    assert read(cataloger, "etc/apk/repositories", f"{live}{line}\n") == found


def test_bytes_of_any_kind_are_read_or_a_gap():
    assert len(gaps(read(cataloger, "lib/apk/db/installed", b"\x00\xff\xfe\n\n\x80"))) == 2


def test_paths():
    assert not wanted(cataloger, "lib/apk/db/triggers")


def test_real_alpine_images(shared):
    for path in sorted((shared / "data" / "images" / "alpine").glob("*/rootfs/lib/apk/db/installed")):
        data = path.read_bytes()
        facts = read(cataloger, "lib/apk/db/installed", data)
        assert gaps(facts) == []
        assert len(packages(facts)) == data.count(b"\nP:") + data.startswith(b"P:")


@pytest.mark.parametrize(
    "text",
    ["P:a\r\nV:1\r\n\r\nP:b\r\nV:2\r\n", "P:a\nV:1\n \nP:b\nV:2\n", "P:a\nV:1\n\n\n\nP:b\nV:2"],
    ids=["ends of lines as on Windows", "a separator of one blank", "many separators"],
)
def test_blocks_as_apk_reads_them(text):
    facts = read(cataloger, "lib/apk/db/installed", text)
    assert [(package.name, package.version) for package in packages(facts)] == [("a", "1"), ("b", "2")]
    assert gaps(facts) == []


def test_the_binary_format_of_apk_3_is_a_gap():
    facts = read(cataloger, "lib/apk/db/installed", b"ADB.pckg" + bytes(100))
    assert ["binary format of apk 3" in reason for reason in gaps(facts)] == [True]


def test_what_passes_a_limit_is_a_gap():
    facts = read(cataloger, "lib/apk/db/installed", "xx\n\n" * 20_000)
    assert gaps(facts)[-1] == "holds more than 10000 problems, the limit: what follows them was not read"
    facts = read(cataloger, "lib/apk/db/installed", "P:a\nV:1\nD:" + "b " * 200_000)
    assert gaps(facts) == ["package a has 400000 characters of dependencies; the limit is 262144"]
