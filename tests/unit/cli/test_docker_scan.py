"""``docker scan`` again: the old command's words, and what they become."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from garboard import __version__
from garboard.cli.docker import scan
from garboard.cli.docker.flags import USAGE
from garboard.cli.docker.plugin import command
from garboard.model.errors import UsageError

OLD = ("--no-policy", "--no-require-coverage")
"""What the old command did not know."""
GOLDEN = Path(__file__).parents[2] / "golden/docker_scan/usage.txt"


@pytest.fixture
def delegated(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    calls: list[list[str]] = []
    monkeypatch.setattr(scan, "_delegate", lambda arguments: calls.append(arguments) or 1)
    return calls


def test_metadata(capsys: pytest.CaptureFixture[str]) -> None:
    assert scan.run(["docker-cli-plugin-metadata"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["SchemaVersion"] == "0.1.0"
    assert found["Vendor"] == "garboard"
    assert found["ShortDescription"] == "Docker Scan"
    assert __version__ in found["Version"]


@pytest.mark.parametrize("arguments", [["scan", "--help"], ["scan", "-h"], ["scan", "x", "--help"], [], ["help"]])
def test_the_usage_is_the_old_one(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert scan.run(arguments) == 0
    assert capsys.readouterr().out == GOLDEN.read_text(encoding="utf-8") == USAGE


@pytest.mark.parametrize(
    ("arguments", "become"),
    [
        (["app"], []),
        (["app", "-f", "Dockerfile"], ["--file=Dockerfile"]),
        (["-fDockerfile", "app"], ["--file=Dockerfile"]),
        (["-f=Dockerfile", "app"], ["--file=Dockerfile"]),
        (["--file=a b", "--exclude-base", "app"], ["--exclude-base", "--file=a b"]),
        (["--json", "app", "--group-issues"], ["--json", "--group-issues"]),
        (["--json=false", "app"], []),
        (["--severity", "high", "--dependency-tree", "app"], ["--dependency-tree", "--severity=high"]),
        (["--severity=low", "--", "app"], ["--severity=low"]),
    ],
)
def test_what_an_old_command_becomes(arguments: list[str], become: list[str], delegated: list[list[str]]) -> None:
    assert scan.run(["scan", *arguments]) == 1
    assert delegated == [["scan", *OLD, *become, "--", "app"]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--exclude-base", "app"], "--file flag is mandatory to use --exclude-base flag\n"),
        (["--group-issues", "app"], "--json flag is mandatory to use --group-issues flag\n"),
        (["--severity=critical", "app"], "--severity takes only 'low', 'medium' or 'high' values\n"),
        (["--severity=", "app"], "--severity takes only 'low', 'medium' or 'high' values\n"),
        ([], '"docker scan" requires exactly 1 argument.\nSee'),
        (["a", "b"], '"docker scan" requires exactly 1 argument.\nSee'),
        (["--bogus", "app"], "unknown flag: --bogus\nSee 'docker scan --help'.\n"),
        (["-x", "app"], "unknown shorthand flag: 'x' in -x\n"),
        (["app", "--file"], "flag needs an argument: --file\n"),
        (["--json=maybe", "app"], 'invalid argument "maybe" for "--json" flag'),
    ],
)
def test_old_errors(
    arguments: list[str], words: str, delegated: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert scan.run(["scan", *arguments]) == 2
    told = capsys.readouterr()
    assert told.err.startswith(words)
    assert told.out == ""
    assert delegated == []


@pytest.mark.parametrize(
    "flags", [["--login"], ["--login", "--token", "x"], ["--accept-license"], ["--reject-license"]]
)
def test_nobody_needs_an_account(
    flags: list[str], delegated: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert scan.run(["scan", *flags]) == 0
    assert capsys.readouterr().err.count("\n") == 1
    assert delegated == []
    assert scan.run(["scan", *flags, "app"]) == 1
    assert delegated == [["scan", *OLD, "--", "app"]]
    assert capsys.readouterr().out == ""


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert scan.run(["scan", "--version"]) == 0
    assert capsys.readouterr().out == f"Version:    v{__version__}\nProvider:   garboard\n"


def test_dockers_own_flags(delegated: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.setenv(name, "")
    flags = ["--config=/c", "-H", "tcp://h:1", "--context", "x", "-D", "--tlsverify", "--tlscacert", "/t/ca.pem"]
    assert scan.run([*flags, "scan", "app"]) == 1
    names = ("DOCKER_CONFIG", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
    assert [os.environ[name] for name in names] == ["/c", "tcp://h:1", "x", "1", "/t"]
    assert delegated == [["scan", *OLD, "--", "app"]]


def plugin(*arguments: str) -> tuple[int | None, str]:
    result = CliRunner().invoke(command, [*arguments], standalone_mode=False)
    if isinstance(result.exception, UsageError):
        return 2, result.exception.message
    assert result.exception is None
    return result.return_value, result.output


def test_install_and_uninstall(tmp_path: Path) -> None:
    path = tmp_path / "plugins" / "docker-scan"
    folder = str(path.parent)
    assert plugin("install", "--dir", folder)[0] == 0
    assert os.access(path, os.X_OK)
    assert sys.executable in path.read_text(encoding="utf-8")
    assert plugin("install", "--dir", folder) == (0, plugin("install", "--dir", folder)[1])
    found = subprocess.run([path, "docker-cli-plugin-metadata"], capture_output=True, check=True, cwd=tmp_path)
    assert json.loads(found.stdout)["Vendor"] == "garboard"
    assert plugin("uninstall", "--dir", folder) == (0, f"Removed {path}.\n")
    assert list(path.parent.iterdir()) == []
    assert plugin("uninstall", "--dir", folder) == (0, f"There is no {path}; nothing was removed.\n")


def test_the_plugin_imports_nothing_of_the_folder_it_runs_in(tmp_path: Path) -> None:
    plugin("install", "--dir", str(tmp_path / "plugins"))
    (tmp_path / "json.py").write_text("raise SystemExit('mine')")
    (tmp_path / "garboard").mkdir()
    (tmp_path / "garboard" / "__init__.py").write_text("raise SystemExit('mine')")
    path = tmp_path / "plugins" / "docker-scan"
    found = subprocess.run([path, "scan", "--version"], capture_output=True, check=True, cwd=tmp_path)
    assert b"garboard" in found.stdout


@pytest.mark.parametrize("link", [False, True])
def test_a_foreign_plugin_is_left_alone(tmp_path: Path, link: bool) -> None:
    foreign = tmp_path / "theirs"
    foreign.write_text("#!/bin/sh\n")
    path = tmp_path / "docker-scan"
    path.symlink_to(foreign) if link else path.write_text("#!/bin/sh\n")
    for verb in ("install", "uninstall"):
        assert plugin(verb, "--dir", str(tmp_path)) == (2, f"{path} is another program's")
    assert path.read_text() == "#!/bin/sh\n"
    assert plugin("install", "--dir", str(tmp_path), "--force")[0] == 0
    assert not path.is_symlink()
    assert foreign.read_text() == "#!/bin/sh\n"
    assert plugin("uninstall", "--dir", str(tmp_path))[0] == 0


def test_dockers_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert plugin("install")[0] == 0
    assert (tmp_path / "cli-plugins" / "docker-scan").is_file()
