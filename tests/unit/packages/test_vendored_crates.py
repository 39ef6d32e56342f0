"""``cargo vendor`` and ``go mod vendor``: what the authors of vendored code ask for is not the project's, and what is installed stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from garboard.packages import unread_kinds as kinds
from tests.unit.packages.test_declared import read

LOCK = '[[package]]\nname = "{}"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n'
METADATA = "Metadata-Version: 2.1\nName: six\nVersion: 1.0\n"


@pytest.mark.parametrize(
    ("folder", "marker", "found"),
    [
        ("vendor/regex", True, {"own"}),
        ("crates/a/vendor/regex", True, {"own"}),
        ("vendor/regex", False, {"own", "other"}),
        ("third_party/regex", True, {"own"}),
        ("include/cargo/regex-1.5.4", True, {"own"}),
        ("third_party/regex", False, {"own", "other"}),
        ("", True, {"other"}),
    ],
)
def test_the_lists_of_vendored_crates_are_not_the_projects(
    tmp_path: Path, folder: str, found: set[str], *, marker: bool
) -> None:
    within = f"{folder}/" if folder else ""
    files = {"Cargo.lock": LOCK.format("own"), f"{within}Cargo.lock": LOCK.format("other")}
    if marker:
        files[f"{within}.cargo-checksum.json"] = '{"files": {}}'
    assert {one.name for one in read(tmp_path, files).packages} == found


GO = "module a.b/c\n\ngo 1.22.0\n\nrequire x.y/z v1.0.0\n"
LISTS = {
    "Gopkg.lock": '[[projects]]\nname = "a"\nversion = "v1.0.0"\n',
    "Gopkg.toml": '[[constraint]]\nname = "a"\n',
    "glide.yaml": "import:\n- package: a\n",
    "glide.lock": "hash: 0123456789abcdef0123456789abcdef\n",
    "vendor.conf": "a v1\n",
    "go.sum": "a v1 h1:x\n",
    "Makefile": "a:\n\tgo install a.b/c@v1.0.0\n",
    "ci.sh": "npm install a@1.0.0\n",
    "Dockerfile": "FROM golang:1\nRUN pip install a==1\n",
    "package.json": '{"dependencies": {"a": "1"}}',
    "docs/requirements.txt": "sphinx\n",
    "Gemfile.lock": "GEM\n  specs:\n    a (1)\n",
    "tool.rb": 'require "bundler/inline"\ngemfile do\n  gem "a"\nend\n',
}


@pytest.mark.parametrize("name", LISTS)
def test_the_lists_of_vendored_modules_are_not_the_projects(tmp_path: Path, name: str) -> None:
    files = {"go.mod": GO, "vendor/modules.txt": "# x.y/z v1.0.0\n## explicit\nx.y/z\n"}
    found = read(tmp_path / "with", {**files, f"vendor/x.y/z/{name}": LISTS[name]})
    assert {one.name for one in found.packages} == {"c", "z", "stdlib"}
    assert not found.gaps
    found = read(tmp_path / "other", {**files, f"third/vendor/x.y/z/{name}": LISTS[name]})
    assert found.gaps or len(found.packages) > 3 or name == "Dockerfile"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("# x.y/z v1.0.0\n# b v0.0.0 => ./api\n## explicit; go 1.21\nb\n# b => ./api\n", False),
        ("# b v0.0.0 => ./api\n# b => ./api\n", False),
        ("# x.y/z v1.0.0\n# b v0.0.0 => /srv/a b\n", False),
        ("# x.y/z v2.0.0\n# b v0.0.0 => ./api\n", True),
        ("# x.y/z\n# b v0.0.0 => ./api\n", True),
        ("", True),
    ],
)
def test_modules_in_whose_place_a_folder_stands(tmp_path: Path, lines: str, *, told: bool) -> None:
    files = {
        "go.mod": f"{GO}\nrequire b v0.0.0\n\nreplace b => ./api\n",
        "api/go.mod": "module b\n\ngo 1.22.0\n",
        "vendor/modules.txt": lines,
    }
    found = read(tmp_path, files)
    assert (kinds.VENDORED in {gap.subject for gap in found.gaps}) == told
    assert "z" in {one.name for one in found.packages}


def test_what_is_installed_there_is_read(tmp_path: Path) -> None:
    files = {
        "vendor/x/.cargo-checksum.json": "{}",
        "vendor/x/lib/python3.11/site-packages/six-1.0.dist-info/METADATA": METADATA,
    }
    assert {one.name for one in read(tmp_path, files).packages} == {"six"}
