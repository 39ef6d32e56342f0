"""What a person types or sets wrongly is told before anything is done, and by the name that was used."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from garboard.cli.main import COMMANDS, command, run


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The error of a command that ends with 2."""
    assert run(arguments) == 2
    return capsys.readouterr().err


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        one = group.get_command(context, name)
        found.append((*path, name))
        if isinstance(one, click.Group):
            found += _commands(one, (*path, name))
    return found


PATHS = _commands(command)


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_of_each_command_in_both_ways(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*path, "--help"]) == 0
    wanted = capsys.readouterr().out
    assert run(["help", *path]) == 0
    assert capsys.readouterr().out == wanted


@pytest.mark.parametrize("path", [(), *PATHS], ids=" ".join)
def test_help_breaks_no_word(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In 80 columns it has the words that it has in a line without end."""
    shown = []
    for columns in (80, 100):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert run([*path, "--help"]) == 0
        text = capsys.readouterr().out.partition("\nCommands:")
        shown.append(" ".join(text if not path else text[:1]).split())  # a group cuts what it says of its commands
    assert shown[0] == shown[1]


def test_help_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in COMMANDS)
    assert "No such command 'nothing'" in told(["help", "nothing"], capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        ["explain", "a.tar", ""], ["explain", "", "a"], ["scan", ""], ["scan", " "], ["recommend", "a.tar", "--why", ""],
        ["scan", "a.tar", "--base", ""], ["scan", "a.tar", "-f", ""], ["scan", "a.tar", "-o", ""], ["db", "update", ""],
    ],
    ids=" ".join,
)  # fmt: skip
def test_an_empty_value(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert "empty" in told(arguments, capsys)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GARBOARD_INSECURE", "http://registry.example"), ("GARBOARD_INSECURE", "registry.example/a"),
        ("GARBOARD_INSECURE", "me@registry.example"), ("SOURCE_DATE_EPOCH", "1e9"), ("SOURCE_DATE_EPOCH", "-1"),
        ("SOURCE_DATE_EPOCH", "99999999999999"), ("SOURCE_DATE_EPOCH", "9" * 5000), ("SOURCE_DATE_EPOCH", "²"),
        ("SOURCE_DATE_EPOCH", " "), ("GARBOARD_LIMIT_LAYERS", "many"), ("GARBOARD_LIMIT_LAYERS", "9" * 5000),
        ("GARBOARD_CACHE_SIZE", "٣x"),
    ],
)  # fmt: skip
def test_a_malformed_variable(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    assert name in told(["scan", str(tmp_path / "none.tar")], capsys)


@pytest.mark.parametrize("name", ["GARBOARD_LIMIT_LAYERS", "SOURCE_DATE_EPOCH", "GARBOARD_INSECURE", "GARBOARD_BASE"])
def test_an_empty_variable_is_unset(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, "")
    assert name not in told(["scan", str(tmp_path / "none.tar"), "--offline"], capsys)


@pytest.mark.parametrize("typed", [True, False])
def test_an_error_names_what_was_set(
    typed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GARBOARD_OFFLINE", "1")
    text = told(["scan", "registry:a.example/b:1", *(["--offline"] if typed else [])], capsys)
    assert ("--offline" in text) is typed
    assert ("unset GARBOARD_OFFLINE" in text) is not typed


@pytest.mark.parametrize("link", ["", "symbolic", "hard"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "{}"], ["inventory", "{}"], ["scan", "docker-archive:{}"], ["scan", "sbom:{}"], ["recommend", "{}"],
        ["scan", "a.tar", "-f", "{}"], ["scan", "a.tar", "--ca-file", "{}"], ["layers", "{}"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_report_does_not_replace_what_it_is_made_from(
    arguments: list[str], link: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, output = tmp_path / "input", tmp_path / "output"
    file.write_bytes(b"precious")
    if link == "symbolic":
        output.symlink_to(file)
    elif link:
        output.hardlink_to(file)
    words = [one.format(file) for one in arguments]
    assert "would replace what" in told([*words, "-o", str(output if link else file)], capsys)
    assert file.read_bytes() == b"precious"
