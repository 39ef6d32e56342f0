"""Lock files whose entries need what these do not list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.packages.test_declared import read
from tests.unit.packages.test_trees import told

NPM = {
    "name": "p",
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "p", "dependencies": {"a": "1"}},
        "node_modules/a": {
            "version": "1.0.0",
            "dependencies": {"b": "1", "c": "1", "d": "1", "e": "1"},
            "optionalDependencies": {"d": "1"},
            "peerDependencies": {"f": "1"},
            "bundleDependencies": ["e"],
        },
        "node_modules/c": {"version": "1.0.0"},
    },
}
CLASSIC = (
    '# yarn lockfile v1\n\n"a@^1", a@^1.0:\n  version "1.0.0"\n  dependencies:\n    b "^2"\n    c "^1"\n'
    '  optionalDependencies:\n    d "^1"\n\nc@^2:\n  version "2.0.0"\n'
)
BERRY = """__metadata:
  version: 8

"a@npm:^1":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
  dependencies:
    b: "npm:^2"
    c: "npm:^1"
    d: "npm:^1"
  dependenciesMeta:
    d:
      optional: true
  peerDependencies:
    e: "*"

"c@npm:^2":
  version: 2.0.0
  resolution: "c@npm:2.0.0"
"""
PNPM = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: ^1
        version: 1.0.0
packages:
  a@1.0.0:
    resolution: {integrity: sha512-x}
  c@2.0.0:
    resolution: {integrity: sha512-x}
snapshots:
  a@1.0.0:
    dependencies:
      b: 1.0.0
      c: 2.0.0
      e: link:../e
    optionalDependencies:
      d: 1.0.0
  c@2.0.0: {}
"""
BUN = """{"lockfileVersion": 1, "workspaces": {"": {"name": "p", "dependencies": {"a": "1"}}}, "packages": {
"a": ["a@1.0.0", "", {"dependencies": {"b": "1", "c": "1"}, "optionalDependencies": {"d": "1"}}, "sha512-x"],
"c": ["c@1.0.0", "", {}, "sha512-x"],
}}
"""
GEMS = """GEM
  remote: https://rubygems.org/
  specs:
    a (1.0)
      b (~> 1)
      bundler (>= 1)
      c
    c (1.0-x86_64-linux)

PLATFORMS
  ruby

DEPENDENCIES
  a
"""
COMPOSER = {
    "packages": [
        {
            "name": "v/a",
            "version": "1.0.0",
            "require": {"php": ">=8", "ext-json": "*", "V/b": "1", "psr/log-implementation": "1", "v/old": "1"},
        },
        {
            "name": "v/c",
            "version": "1.0.0",
            "provide": {"psr/log-implementation": "1"},
            "replace": {"v/old": "*"},
        },
    ]
}
CARGO = """version = 4

[[package]]
name = "a"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = ["b", "c"]

[[package]]
name = "c"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
"""
MIX = """%{
  "a": {:hex, :a_hex, "1.0.0", "x", [:mix], [{:b, "~> 1", [hex: :b, repo: "hexpm", optional: false]}, \
{:c, "~> 1", [hex: :c, repo: "hexpm", optional: false]}, {:d, "~> 1", [hex: :d, repo: "hexpm", optional: true]}], "hexpm", "y"},
  "c": {:hex, :c, "1.0.0", "x", [:mix], [], "hexpm", "y"},
}
"""
POETRY = """[[package]]
name = "a"
version = "1.0.0"

[package.dependencies]
B = ">=1"
C = {version = ">=1", extras = ["x"]}
d = {version = ">=1", markers = "python_version < '3.8'"}
e = {version = ">=1", optional = true}
f = [{version = ">=1", markers = "os_name == 'nt'"}, {version = "<1", markers = "os_name != 'nt'"}]
setuptools = "*"

[[package]]
name = "c"
version = "1.0.0"

[metadata]
lock-version = "2.0"
"""
UV = """version = 1

[[package]]
name = "a"
version = "1.0.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "b", marker = "os_name == 'nt'" }, { name = "c" }]

[[package]]
name = "c"
version = "1.0.0"
source = { registry = "https://pypi.org/simple" }
"""
LACKING = {
    "package-lock.json": json.dumps(NPM),
    "npm-shrinkwrap.json": json.dumps(NPM),
    "yarn.lock": CLASSIC,
    "pnpm-lock.yaml": PNPM,
    "bun.lock": BUN,
    "Gemfile.lock": GEMS,
    "Cargo.lock": CARGO,
    "mix.lock": MIX,
    "uv.lock": UV,
}


@pytest.mark.parametrize("name", LACKING)
def test_what_an_entry_needs_and_nothing_lists_is_told(tmp_path: Path, name: str) -> None:
    reason = "the entry of a needs b, which it does not list: not judged"
    assert told(read(tmp_path, {name: LACKING[name]})) == {name: reason}


@pytest.mark.parametrize(
    ("name", "text", "pair"),
    [
        ("yarn.lock", BERRY, ("a", "b")),
        ("poetry.lock", POETRY, ("a", "B")),
        ("composer.lock", json.dumps(COMPOSER), ("v/a", "v/b")),
        ("Cargo.lock", CARGO.replace('"b", "c"', '"c 2.0.0"'), ("a", "c 2.0.0")),
    ],
)
def test_what_entries_of_other_forms_need_is_told(tmp_path: Path, name: str, text: str, pair: tuple[str, str]) -> None:
    by, need = pair
    reason = f"the entry of {by} needs {need}, which it does not list: not judged"
    assert told(read(tmp_path, {name: text})) == {name: reason}


def test_many_are_told_once(tmp_path: Path) -> None:
    needs = "".join(f"      n{number}\n" for number in range(9))
    reasons = told(read(tmp_path, {"Gemfile.lock": GEMS.replace("      b (~> 1)\n", needs)}))
    assert reasons["Gemfile.lock"] == (
        "the entry of a needs n0, that of a n1, that of a n2, that of a n3 and 5 more, which it does not list: not judged"
    )


def test_members_of_the_tree_need_no_entry(tmp_path: Path) -> None:
    files = {"yarn.lock": CLASSIC, "package.json": '{"name": "p", "dependencies": {"a": "^1", "c": "^2"}}'}
    assert "needs b" in told(read(tmp_path / "1", files))["yarn.lock"]
    assert not told(read(tmp_path / "2", {**files, "packages/b/package.json": '{"name": "b", "version": "2.0.0"}'}))


def test_what_the_project_stands_for_needs_no_entry(tmp_path: Path) -> None:
    project = {"name": "v/app", "require": {"v/a": "1"}}
    files = {"composer.lock": json.dumps(COMPOSER), "composer.json": json.dumps(project)}
    assert "needs v/b" in told(read(tmp_path / "1", files))["composer.lock"]
    for place, kind in enumerate(("provide", "replace")):
        files["composer.json"] = json.dumps({**project, kind: {"V/B": "*"}})
        assert not told(read(tmp_path / f"2{place}", files))
    files["composer.json"] = json.dumps({**project, "name": "v/b"})
    assert not told(read(tmp_path / "3", files))


def test_an_optional_package_that_an_entry_needs_is_told(tmp_path: Path) -> None:
    manifest = '{"name": "p", "dependencies": {"a": "1"}, "optionalDependencies": {"b": "1"}}'
    reasons = told(read(tmp_path, {"package-lock.json": json.dumps(NPM), "package.json": manifest}))
    assert "the entry of a needs b" in reasons["package-lock.json"]
