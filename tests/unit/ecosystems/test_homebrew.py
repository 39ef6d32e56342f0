"""Packages of Homebrew."""

from __future__ import annotations

import pytest

from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read

cataloger = cataloger_of("homebrew")


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        (
            "home/linuxbrew/.linuxbrew/Cellar/openssl@3/3.1.2_1/INSTALL_RECEIPT.json",
            "{}",
            ("brew", "openssl@3", "3.1.2_1"),
        ),
    ],
)
def test_a_package(path: str, data: str, expected: tuple[str, ...]) -> None:
    (found,) = packages(read(cataloger, path, data))
    assert (found.type, found.full_name, found.version, *found.licenses) == expected


@pytest.mark.parametrize(
    ("path", "data", "text"),
    [
        ("x/Cellar/a b/1/INSTALL_RECEIPT.json", "{}", "no name and version"),
        ("x/Cellar/a/1 2/INSTALL_RECEIPT.json", "{}", "no name and version"),
    ],
)
def test_what_cannot_be_read_is_a_gap(path: str, data: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, path, data))
    assert text in reason
