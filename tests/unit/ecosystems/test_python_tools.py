"""What a Python project's tools and its build need: what is pinned is for development, and the rest a remark."""

from __future__ import annotations

from pathlib import Path

import pytest

from garboard.model.gap import Gap
from garboard.model.package import Package
from tests.unit.ecosystems.reading import read
from tests.unit.packages.test_declared import read as taken


def _read(path: str, text: str) -> tuple[dict[str, int], list[str]]:
    from garboard.packages.declared import DECLARATIONS

    reader = next(one for one in DECLARATIONS if one.NAME == "python-declared")
    facts = read(reader, path, text)
    found = [one for one in facts if isinstance(one, Package)]
    assert {one.scope for one in found} <= {"development"}
    told = [one for one in facts if isinstance(one, Gap)]
    assert not any(one.unread for one in told)
    return {f"{one.name}@{one.version}": one.line for one in found}, [one.reason for one in told]


TOX = """[tox]
requires =
    tox-a==1
[testenv]
deps =
    pytest==6.0.0  # why
    django{22,32}: Django==2.2
    # six==1
    coverage
    -r requirements-dev.txt
    -rother.txt
    {[base]deps}
commands = pytest==1
[testenv:lint]
deps = flake8>=3
[flake8]
deps = a==1
"""
PRE_COMMIT = """repos:
- repo: https://github.com/psf/black
  rev: 22.3.0
  hooks:
  - id: black
    additional_dependencies: ['click==8.0.4', "a[b]==1", c]
  - id: mypy
    additional_dependencies:
      - types-x==2.28.0
      - attrs
    args: [a==2]
- repo: local
"""


@pytest.mark.parametrize(
    ("path", "text", "packages", "remarks"),
    [
        ("tox.ini", TOX, {"tox-a@1": 3, "pytest@6.0.0": 6, "django@2.2": 7}, ["other.txt", "coverage, flake8"]),
        ("tox.ini", "[pytest]\ndeps = a\n[flake8]\nmax-line-length = 1\n", {}, []),
        (
            ".pre-commit-config.yaml",
            PRE_COMMIT,
            {"click@8.0.4": 6, "a@1": 6, "types-x@2.28.0": 9},
            ["github.com/psf/black"],
        ),
        (".pre-commit-config.yaml", "repos:\n- repo: local\n", {}, []),
        ("noxfile.py", "def tests(session):\n    session.install('a')\n", {}, ["works out"]),
        ("noxfile.py", "def tests(session):\n    session.run('a')\n", {}, []),
        (
            "pyproject.toml",
            '[build-system]\nrequires = [\n  "setuptools==58.0.0",\n  "wheel",\n]\n',
            {"setuptools@58.0.0": 3},
            ["no version of wheel, which its build needs"],
        ),
        ("tox.toml", '[env_run_base]\ndeps = ["a==1", "b"]\n', {"a@1": 2}, ["no version of b"]),
        ("hatch.toml", '[envs.x]\nextra-dependencies = [\n  "a==1"\n]\n', {"a@1": 3}, []),
        ("hatch.toml", "[envs.x\n", {}, ["cannot be read"]),
        ("pyproject.toml", "[tool.black]\n", {}, []),
    ],
)
def test_what_tools_need(path: str, text: str, packages: dict[str, int], remarks: list[str]) -> None:
    found, told = _read(path, text)
    assert found == packages
    assert len(told) == len(remarks)
    assert all(part in reason for part, reason in zip(remarks, told, strict=True))


def test_a_project_with_a_lock_file_is_whole(tmp_path: Path) -> None:
    """Its build and its tools are nothing that is installed with it."""
    files = {
        "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "a"\ndependencies = ["b"]\n',
        "uv.lock": 'version = 1\n[[package]]\nname = "a"\nsource = { editable = "." }\nversion = "1"\n'
        'dependencies = [{ name = "b" }]\n[[package]]\nname = "b"\nversion = "2"\n',
        "tox.ini": TOX,
        ".pre-commit-config.yaml": PRE_COMMIT,
        "noxfile.py": "session.install(\n",
    }
    found = taken(tmp_path, files)
    assert "pkg:pypi/b@2" in {one.purl for one in found.packages}
    assert not any(one.unread for one in found.gaps if "requirements-dev" not in one.reason)
