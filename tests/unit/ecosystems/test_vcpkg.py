"""Packages of vcpkg."""

from __future__ import annotations

import pytest

from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read

cataloger = cataloger_of("vcpkg")
PATH = "opt/vcpkg/installed/vcpkg/status"


def test_packages_without_features_and_what_was_removed():
    text = (
        "Package: zlib\nVersion: 1.3.1\nPort-Version: 2\nArchitecture: x64-linux\nStatus: install ok installed\n\n"
        "Package: curl\nVersion: 8.5.0\nDepends: zlib, openssl[core] (linux), curl\nArchitecture: x64-linux\nStatus: install ok installed\n\n"
        "Package: curl\nFeature: ssl\nArchitecture: x64-linux\nStatus: install ok installed\n\n"
        "Package: old\nVersion: 1\nArchitecture: x64-linux\nStatus: purge ok not-installed\n"
    )
    found = packages(read(cataloger, PATH, text))
    assert [(one.name, one.version, one.arch, one.requires) for one in found] == [
        ("zlib", "1.3.1#2", "x64-linux", ()),
        ("curl", "8.5.0", "x64-linux", (("zlib",), ("openssl",))),
    ]


@pytest.mark.parametrize("text", ["Package: a\n", "Version: 1\n", "Package: A B\nVersion: 1\n", "\xff\n"])
def test_what_is_not_stated_is_a_gap(text: str) -> None:
    facts = read(cataloger, PATH, text)
    assert (packages(facts), len(gaps(facts))) == ([], 1)
