"""Packages of Arch Linux, their files, and the order of their versions."""

from __future__ import annotations

import pytest

from garboard import ecosystems
from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.package import Owns, Package
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from garboard.versions.invalid import InvalidVersion
from tests.unit.ecosystems.reading import cataloger_of, gaps, read
from tests.unit.image.layers.builders import Entry, Given, tar

cataloger = cataloger_of("alpm")
HOME = "var/lib/pacman/local/libcurl-gnutls-1:8.9.0-2"
DESC = """\
%NAME%
libcurl-gnutls

%VERSION%
1:8.9.0-2

%BASE%
curl

%DESC%
A tool

%ARCH%
x86_64

%PACKAGER%
A Packager <a@archlinux.org>

%REASON%
1

%LICENSE%
MIT
curl

%DEPENDS%
glibc
openssl>=3.0
libz.so=1-64

%OPTDEPENDS%
ca-certificates: to verify

%PROVIDES%
libcurl-gnutls.so=4-64

"""
FILES = "%FILES%\nusr/\nusr/bin/\nusr/bin/curl\nusr/share/doc/curl.txt\n\n%BACKUP%\netc/bin/x\t0\n\n"


def test_every_field() -> None:
    assert read(cataloger, f"{HOME}/desc", DESC) == [
        Package(
            type="alpm",
            name="libcurl-gnutls",
            version="1:8.9.0-2",
            scheme="alpm",
            arch="x86_64",
            source_name="curl",
            licenses=("MIT", "curl"),
            requires=(("glibc",), ("openssl",), ("libz.so",)),
            suggests=(("ca-certificates",),),
            provides=("libcurl-gnutls.so",),
            vendor="A Packager <a@archlinux.org>",
            automatic=True,
        )
    ]
    assert read(cataloger, f"{HOME}/files", FILES) == [
        Owns(type="alpm", package="libcurl-gnutls", paths=("usr/bin/curl",))
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("", "states no name"),
        ("%NAME%\n\n%VERSION%\n1-1\n", "states no name"),
        ("%NAME%\na\n", "package a has no version"),
        (f"%NAME%\na\n\n%VERSION%\n1-1\n\n%DEPENDS%\n{'a' * 300_000}\n", "characters of dependencies"),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, f"{HOME}/desc", data))
    assert text in reason


def test_an_image() -> None:
    entries = [
        Entry("etc/os-release", b"ID=arch\nNAME=Arch\n"),
        Entry(f"{HOME}/desc", DESC.encode()),
        Entry(f"{HOME}/files", FILES.encode()),
        Entry("usr/bin/curl", b"\x7fELF" + bytes(60)),
        Entry("usr/bin/other", b"\x7fELF" + bytes(60)),
    ]
    inventory = assemble(read_image(Given(tar(entries)), CATALOGERS, NoCache(), Options()))
    (found,) = inventory.packages
    assert found.purl == "pkg:alpm/arch/libcurl-gnutls@8.9.0-2?arch=x86_64&distro=arch&epoch=1&upstream=curl"
    assert found.ecosystem == "Arch Linux"
    assert [gap.reason for gap in inventory.gaps] == ["found, and not read: usr/bin/other"]


@pytest.mark.parametrize("text", ["", "1.", "1-", "-1", "1 0", "1.0.-1", "1\xe9", "1" * 2000])
def test_what_is_no_version(text: str) -> None:
    order = ecosystems.order("alpm")
    assert order is not None
    with pytest.raises(InvalidVersion):
        order.key(text)
