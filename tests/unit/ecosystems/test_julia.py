"""Packages of Julia's depots."""

from __future__ import annotations

import pytest

from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read

cataloger = cataloger_of("julia")
PATH = "root/.julia/packages/JSON3/jSAdy/Project.toml"


def test_a_package():
    text = 'name = "JSON3"\nversion = "1.14.0"\n[deps]\nParsers = "69de0a69"\n'
    [found] = packages(read(cataloger, PATH, text))
    assert (found.type, found.name, found.version, found.requires) == ("julia", "JSON3", "1.14.0", (("Parsers",),))


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        (PATH, "", 0),
        (PATH, 'name = "Other"\nversion = "1"\n', 0),
        ("app/packages/JSON3/frontend/Project.toml", 'name = "JSON3"\nversion = "1"\n', 0),
        (PATH, 'name = "JSON3"\n', 1),
        (PATH, 'name = "JSON3"\nversion = 1\n', 1),
        (PATH, "[", 1),
        (PATH, b"\xff", 1),
    ],
)
def test_what_is_none_and_what_is_a_gap(path: str, text: str | bytes, count: int) -> None:
    facts = read(cataloger, path, text)
    assert (packages(facts), len(gaps(facts))) == ([], count)
