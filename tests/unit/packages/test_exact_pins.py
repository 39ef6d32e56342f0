"""Manifests that state versions exactly: what they ask for is judged, and what it brings is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from garboard.lock_text import DIRECT
from tests.unit.packages.test_declared import read
from tests.unit.packages.test_trees import told

PROJECT = """[project]
name = "p"
dependencies = ["Django[argon2] == 3.2", "six==1.*", "flask>=1", "rich==1.0; os_name == 'nt'", "odd==1", "odd==2", "own==1"]

[project.optional-dependencies]
web = ["jinja2==2.10", "flask==1.0"]

[dependency-groups]
dev = ["pytest==7.0", {include-group = "x"}]

[tool.uv.sources]
own = { git = "https://example.com/own" }
"""
POETRY = """[tool.poetry.dependencies]
python = "3.11.1"
requests = "2.25.0"
urllib3 = "==1.26.3"
six = "^1.0"
rich = "1.*"
flask = {version = "1.0", extras = ["async"], optional = true}
click = {version = "8.0", python = "<3.9"}
own = {git = "https://example.com/own", tag = "1.0"}
several = [{version = "1.0", python = "<3.9"}, {version = "2.0", python = ">=3.9"}]

[tool.poetry.group.dev.dependencies]
pytest = "7.0"
"""
PACKAGE = {
    "dependencies": {
        "a": "4.17.15", "b": "=1.2.0", "@s/c": "v1.0.0-rc.1", "d": "^1.0.0", "e": "1.2", "f": "1.2.x", "g": "~1.0.0", "h": "*",
        "i": "git+https://example.com/i.git#v1.0.0", "j": "npm:real@2.0.0", "k": "1.0.0", "l": "1.0.0", "@s/q": "1.0.0", "m": ">=1.0.0 <2.0.0",
    },
    "devDependencies": {"n": "3.0.0", "l": "^1.0.0"},
    "optionalDependencies": {"o": "1.0.0"},
    "peerDependencies": {"p": "1.0.0"},
    "resolutions": {"**/k": "1.0.1"},
    "pnpm": {"overrides": {"x>@s/q@^1": "1.0.1"}},
}  # fmt: skip
CARGO = """[package]
name = "p"
version = "1.0.0"

[dependencies]
a = "=1.2.3"
b = "1.2.3"
c = "=1.2"
d = { package = "real", version = "= 2.0.0", features = ["x"] }
e = { git = "https://example.com/e", version = "=1.0.0" }
f = { path = "f", version = "=1.0.0" }
g.workspace = true
h = "=1.0.0"

[dev-dependencies]
i = "=3.0.0"

[workspace.dependencies]
g = "=4.0.0"

[patch.crates-io]
h = { git = "https://example.com/h" }
"""
PUBSPEC = """name: p
dependencies:
  a: 1.2.3
  b: ^1.0.0
  c: '2.0.0-dev.1'
  d: {git: https://example.com/d}
  e: any
  f: {hosted: https://example.com, version: 1.0.0}
  g: 1.0.0
dev_dependencies:
  h: 3.0.0
dependency_overrides:
  g: 1.0.1
"""
MIX = """defmodule P.MixProject do
  defp deps do
    [
      {:a, "1.2.3"},
      {:b, "== 2.0.0", only: [:dev], runtime: false},
      {:c, "~> 1.0"},
      {:d, "1.0.0", path: "d"},
      {:e, "1.0.0", hex: :other},
      {:f, git: "https://example.com/f", tag: "1.0.0"},
      # {:g, "1.0.0"},
      {:h, ">= 1.0.0"}
    ]
  end
end
"""
SWIFT = """let package = Package(dependencies: [
  .package(url: "https://x.org/o/a.git", exact: "1.2.3"),
  .package(
    url: "https://x.org/o/b",
    .exact("2.0.0")
  ),
  .package(url: "https://x.org/o/c.git", from: "1.0.0"),
  // .package(url: "https://x.org/o/d.git", exact: "1.0.0"),
])
"""
PIPFILE = """[packages]
django = "==3.2"
flask = {version = "==1.0", extras = ["async"]}
six = "*"
rich = {version = "==1.0", markers = "os_name == 'nt'"}
own = {git = "https://example.com/own", version = "==1.0"}

[dev-packages]
pytest = "==7.0"
"""
LIST = """# list
a == 1.0  # why
b[x]==2.0 --hash=sha256:aa
c==1.*
d>=1
e==1.0; os_name == 'nt'
-c constraints.txt
f==1.0
F==2.0
"""
SETUP_CFG = """[options]
install_requires =
    a==1.0
    b>=1
    c==1.0; os_name == 'nt'
setup_requires = d==1.0

[options.extras_require]
x = e==1.0
y:sys_platform=="win32" =
    f==1.0
z:python_version<"3.8" =
    f==1.0
"""
SETUP_PY = """from setuptools import setup
V = "1"
needs = ["a==1.0", "b>=1", f"c=={V}"]
setup(name="p", install_requires=needs, setup_requires=["d==1.0"], extras_require={"x": ["e==1.0"]})
setup(extras_require={":os_name == 'nt'": ["f==1.0"]})
"""
GEMFILE = """source "https://rubygems.org"
gem "rack", "2.0.1"
gem "puma", "= 5.0", require: false
gem "rails", "~> 6.1.0"
gem "own", "1.0", git: "https://example.com/own"
gem "split", "1.0",
  path: "x"
gem "wdm", "0.1" if Gem.win_platform?
gem "tz", "1.0", platforms: :mingw
path "y" do
  gem "inner", "1.0"
end
group :test do
  gem "rspec", "3.0"
end
"""
COMPOSER = {
    "require": {"php": "8.1.0", "v/a": "1.2.3", "V/b": "v2.0.0", "v/c": "^1.0", "v/d": "1.2", "v/e": "1.0.0@dev"},
    "require-dev": {"v/f": "3.0.0-beta1"},
}


@pytest.mark.parametrize(
    ("name", "text", "pinned", "left"),
    [
        (
            "pyproject.toml",
            PROJECT,
            {"django@3.2", "jinja2@2.10", "pytest@7.0 development"},
            "six, flask, rich and 2 more",
        ),
        (
            "pyproject.toml",
            POETRY,
            {"requests@2.25.0", "urllib3@1.26.3", "flask@1.0", "pytest@7.0 development"},
            "six, rich, click and 2 more",
        ),
        (
            "package.json",
            json.dumps(PACKAGE),
            {"a@4.17.15", "b@1.2.0", "@s/c@1.0.0-rc.1", "real@2.0.0", "n@3.0.0 development", "o@1.0.0"},
            "d, e, f and 7 more",
        ),
        ("Cargo.toml", CARGO, {"a@1.2.3", "real@2.0.0", "g@4.0.0", "i@3.0.0 development"}, "b, c, e and 1 more"),
        ("pubspec.yaml", PUBSPEC, {"a@1.2.3", "c@2.0.0-dev.1", "h@3.0.0 development"}, "b, d, e and 2 more"),
        ("mix.exs", MIX, {"a@1.2.3", "b@2.0.0"}, "c, d, e and 2 more"),
        ("Package.swift", SWIFT, {"x.org/o/a@1.2.3", "x.org/o/b@2.0.0"}, "x.org/o/c"),
        ("Pipfile", PIPFILE, {"django@3.2", "flask@1.0", "pytest@7.0 development"}, "six, rich, own"),
        ("requirements.in", LIST, {"a@1.0", "b@2.0"}, "c, d, e and 2 more"),
        ("setup.cfg", SETUP_CFG, {"a@1.0", "d@1.0 development", "e@1.0"}, "b, c, f"),
        ("setup.py", SETUP_PY, {"a@1.0", "d@1.0 development", "e@1.0"}, "b, c, f"),
        ("Gemfile", GEMFILE, {"rack@2.0.1", "puma@5.0", "rspec@3.0 development"}, "rails, own, split and 3 more"),
        (
            "composer.json",
            json.dumps(COMPOSER),
            {"v/a@1.2.3", "v/b@v2.0.0", "v/f@3.0.0-beta1 development"},
            "v/c, v/d, v/e",
        ),
    ],
)
def test_a_version_that_is_written_out_is_judged(
    tmp_path: Path, name: str, text: str, pinned: set[str], left: str
) -> None:
    inventory = read(tmp_path, {name: text})
    found = {f"{one.full_name}@{one.version} {one.scope}".strip() for one in inventory.packages if one.version}
    assert found == pinned
    reason = told(inventory)[name]
    assert DIRECT in reason
    assert f"asks for {left}, and no lock file says in which versions: not judged" in reason


@pytest.mark.parametrize(
    "text",
    [
        'import sys\nn = ["a==1.0"]\nif sys.platform == "x":\n    n.append("b==1.0")\nsetup(install_requires=n)\n',
        'setup(install_requires=["a==1.0"] if x else [])\n',
        'n = []\nif x:\n    n += ["a==1.0"]\nsetup(install_requires=n)\n',
    ],
)
def test_what_a_script_decides_is_not_certain(tmp_path: Path, text: str) -> None:
    inventory = read(tmp_path, {"setup.py": f"from setuptools import setup\n{text}"})
    assert inventory.packages == ()
    assert "asks for a" in told(inventory)["setup.py"]


def test_a_package_of_a_swift_registry_is_asked_for_and_comments_are_not(tmp_path: Path) -> None:
    text = (
        '.package(id: "mona.List", exact: "1.1.0"),\n/* .package(url: "https://x.org/o/a", exact: "1.0.0"),\n'
        '.package(url: "https://x.org/o/b", exact: "1.0.0") */\n.package(url: "https://x.org/o/c", exact: "1.0.0"), // d\n'
    )
    inventory = read(tmp_path, {"Package.swift": text})
    assert {(one.full_name, one.locations[0].line) for one in inventory.packages} == {("x.org/o/c", 4)}
    assert "asks for mona.List, and" in told(inventory)["Package.swift"]


def test_what_pdm_installs_from_a_folder_or_a_repository(tmp_path: Path) -> None:
    needs = '["-e file:///x#egg=y", "-e git+https://x.org/z.git#egg=z", "tornado==6.0"]'
    inventory = read(tmp_path, {"pyproject.toml": f"[tool.pdm.dev-dependencies]\ndev = {needs}\n"})
    assert [(one.name, one.version) for one in inventory.packages] == [("tornado", "6.0")]
    assert "asks for z, and" in told(inventory)["pyproject.toml"]


def test_a_compiled_list_answers_for_what_is_written_out(tmp_path: Path) -> None:
    inventory = read(tmp_path, {"requirements.in": "a==1.0\n", "requirements.txt": "# via pip-compile\na==1.0.1\n"})
    assert [(one.name, one.version) for one in inventory.packages] == [("a", "1.0.1")]


def test_a_lock_file_answers_for_what_is_written_out(tmp_path: Path) -> None:
    lock = "GEM\n  specs:\n    rack (2.0.2)\n\nDEPENDENCIES\n  rack\n"
    inventory = read(tmp_path, {"Gemfile": 'gem "rack", "2.0.1"\n', "Gemfile.lock": lock})
    assert [one.version for one in inventory.packages] == ["2.0.2"]
    assert not told(inventory)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Cargo.toml", '[package]\nname = "p"\n[dependencies]\nserde = "1.0.0"\n'),
        ("setup.cfg", "[options]\ninstall_requires =\n  django~=3.2\n"),
    ],
)
def test_what_is_asked_for_is_not_said_to_lack_a_version(tmp_path: Path, name: str, text: str) -> None:
    assert "and no lock file says in which versions: not judged" in told(read(tmp_path, {name: text}))[name]


def _package(name: str = "", **stated: object) -> str:
    return json.dumps({"name": name, "version": "1.0.0", **stated})


MODULE = "node_modules/a/package.json"
WORKSPACE = {
    "packages": {
        "": {"name": "root"},
        "m": {"name": "m", "version": "1.0.0", "dependencies": {"a": "2.0.0"}},
        "node_modules/m": {"resolved": "m", "link": True},
        "node_modules/a": {"version": "2.0.1"},
    }
}


@pytest.mark.parametrize(
    ("files", "packages", "reasons"),
    [
        ({"package.json": _package("p", private=True, dependencies={"a": "2.0.0"}), MODULE: _package("a")}, {"a@1.0.0"}, ()),
        ({"m/package.json": _package("p", private=True, dependencies={"a": "2.0.0"}), MODULE: _package("a")}, {"a@1.0.0"}, ()),
        (
            {"package.json": _package("p", private=True, dependencies={"a": "2.0.0", "b": "^1"}), MODULE: _package("a")},
            {"a@1.0.0"},
            ("asks for b, which the installation lacks",),
        ),
        (
            {"package.json": _package("p", private=True, dependencies={"b": "2.0.0", "c": "^1", "a": "1.0.0"}), MODULE: _package("a")},
            {"a@1.0.0", "b@2.0.0"},
            ("asks for c, and no lock file says in which versions", DIRECT),
        ),
        (
            {"m/package.json": _package("p", private=True, dependencies={"a": "2.0.0", "b": "^1"}), f"n/{MODULE}": _package("a"), "n/node_modules/b/package.json": _package("b")},
            {"a@1.0.0", "b@1.0.0", "a@2.0.0"},
            ("asks for b, and no lock file says in which versions", DIRECT),
        ),
        (
            {"m/package.json": _package("p", private=True, dependencies={"q": "1.0.0"}), "q/package.json": _package("q", private=True)},
            set(),
            ("found, and not read: m/package.json",),
        ),
        ({"vendor/q/package.json": _package("q", devDependencies={"a": "1.0.0"})}, {"q@1.0.0"}, ()),
        ({"package-lock.json": json.dumps(WORKSPACE), "m/package.json": _package("m", dependencies={"a": "2.0.0"})}, {"a@2.0.1"}, ()),
        (
            {"package-lock.json": json.dumps(WORKSPACE), "x/package.json": _package("x", dependencies={"a": "2.0.0"})},
            {"a@2.0.1", "a@2.0.0"},
            (DIRECT,),
        ),
        (
            {"package.json": _package("p", dependencies={"a": "2.0.0"})},
            {"a@2.0.0"},
            (DIRECT,),
        ),
    ],
)  # fmt: skip
def test_what_is_installed_or_locked_answers_for_what_package_json_writes_out(
    tmp_path: Path, files: dict[str, str], packages: set[str], reasons: tuple[str, ...]
) -> None:
    inventory = read(tmp_path, files)
    assert {f"{one.full_name}@{one.version}" for one in inventory.packages if not one.application} == packages
    assert len(inventory.gaps) == len(reasons)
    assert all(any(reason in gap.reason for gap in inventory.gaps) for reason in reasons)


def test_an_extra_beside_a_list_for_pip_is_judged(tmp_path: Path) -> None:
    text = '[project]\nname = "p"\ndependencies = ["a==1.0"]\n[project.optional-dependencies]\nx = ["b==1.0", "c>=1"]\n'
    inventory = read(tmp_path, {"pyproject.toml": text, "requirements.txt": "a==1.0\n"})
    assert {(one.name, one.locations[0].path) for one in inventory.packages if not one.application} == {
        ("a", "requirements.txt"),
        ("b", "pyproject.toml"),
    }
    reason = told(inventory)["pyproject.toml"]
    assert "asks for c, which requirements.txt does not have: not judged" in reason
    assert "asks for b, which requirements.txt does not have: what that needs is not known" in reason


def test_an_application_whose_versions_are_judged_is_told_once(tmp_path: Path) -> None:
    stated = {"name": "app", "version": "1.0.0", "dependencies": {"lodash": "4.17.15"}}
    (gap,) = read(tmp_path, {"package.json": json.dumps(stated)}).gaps
    assert gap.reason.startswith(DIRECT)
