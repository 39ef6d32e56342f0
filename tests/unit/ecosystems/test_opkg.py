"""Packages of OpenWrt and Yocto."""

from __future__ import annotations

import pytest

from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.package import Absent, Owns, Package
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.ecosystems.reading import cataloger_of, gaps, read
from tests.unit.image.layers.builders import Entry, Given, tar

cataloger = cataloger_of("opkg")
STATUS = """\
Package: busybox
Version: 1.36.1-1
Depends: libc, libssl (>= 3) | libmbedtls
Provides: ash
Status: install user installed
Architecture: x86_64
Auto-Installed: yes

Package: gone
Version: 1
Status: deinstall user not-installed

"""
CONTROL = "Package: busybox\nVersion: 1.36.1-1\nArchitecture: x86_64\nLicense: GPL-2.0\n"


def test_every_field() -> None:
    assert read(cataloger, "usr/lib/opkg/status", STATUS) == [
        Package(
            type="opkg",
            name="busybox",
            version="1.36.1-1",
            scheme="deb",
            arch="x86_64",
            requires=(("libc",), ("libssl", "libmbedtls")),
            provides=("ash",),
            automatic=True,
        ),
        Absent(type="opkg", name="gone"),
    ]
    assert read(cataloger, "usr/lib/opkg/info/busybox.list", "/bin/busybox\n/etc/x\n") == [
        Owns(type="opkg", package="busybox", paths=("bin/busybox",))
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("nothing", "holds a stanza without"),
        ("Version: 1\n", "holds a stanza without"),
        ("Package: a\n", "package a has no version"),
        ("Package: a\nVersion: 1\nStatus: install user odd\n", "package a is 'odd'"),
        (f"Package: a\nVersion: 1\nDepends: {'a' * 300_000}\n", "more than"),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, "var/lib/opkg/status", data))
    assert text in reason


def test_an_image() -> None:
    entries = [
        Entry("etc/os-release", b'ID="openwrt"\nVERSION_ID="23.05"\n'),
        Entry("usr/lib/opkg/status", STATUS.encode()),
        Entry("usr/lib/opkg/info/busybox.control", CONTROL.encode()),
        Entry("usr/lib/opkg/info/busybox.list", b"/bin/busybox\n"),
        Entry("bin/busybox", b"\x7fELF" + bytes(60)),
    ]
    inventory = assemble(read_image(Given(tar(entries)), CATALOGERS, NoCache(), Options()))
    (found,) = inventory.packages
    assert found.purl == "pkg:opkg/openwrt/busybox@1.36.1-1?arch=x86_64&distro=openwrt-23.05"
    assert (found.licenses, found.programs, found.ecosystem) == (("GPL-2.0",), ("busybox",), "")
    assert not inventory.gaps
