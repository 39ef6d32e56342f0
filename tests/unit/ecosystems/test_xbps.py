"""Packages of Void Linux."""

from __future__ import annotations

import plistlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.package import Owns
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.ecosystems.taking import taken

cataloger = cataloger_of("xbps")
DATABASE = "var/db/xbps/pkgdb-0.38.plist"
ENTRY = {
    "pkgver": "xz-5.4.3_1",
    "architecture": "x86_64",
    "automatic-install": True,
    "license": "GPL-2.0-or-later",
    "maintainer": "Void",
    "run_depends": ["glibc>=2.36_1", "liblzma>=5_1", "virtual-5.0_1"],
    "state": "installed",
}
FILES = {
    "files": [{"file": "/usr/bin/xz", "sha256": "0"}, {"file": "/usr/share/doc/xz"}],
    "links": [{"file": "/usr/bin/unxz"}, 1],
}


def test_every_field():
    data = plistlib.dumps({"xz": ENTRY, "_XBPS_ALTERNATIVES_": {"vi": ["vim"]}})
    [found] = packages(read(cataloger, DATABASE, data))
    assert (found.name, found.version, found.arch, found.licenses, found.vendor, found.automatic) == (
        "xz",
        "5.4.3_1",
        "x86_64",
        ("GPL-2.0-or-later",),
        "Void",
        True,
    )
    assert found.requires == (("glibc",), ("liblzma",), ("virtual",))


def test_what_a_package_brought_is_its_own():
    [owns] = read(cataloger, "var/db/xbps/.xz-files.plist", plistlib.dumps(FILES))
    assert owns == Owns(type="xbps", package="xz", paths=("usr/bin/xz", "usr/bin/unxz"))
    found = taken(
        {
            DATABASE: plistlib.dumps({"xz": ENTRY}),
            "var/db/xbps/.xz-files.plist": plistlib.dumps(FILES),
            "usr/bin/xz": b"\x7fELF" + bytes(100),
            "etc/os-release": b"ID=void\n",
        }
    )
    assert [one.name for one in found.packages] == ["xz"]
    assert found.gaps == ()


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="UTUTF-8"?><plist version="1.0"><dict/></plist>',
        b"",
        b"<plist>",
        b"<plist><array/></plist>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><plist><dict><key>&b;</key><string>x</string></dict></plist>',
        b"<plist>" + b"<dict><key>a</key>" * 5000,
        b"<plist><date>x</date></plist>",
        b"<plist><integer>x</integer></plist>",
        plistlib.dumps({"a": {"pkgver": "b-1"}}),
        plistlib.dumps({"a": {"pkgver": "a-"}}),
        plistlib.dumps({"a": "x"}),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: bytes) -> None:
    facts = read(cataloger, DATABASE, data)
    assert packages(facts) == []
    assert len(gaps(facts)) == 1


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), st.from_regex(r"[0-9][0-9.]{0,4}_[1-9]", fullmatch=True)
    )
)
def test_names_and_versions_come_apart(versions: dict[str, str]) -> None:
    data = plistlib.dumps({name: {"pkgver": f"{name}-{version}"} for name, version in versions.items()})
    assert {one.name: one.version for one in packages(read(cataloger, DATABASE, data))} == versions
