"""Installed R packages, and R itself."""

from __future__ import annotations

import pytest

from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.package import Inventory, Package, Unread
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.image.layers.builders import Entry, Given, tar

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


@pytest.mark.parametrize(
    "folder",
    [
        "root/R/x86_64-pc-linux-gnu-library/4.2",
        "app/renv/library/R-4.2/x86_64-pc-linux-gnu",
        "app/renv/library/linux-ubuntu-jammy/R-4.4/x86_64-pc-linux-gnu",
        "root/.cache/R/renv/cache/v5/R-4.2/x86_64-pc-linux-gnu/httr/1.4-7/0a1b",
        "app/packrat/lib/x86_64-pc-linux-gnu/4.2.0",
        "opt/rlibs",
    ],
)
def test_a_library_may_be_any_folder(folder: str) -> None:
    (found,) = packages(read(cataloger, f"{folder}/httr/DESCRIPTION", HTTR))
    assert (found.name, found.version) == ("httr", "1.4-7")
    assert read(cataloger, f"{folder}/httr/DESCRIPTION", HTTR.replace("Built", "Packaged")) == []


def test_other_files_of_that_name_say_nothing() -> None:
    assert read(cataloger, "srv/gitweb/DESCRIPTION", "Unnamed repository; edit this file to name it.\n") == []


@pytest.mark.parametrize("library", ["app/renv/library/R-4.2/x86_64-pc-linux-gnu", "opt/rlibs", "usr/lib/R/library"])
def test_a_package_without_a_description_is_told(library: str) -> None:
    code = [Entry(f"{library}/a/R/a.rdb"), Entry(f"{library}/a/help/a.rdb"), Entry(f"{library}/a/Meta/package.rds")]
    described = [*code, Entry(f"{library}/a/DESCRIPTION", HTTR.encode())]
    told = [gap for gap in _inventory(code).gaps if gap.subject == "R packages without a description"]
    assert [gap.reason for gap in told] == [f"found, and not read: {library}/a"]
    assert [one.name for one in _inventory(described).packages] == ["httr"]
    assert not _inventory(described).gaps


@pytest.mark.parametrize("lock", ["app/renv.lock", "app/packrat/packrat.lock"])
def test_a_lock_file_is_answered_by_its_packages_that_are_installed(lock: str) -> None:
    text = '{"Packages": {"httr": {"Version": "1.4-7", "Source": "Repository"}}}'
    if "packrat" in lock:
        text = "PackratFormat: 1.4\n\nPackage: httr\nSource: CRAN\nVersion: 1.4-7\n"
    files = [Entry(lock, text.encode())]
    (gap,) = _inventory(files).gaps
    assert lock in gap.reason
    assert not _inventory([*files, Entry("app/packrat/lib/x/4.2.0/httr/DESCRIPTION", HTTR.encode())]).gaps


def _inventory(entries: list[Entry]) -> Inventory:
    return assemble(read_image(Given(tar(entries)), CATALOGERS, NoCache(), Options()))
