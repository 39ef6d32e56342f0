"""Packages that lock files declare: copies told apart by version, direct ones from others, each with its line."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from garboard.image.options import Options
from garboard.model.package import Inventory
from garboard.workflows.scan import take_inventory

NPM = {
    "name": "shop",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "packages": {
        "": {
            "name": "shop",
            "version": "1.0.0",
            "dependencies": {"a": "^1", "alias": "npm:real@1"},
            "workspaces": ["w"],
        },
        "node_modules/a": {"version": "1.0.0", "license": "MIT", "dependencies": {"b": "^2"}},
        "node_modules/a/node_modules/b": {"version": "2.0.0"},
        "node_modules/alias": {"name": "real", "version": "1.2.0"},
        "node_modules/b": {"version": "1.0.0", "dependencies": {"@s/c": "*"}, "dev": True},
        "node_modules/@s/c": {"version": "3.0.0", "optional": True},
        "node_modules/w": {"resolved": "w", "link": True},
        "w": {"version": "0.1.0", "devDependencies": {"b": "^1"}},
    },
}
NPM_1 = {
    "name": "shop",
    "version": "1.0.0",
    "lockfileVersion": 1,
    "dependencies": {
        "a": {"version": "1.0.0", "requires": {"b": "^2"}, "dependencies": {"b": {"version": "2.0.0"}}},
        "b": {"version": "1.0.0", "requires": {"@s/c": "*"}},
        "@s/c": {"version": "3.0.0"},
        "git": {"version": "git+https://example.com/x.git#abc"},
    },
}
CARGO = """version = 3

[[package]]
name = "shop"
version = "0.1.0"
dependencies = ["a", "b 2.0.0"]

[[package]]
name = "a"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = [
 "b 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)",
]

[[package]]
name = "b"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "b"
version = "2.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
"""


WHOLE = "is taken to list all that is installed"


def read(folder: Path, files: dict[str, str], *, declared: bool = False) -> Inventory:
    """A tree's inventory, without the note on lists of requirements that no tool made."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = take_inventory(f"dir:{folder}", Options(declared=declared))[1]
    return msgspec.structs.replace(found, gaps=tuple(one for one in found.gaps if not one.reason.startswith(WHOLE)))


def edges(inventory: Inventory) -> dict[str, list[str]]:
    labels = {one.id: f"{one.full_name}@{one.version}" for one in inventory.packages}
    return {labels[one.id]: sorted(labels[need] for need in one.depends_on) for one in inventory.packages}


def lines(inventory: Inventory) -> dict[str, int]:
    return {f"{one.full_name}@{one.version}": one.locations[0].line for one in inventory.packages}


def test_npm(tmp_path: Path) -> None:
    found = read(tmp_path, {"package-lock.json": json.dumps(NPM, indent=2)})
    assert edges(found) == {
        "shop@1.0.0": ["a@1.0.0", "real@1.2.0"],
        "a@1.0.0": ["b@2.0.0"],
        "b@2.0.0": [],
        "real@1.2.0": [],
        "b@1.0.0": ["@s/c@3.0.0"],
        "@s/c@3.0.0": [],
        "w@0.1.0": ["b@1.0.0"],
    }
    assert {one.name: one.automatic for one in found.packages if one.version != "2.0.0" and not one.application} == {
        "a": False,
        "b": False,
        "real": False,
        "c": True,
    }
    assert [one.name for one in found.packages if one.application] == ["shop", "w"]
    assert all(one.declared for one in found.packages)
    text = json.dumps(NPM, indent=2).split("\n")
    assert all(text[number - 1].strip().startswith('"') for number in lines(found).values())
    assert lines(found)["b@2.0.0"] == 1 + next(i for i, line in enumerate(text) if "a/node_modules/b" in line)
    assert not found.gaps


def test_an_application_is_answered_for_by_a_lock_file_beside_or_above(tmp_path: Path) -> None:
    application = json.dumps({"name": "w", "private": True, "dependencies": {"a": "^1"}})
    files = {"package-lock.json": json.dumps(NPM), "package.json": application, "w/package.json": application}
    assert read(tmp_path, files).gaps == ()
    assert len(read(tmp_path / "other", {"package.json": application}).gaps) == 1


def test_npm_version_1(tmp_path: Path) -> None:
    found = read(tmp_path, {"npm-shrinkwrap.json": json.dumps(NPM_1, indent=2)})
    assert edges(found) == {
        "shop@1.0.0": ["a@1.0.0"],
        "a@1.0.0": ["b@2.0.0"],
        "b@2.0.0": [],
        "b@1.0.0": ["@s/c@3.0.0"],
        "@s/c@3.0.0": [],
    }
    assert ["git comes from" in gap.reason for gap in found.gaps] == [True]


def test_the_dockerfiles_of_a_tree(tmp_path: Path) -> None:
    found = read(
        tmp_path, {"Dockerfile": "FROM a", "web/app.Dockerfile": "FROM b", "web/Dockerfile.md": "x", "Cargo.lock": ""}
    )
    assert found.dockerfiles == ("Dockerfile", "web/app.Dockerfile")
    assert read(tmp_path / "b", {"etc/passwd": "", "Dockerfile": "FROM a"}).dockerfiles == ()


def test_cargo(tmp_path: Path) -> None:
    found = read(tmp_path, {"Cargo.lock": CARGO})
    assert edges(found) == {
        "shop@0.1.0": ["a@1.0.0", "b@2.0.0"],
        "a@1.0.0": ["b@1.0.0"],
        "b@1.0.0": [],
        "b@2.0.0": [],
    }
    assert lines(found) == {"shop@0.1.0": 4, "a@1.0.0": 9, "b@1.0.0": 17, "b@2.0.0": 22}
    assert {(one.name, one.version) for one in found.packages if one.automatic} == {("b", "1.0.0")}


def test_several_projects_do_not_mix(tmp_path: Path) -> None:
    """A package is required by those of its own file only."""
    second = CARGO.replace('"a"\n', '"c"\n').replace('["a"', '["c"')
    found = read(tmp_path, {"one/Cargo.lock": CARGO, "two/Cargo.lock": second})
    for package in found.packages:
        places = {package.locations[0].path}
        needs = [one for one in found.packages if one.id in package.depends_on]
        assert all({one.locations[0].path} == places for one in needs)
    assert len(found.packages) == 8


INSTALLED = {
    "etc/os-release": "ID=debian\nVERSION_ID=12\n",
    "app/package-lock.json": json.dumps(NPM),
    "app/node_modules/a/package.json": json.dumps({"name": "a", "version": "1.0.0"}),
}


@pytest.mark.parametrize(("declared", "count"), [(False, 1), (True, 8)])
def test_in_a_system_they_count_only_where_that_is_asked_for(tmp_path: Path, declared: bool, count: int) -> None:
    found = read(tmp_path, INSTALLED, declared=declared)
    assert len(found.packages) == count
    assert sum(not one.declared for one in found.packages) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("package-lock.json", ""),
        ("package-lock.json", "[]"),
        ("package-lock.json", '{"packages": {"node_modules/a": 1}}'),
        ("package-lock.json", "[" * 5000),
        ("package-lock.json", '{"dependencies": {"a": 1}}'),
        ("Cargo.lock", "a = [" * 500),
        ("Cargo.lock", "\x00"),
    ],
)
def test_what_cannot_be_read_is_a_gap(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, {name: text})
    assert found.packages == ()
    assert [gap.subject for gap in found.gaps] == [name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Cargo.lock", ""),
        ("Cargo.lock", "package = 1"),
        ("Cargo.lock", '[[package]]\nname = 1\nversion = "1"'),
        ("package-lock.json", "{}"),
        ("package-lock.json", '{"packages": {"": {}, "node_modules/a": {"version": 1}}}'),
    ],
)
def test_odd_fields_do_no_harm(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, {name: text})
    assert [one for one in found.packages if not one.application] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gunicorn==23.0.0\n", True),
        ("# a comment\ngunicorn==23.0.0\nsix==1.0\n", True),
        ("gunicorn==23.0.0 \\\n    --hash=sha256:00\n", False),
        ("gunicorn==23.0.0\n    # via -r requirements.in\n", False),
        ("# This file was autogenerated by uv\ngunicorn==23.0.0\n", False),
        ("# what is needed\n", False),
    ],
)
def test_a_list_that_no_tool_made_may_lack_what_its_packages_need(tmp_path: Path, text: str, *, told: bool) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    found = take_inventory(f"dir:{tmp_path}", Options())[1]
    (gap,) = [one for one in found.gaps if one.reason.startswith(WHOLE)] or [None]
    assert (gap is not None) == told
    assert gap is None or not gap.unread
