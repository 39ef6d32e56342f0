"""The wheel keeps its promise ``Typing :: Typed``: who installs it has garboard's types checked by mypy (PEP 561)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RIGHT = """
from pathlib import Path

import garboard

with garboard.open_database(Path("database")) as database:
    report: garboard.Report = garboard.scan("image.tar", database=database, now="2026-01-01T00:00:00Z")
names: list[str] = [finding.package.name for finding in report.findings]
opened: garboard.Database = database
version: str = garboard.__version__
"""
REPORT = 'garboard.scan("image.tar", database=garboard.open_database(), now="2026-01-01T00:00:00Z")'


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it would be published; uv brings the build backend, so that no network is needed."""
    uv = Path(sys.executable).with_name("uv")
    found = str(uv) if uv.exists() else shutil.which("uv")
    folder = tmp_path_factory.mktemp("dist")
    if found is None:
        _not_built("there is no uv")
    command = [found, "build", "--wheel", "--offline", "--quiet", "--out-dir", folder, ROOT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        _not_built(done.stderr)
    return next(folder.glob("*.whl"))


def _not_built(why: str) -> None:
    message = f"no wheel can be built here, so its types are NOT tested: {why}"
    (pytest.fail if os.environ.get("CI") else pytest.skip)(message)


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which the wheel is installed; what it depends on comes from the tests' own."""
    folder = tmp_path_factory.mktemp("user")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def mypy(python: Path, program: str, folder: Path) -> str:
    """What mypy says of a user's program."""
    (folder / "program.py").write_text(program)
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "--config-file="]
    done = subprocess.run([*command, "program.py"], capture_output=True, text=True, check=False, cwd=folder)
    assert not done.stderr, done.stderr
    return done.stdout


def test_right_use_type_checks(python: Path, tmp_path: Path) -> None:
    assert mypy(python, RIGHT, tmp_path).startswith("Success")


def test_wrong_use_is_reported(python: Path, tmp_path: Path) -> None:
    """A wrong type, a missing argument, a misspelt name: each in a line of its own."""
    wrong = ["import garboard", f"number: int = {REPORT}", "garboard.scan('image.tar')", "garboard.sacn('image.tar')"]
    said = mypy(python, "\n".join(wrong), tmp_path)
    for error in (
        'program.py:2: error: Incompatible types in assignment (expression has type "Report"',
        'program.py:3: error: Missing named argument "database"',
        'program.py:4: error: Module has no attribute "sacn"',
    ):
        assert error in said


def test_the_wheel_brings_the_library_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "garboard/py.typed" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"garboard"}
