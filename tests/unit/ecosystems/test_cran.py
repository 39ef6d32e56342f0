"""Installed R packages, and R itself."""

from __future__ import annotations

import pytest

from garboard.model.package import Package, Unread
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read

cataloger = cataloger_of("cran")
PATH = "usr/local/lib/R/site-library/httr/DESCRIPTION"
HTTR = """\
Package: httr
Version: 1.4-7
Depends: R (>= 3.6)
Imports: curl (>= 5.0.2), jsonlite,
    mime, openssl (>= 0.8)
License: MIT + file LICENSE
Maintainer: A <a@example.org>
Built: R 4.3.1; ; 2023-08-20 00:00:00 UTC; unix
"""


def test_every_field() -> None:
    assert read(cataloger, PATH, HTTR) == [
        Package(
            type="cran",
            name="httr",
            version="1.4-7",
            scheme="numbers",
            licenses=("MIT + file LICENSE",),
            requires=(("curl",), ("jsonlite",), ("mime",), ("openssl",)),
            vendor="A <a@example.org>",
        )
    ]


def test_bioconductor() -> None:
    (found,) = packages(read(cataloger, PATH, f"{HTTR}biocViews: Infrastructure\n"))
    assert found.type == "bioconductor"


@pytest.mark.parametrize(("name", "told"), [("base", [Unread(kind="R without a package manager")]), ("utils", [])])
def test_what_is_part_of_r(name: str, told: list[Unread]) -> None:
    assert read(cataloger, PATH, f"Package: {name}\nVersion: 4.3.1\nPriority: base\n") == told


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("", "does not state"),
        ("Package: a\n", "does not state"),
        ("Package: a b\nVersion: 1\n", "does not state"),
        (f"Package: a\nVersion: 1\nImports: {'b,' * 200_000}\n", "characters of dependencies"),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, PATH, data))
    assert text in reason
