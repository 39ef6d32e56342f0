"""Packages of Slackware."""

from __future__ import annotations

import pytest

from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.ecosystems.taking import taken

cataloger = cataloger_of("slackware")
TEXT = "PACKAGE NAME:     python-six-1.16.0-x86_64-3\nPACKAGE DESCRIPTION:\nFILE LIST:\n./\nusr/\nusr/bin/six\nusr/lib64/python3.9/site-packages/six-1.16.0.dist-info/METADATA\n"


@pytest.mark.parametrize("folder", ["var/log/packages", "var/lib/pkgtools/packages"])
def test_a_package_and_what_it_brought(folder: str) -> None:
    found = taken(
        {
            f"{folder}/python-six-1.16.0-x86_64-3": TEXT.encode(),
            "usr/bin/six": b"\x7fELF" + bytes(100),
            "usr/lib64/python3.9/site-packages/six-1.16.0.dist-info/METADATA": b"Name: six\nVersion: 1.16.0\n",
            "etc/os-release": b"ID=slackware\nVERSION_ID=15.0\n",
        }
    )
    assert [(one.type, one.name, one.version, one.arch) for one in found.packages] == [
        ("pypi", "six", "1.16.0", ""),
        ("slackware", "python-six", "1.16.0-3", "x86_64"),
    ]
    assert found.gaps == ()


@pytest.mark.parametrize("name", ["README", "a-1-x86_64", "a--x-1"])
def test_another_name_is_a_gap(name: str) -> None:
    facts = read(cataloger, f"var/log/packages/{name}", TEXT)
    assert packages(facts) == []
    assert len(gaps(facts)) == 1


def test_a_long_list_is_a_gap():
    [reason] = gaps(read(cataloger, "var/log/packages/a-1-x86_64-1", "FILE\nFILE LIST:\n" + "usr/bin/a\n" * 2_000_001))
    assert "the limit" in reason
