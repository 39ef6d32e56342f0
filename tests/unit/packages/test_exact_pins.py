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

[tool.uv.sources]
own = { git = "https://example.com/own" }
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
"""
SETUP_PY = """from setuptools import setup
V = "1"
needs = ["a==1.0", "b>=1", f"c=={V}"]
setup(name="p", install_requires=needs, setup_requires=["d==1.0"], extras_require={"x": ["e==1.0"]})
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
        ("pyproject.toml", PROJECT, {"django@3.2"}, "six, flask, rich and 2 more"),
        ("Pipfile", PIPFILE, {"django@3.2", "flask@1.0", "pytest@7.0 development"}, "six, rich, own"),
        ("requirements.in", LIST, {"a@1.0", "b@2.0"}, "c, d, e and 2 more"),
        ("setup.cfg", SETUP_CFG, {"a@1.0"}, "b, c, d and 1 more"),
        ("setup.py", SETUP_PY, {"a@1.0"}, "b, c, d and 1 more"),
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
