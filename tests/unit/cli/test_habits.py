"""What people type who come from other scanners works, or is an error that names garboard's own way."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from garboard.cli import habits
from garboard.cli.docker import scan as plugin
from garboard.cli.main import COMMANDS, command, run
from tests.unit.cli.image_on_disk import write_image


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DB", "CATALOG", "CACHE"):
        monkeypatch.setenv(f"GARBOARD_{name}", str(tmp_path / name))
    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / "x.tar")


def told(words: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The error of a line that ends with 2 and reports nothing."""
    capsys.readouterr()
    assert run(words.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


@pytest.mark.parametrize("option", habits.OPTIONS)
def test_options_of_others(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    err = told(f"scan x.tar {option} high", capsys)
    assert f"there is no option {option}" in err
    assert f"hint: {habits.OPTIONS[option]}" in err
    assert told(f"scan {option}=1 x.tar", capsys) == err


def test_hints_name_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    commands = {name: command.get_command(click.Context(command), name) for name in COMMANDS}
    own = {name for one in ("scan", "inventory") for parameter in commands[one].params for name in parameter.opts}  # type: ignore[union-attr]
    for text in (*habits.OPTIONS.values(), *habits.FORMATS.values()):
        assert {*re.findall(r"--[a-z-]+", text)} <= own, text
        assert {*re.findall(r"garboard ([a-z]+) (?:image|has|lists)", text)} <= {*COMMANDS}, text
    assert not own & {*habits.OPTIONS}


@pytest.mark.parametrize("form", habits.FORMATS)
def test_formats_of_others(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    err = told(f"scan x.tar --format {form}", capsys)
    assert f"there is no format {form} here; known are text, json, table, sarif" in err
    assert f"hint: {habits.FORMATS[form]}" in err


@pytest.mark.parametrize("form", ["json", "table", "sarif", "cyclonedx-json"])
def test_a_format_is_no_file(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "choose a format with --format" in told(f"scan x.tar -o {form}", capsys)
    assert not Path(form).exists()
    assert run(["scan", "-q", "--offline", "x.tar", "-o", f"./{form}"]) != 2
    assert Path(form).exists()


@pytest.mark.parametrize(
    ("given", "same"),
    [("HIGH,CRITICAL", "high"), ("critical,high", "high"), ("MEDIUM, HIGH,CRITICAL", "medium"), ("CRITICAL", "critical"),
     ("UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL", "")],
)  # fmt: skip
def test_severities_as_a_list(given: str, same: str, capsys: pytest.CaptureFixture[str]) -> None:
    from garboard.cli.filtering import _severity

    assert _severity(given) == _severity(same)


@pytest.mark.parametrize(
    ("given", "hint"), [("LOW,CRITICAL", "low"), ("HIGH,", "high"), ("medium,high", "medium"), ("x,y", "high")]
)
def test_severities_that_are_no_threshold(given: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    err = told(f"scan x.tar --severity {given}", capsys)
    assert f"not {given}" in err
    assert f"hint: --severity {hint}\n" in err


@pytest.mark.parametrize("name", sorted(habits.COMMANDS))
def test_commands_of_others(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Did you mean `garboard scan x.tar`?" in told(f"{name} x.tar", capsys)


@pytest.mark.parametrize("name", ["actions", "explain", "layers", "rebuild", "recommend"])
def test_a_list_where_one_image_is_taken(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = f"{name} -" + (" CVE-2020-1" if name == "explain" else "")
    err = told(words, capsys)
    assert "which only scan and inventory take" in err, err
    assert "sbom:-" in err


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["scan", "--help"], ["--debug", "-h"]])
def test_the_plugin_alone_has_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert plugin.run(words) == 0
    assert capsys.readouterr().out.startswith("Usage:  docker scan")
    assert plugin.run([*words, "--unknown"]) == 2
    assert "unknown flag: --unknown" in capsys.readouterr().err
