"""Unpacked snaps."""

from __future__ import annotations

import pytest

from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read

cataloger = cataloger_of("snap")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: core22\nversion: '20240111'\nlicense: GPL-3.0 # x\n", ("core22", "20240111", "GPL-3.0")),
        ('name: "a"\r\nversion: 1.0 # x\r\napps:\n  x:\n    version: 2\n', ("a", "1.0")),
    ],
)
def test_a_snap(text: str, expected: tuple[str, ...]) -> None:
    [found] = packages(read(cataloger, "snap/core22/1033/meta/snap.yaml", text))
    assert (found.name, found.version, *found.licenses) == expected


@pytest.mark.parametrize("text", ["", "name: a\n", "version: 1\n", "name: ''\nversion: 1\n"])
def test_what_is_not_stated_is_a_gap(text: str) -> None:
    assert len(gaps(read(cataloger, "meta/snap.yaml", text))) == 1
