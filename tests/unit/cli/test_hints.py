"""Command lines in hints and gaps can be copied: they name the database and the catalog that were given."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from garboard.cli.failure import repeated
from garboard.cli.main import run
from tests.unit.cli.image_on_disk import write_image


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DB", "CATALOG", "FEEDS"):
        monkeypatch.delenv(f"GARBOARD_{name}", raising=False)
    monkeypatch.setenv("GARBOARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / "x.tar")


def commands(text: str) -> list[str]:
    return re.findall(r"garboard (?:db|catalog) [a-z]+(?: --(?:db|catalog) (?:'[^']*'|\S+))?", text)


@pytest.mark.parametrize("command", ["scan", "actions", "layers", "explain"])
def test_gaps_name_the_database_that_was_given(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["glibc"] if command == "explain" else []
    run([command, "-q", "--offline", "x.tar", *more, "--db", "of mine"])
    told = [one for one in commands(capsys.readouterr().out) if one.startswith("garboard db")]
    assert {*told} <= {"garboard db update --db 'of mine'"}
    assert told or command == "explain"
    run([command, "-q", "--offline", "x.tar", *more])
    assert "--db" not in capsys.readouterr().out


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_gaps_have_all_that_they_name(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(5):
        Path(f"tree/app/{number}.wasm").parent.mkdir(parents=True, exist_ok=True)
        Path(f"tree/app/{number}.wasm").write_bytes(b"\0asm")
    run(["scan", "-q", "--offline", "--format", form, "dir:tree"])
    found = json.loads(capsys.readouterr().out)
    if form == "json":
        named = [gap.get("names") for gap in found["gaps"] if gap["subject"] == "WebAssembly modules"]
    else:
        notes = found["runs"][0]["invocations"][0]["toolExecutionNotifications"]
        named = [note["properties"]["names"] for note in notes if "WebAssembly modules" in note["message"]["text"]]
    assert named == [[f"app/{number}.wasm" for number in range(5)]]


def test_gaps_in_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    run(["scan", "-q", "--json", "--offline", "x.tar", "--db=mine"])
    gaps = json.loads(capsys.readouterr().out)["gaps"]
    assert any("run: garboard db update --db mine debian" in gap["reason"] for gap in gaps), gaps


@pytest.mark.parametrize(
    ("text", "typed", "wanted"),
    [
        ("run: garboard db update a", ["scan", "--db", "x y", "i"], "run: garboard db update --db 'x y' a"),
        ("garboard db update a", ["scan", "--db=x"], "garboard db update --db x a"),
        ("garboard db update a", ["scan", "--", "--db", "x"], "garboard db update a"),
        ("garboard db update a", ["scan", "--db"], "garboard db update a"),
        ("garboard db update --db y a", ["scan", "--db", "x"], "garboard db update --db y a"),
        ("garboard catalog sync a", ["scan", "--catalog", r"\1"], r"garboard catalog sync --catalog '\1' a"),
        ("garboard catalog sync a", ["scan", "--db", "x"], "garboard catalog sync a"),
    ],
)
def test_what_was_typed_is_repeated(text: str, typed: list[str], wanted: str) -> None:
    assert repeated(text, typed) == wanted
    assert repeated(wanted, typed) == wanted


def test_errors_name_the_database_and_the_catalog_that_were_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["db", "update", "--db", "mine"]) == 2
    assert "garboard db update --db mine debian" in capsys.readouterr().err
    assert run(["recommend", "--offline", "x.tar", "--catalog", "none"]) == 2
    assert "garboard catalog sync --catalog none" in capsys.readouterr().err
    run(["db", "status", "--db", "mine"])
    assert "garboard db update --db mine debian" in capsys.readouterr().out


def test_without_a_catalog_a_scan_says_how_to_get_one(capsys: pytest.CaptureFixture[str]) -> None:
    Path("Dockerfile").write_text("FROM quay.io/acme/python:3\n")
    run(["scan", "-q", "--offline", "x.tar", "-f", "Dockerfile"])
    assert "garboard catalog sync quay.io/acme/python" in capsys.readouterr().out
    run(["scan", "-q", "--json", "--offline", "x.tar"])
    gaps = json.loads(capsys.readouterr().out)["gaps"]
    [told] = [gap for gap in gaps if gap["subject"] == "catalog"]
    assert told["reason"].endswith("garboard catalog sync REPOSITORY")


@pytest.mark.parametrize("feeds", ["", "mirror"])
def test_feeds_that_are_not_read_offline_are_told(
    feeds: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARBOARD_FEEDS", feeds)
    run(["scan", "-q", "--offline", "x.tar"])
    out = capsys.readouterr().out
    assert ("GARBOARD_FEEDS" in out) is bool(feeds)
    assert "garboard db update" in out
