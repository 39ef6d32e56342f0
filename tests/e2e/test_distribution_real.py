"""What is published is whole: the wheel, and the wheel that is built of the sdist, installed where nothing else of garboard is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from demo import sample

from garboard import __version__
from tests.e2e.running import clean_environment, run

ROOT = Path(__file__).resolve().parents[2]
BESIDE = Path(sys.executable).parent


def _tool(name: str) -> str:
    found = shutil.which(name, path=f"{BESIDE}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, and the wheel that is built of it."""
    folder = tmp_path_factory.mktemp("dist")
    run(_tool("uv"), "build", "--quiet", "--out-dir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


def test_every_file_of_the_package_is_in_both(dist: Path, wheel: Path) -> None:
    tracked = run("git", "-C", ROOT, "ls-files", "-z", "src").strip("\0").split("\0")
    with zipfile.ZipFile(wheel) as opened:
        installed = {f"src/{name}" for name in opened.namelist()}
    assert set(tracked) - installed == set()
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        sources = {name.partition("/")[2] for name in archive.getnames()}
    assert {*tracked, "pyproject.toml", "README.md", "LICENSE"} - sources == set()


def _works(garboard: list[str], folder: Path) -> None:
    """Its version, a scan, and what needs the package's data."""
    home = folder / "home"
    home.mkdir()
    sample.write(folder)
    (folder / "repository/.git").mkdir(parents=True)
    (folder / "repository/Dockerfile").write_text("FROM scratch\n")
    kept = {name: os.environ[name] for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR") if name in os.environ}
    env = clean_environment(home, {"GARBOARD_FEEDS": str(folder / "feeds"), **kept})

    def ran(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*garboard, *map(str, words)], env=env, cwd=folder / "repository", capture_output=True, check=False
        )

    version = ran("--version")
    assert version.stdout.decode().strip() == f"garboard {__version__}", version.stderr.decode()
    scan = ran("scan", folder / "blog.tar", "--db", folder / "db", "--json")
    assert scan.returncode == 1, scan.stderr.decode()
    assert json.loads(scan.stdout)["uniqueCount"] == 16
    made = ran("init", "github")
    assert made.returncode == 0, made.stderr.decode()


def test_by_pip(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    run(tmp_path / "venv/bin/python", "-m", "pip", "install", "--quiet", wheel)
    _works([str(tmp_path / "venv/bin/garboard")], tmp_path)
    assert (tmp_path / "venv/bin/docker-scan").exists()


def test_as_one_file_by_debians_python(tmp_path: Path) -> None:
    """As ``make zipapp`` makes it, in a copy of what is tracked; it runs by the machine's own Python, with nothing installed."""
    python = Path("/usr/bin/python3")
    if not python.exists():
        pytest.skip("this machine has no Python of its own")
    source = tmp_path / "source"
    run("git", "clone", "--quiet", ROOT, source)
    run("make", "-C", source, "zipapp", f"PYTHON={python}")
    _works([str(python), str(source / "dist/garboard.pyz")], tmp_path)


def test_by_uvx(wheel: Path, tmp_path: Path) -> None:
    _works([_tool("uvx"), "--quiet", "--python", sys.executable, "--from", str(wheel), "garboard"], tmp_path)


def test_by_pipx(wheel: Path, tmp_path: Path) -> None:
    """The installer itself is run by uvx, where it is not installed."""
    pipx = shutil.which("pipx")
    command = [pipx] if pipx else [_tool("uvx"), "--quiet", "pipx"]
    places = {
        "PIPX_HOME": str(tmp_path / "pipx"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "PIPX_MAN_DIR": str(tmp_path / "man"),
    }
    run(*command, "install", "--quiet", "--python", sys.executable, wheel, env=places)
    _works([str(tmp_path / "bin/garboard")], tmp_path)
