"""Installed Haskell packages."""

from __future__ import annotations

import pytest

from garboard.model.package import Package
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read

cataloger = cataloger_of("hackage")
PATH = "opt/ghc/lib/package.conf.d/aeson-2.1.0.0-AbC.conf"


def test_every_field() -> None:
    text = (
        "name:                 aeson\nversion: 2.1.0.0\nvisibility: public\nid: aeson-2.1.0.0-AbC\nlicense: BSD-3-Clause\n"
        "maintainer: A\ndepends:\n    base-4.17.0.0 text-short-0.1.5-AbC\n    odd\n"
    )
    assert read(cataloger, PATH, text) == [
        Package(
            type="hackage",
            name="aeson",
            version="2.1.0.0",
            scheme="numbers",
            licenses=("BSD-3-Clause",),
            requires=(("base",), ("text-short",)),
            vendor="A",
        )
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("", "does not state"),
        ("name: a\n", "does not state"),
        ("name: a/b\nversion: 1\n", "does not state"),
        (f"name: a\nversion: 1\ndepends: {'b-1 ' * 100_000}\n", "characters of dependencies"),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, PATH, data))
    assert text in reason


@pytest.mark.parametrize(
    "folder",
    [
        "root/.cabal/store/ghc-9.2.5/package.db",
        "root/.local/state/cabal/store/ghc-9.4.7-abcd/package.db",
        "root/.stack/snapshots/x86_64-linux/0a1b/9.2.5/pkgdb",
    ],
)
def test_stores_of_cabal_and_stack(folder: str) -> None:
    (found,) = packages(read(cataloger, f"{folder}/aeson-1.0.0.0-abc.conf", "name: aeson\nversion: 1.0.0.0\n"))
    assert (found.name, found.version) == ("aeson", "1.0.0.0")
