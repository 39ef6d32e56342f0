"""Packages of Gentoo, their files and licenses, and what is no version of them."""

from __future__ import annotations

import pytest

from garboard import ecosystems
from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.package import Licenses, Owns, Package
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from garboard.versions.invalid import InvalidVersion
from tests.unit.ecosystems.reading import cataloger_of, gaps, read
from tests.unit.image.layers.builders import Entry, Given, tar

cataloger = cataloger_of("portage")
HOME = "var/db/pkg/dev-libs/openssl-3.0.13-r2"
CONTENTS = """\
dir /usr
obj /usr/bin/openssl d41d8cd98f00b204e9800998ecf8427e 1700000000
obj /usr/share/doc/a b.txt d41d8cd98f00b204e9800998ecf8427e 1700000000
sym /usr/lib64/libssl.so -> libssl.so.3 1700000000
"""


def test_a_package() -> None:
    assert read(cataloger, f"{HOME}/CONTENTS", CONTENTS) == [
        Package(type="ebuild", namespace="dev-libs", name="openssl", version="3.0.13-r2", scheme="portage"),
        Owns(type="ebuild", package="dev-libs/openssl", paths=("usr/bin/openssl", "usr/lib64/libssl.so")),
    ]
    assert read(cataloger, f"{HOME}/LICENSE", "ssl? ( Apache-2.0 ) BSD\n") == [
        Licenses(type="ebuild", package="dev-libs/openssl", licenses=("ssl", "Apache-2.0", "BSD"))
    ]


@pytest.mark.parametrize(
    ("folder", "name", "version"),
    [
        ("gtk+-2.24.33-r3", "gtk+", "2.24.33-r3"),
        ("font-adobe-100dpi-1.0.4", "font-adobe-100dpi", "1.0.4"),
        ("glibc-2.38_rc1_p20240101b", "", ""),
        ("glibc-2.38_rc1_p20240101", "glibc", "2.38_rc1_p20240101"),
        ("openssl-1.1.1w", "openssl", "1.1.1w"),
        ("nothing", "", ""),
        ("-MERGING-a-1", None, None),
    ],
)
def test_names_of_folders(folder: str, name: str | None, version: str | None) -> None:
    facts = read(cataloger, f"var/db/pkg/sys-libs/{folder}/CONTENTS", "")
    found = [(one.name, one.version) for one in facts if isinstance(one, Package)]
    assert found == ([(name, version)] if name else [])
    assert bool(gaps(facts)) == (name == "")


def test_an_image() -> None:
    entries = [
        Entry("etc/os-release", b"ID=gentoo\nVERSION_ID=2.14\n"),
        Entry(f"{HOME}/CONTENTS", CONTENTS.encode()),
        Entry(f"{HOME}/LICENSE", b"Apache-2.0\n"),
        Entry("usr/bin/openssl", b"\x7fELF" + bytes(60)),
    ]
    inventory = assemble(read_image(Given(tar(entries)), CATALOGERS, NoCache(), Options()))
    (found,) = inventory.packages
    assert found.purl == "pkg:ebuild/dev-libs/openssl@3.0.13-r2?distro=gentoo-2.14"
    assert (found.licenses, found.programs, found.ecosystem) == (("Apache-2.0",), ("openssl",), "Gentoo")
    assert not inventory.gaps


@pytest.mark.parametrize("text", ["", "a", "1.", "1_x", "1-2", "1.0A", "1-r", "1" * 2000])
def test_what_is_no_version(text: str) -> None:
    order = ecosystems.order("portage")
    assert order is not None
    with pytest.raises(InvalidVersion):
        order.key(text)
