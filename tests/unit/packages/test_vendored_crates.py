"""``cargo vendor``: what the authors of vendored crates ask for is not the project's, and what is installed stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.packages.test_declared import read

LOCK = '[[package]]\nname = "{}"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n'
METADATA = "Metadata-Version: 2.1\nName: six\nVersion: 1.0\n"


@pytest.mark.parametrize(
    ("folder", "marker", "found"),
    [
        ("vendor/regex", True, {"own"}),
        ("crates/a/vendor/regex", True, {"own"}),
        ("vendor/regex", False, {"own", "other"}),
        ("member", True, {"own", "other"}),
        ("vendor", True, {"own", "other"}),
    ],
)
def test_the_lists_of_vendored_crates_are_not_the_projects(
    tmp_path: Path, folder: str, found: set[str], *, marker: bool
) -> None:
    files = {"Cargo.lock": LOCK.format("own"), f"{folder}/Cargo.lock": LOCK.format("other")}
    if marker:
        files[f"{folder}/.cargo-checksum.json"] = '{"files": {}}'
    assert {one.name for one in read(tmp_path, files).packages} == found


def test_what_is_installed_there_is_read(tmp_path: Path) -> None:
    files = {
        "vendor/x/.cargo-checksum.json": "{}",
        "vendor/x/lib/python3.11/site-packages/six-1.0.dist-info/METADATA": METADATA,
    }
    assert {one.name for one in read(tmp_path, files).packages} == {"six"}
