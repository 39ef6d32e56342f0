"""Variables set options, and the command line goes before them."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest

from garboard.cli import actions, fix, inventory, layers, main, read_opening, rebuild, recommend, scan
from garboard.cli import options as o
from garboard.cli import read_settings as read
from garboard.cli.catalog import sync
from garboard.model.advisory import Severity
from garboard.model.errors import UsageError
from tests.unit.cli.given import given


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("GARBOARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("word", "meant"), [("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("No", False), ("", False)]
)  # fmt: skip
def test_flags(monkeypatch: pytest.MonkeyPatch, word: str, meant: bool) -> None:
    monkeypatch.setenv("GARBOARD_OFFLINE", word)
    assert read_opening.opening(given(inventory.command, "x")).options.offline is meant


def test_values(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a AS one\nARG A\n")
    for name, value in {
        "PLATFORM": "linux/arm64",
        "INSECURE": "one:5000\ttwo:5000",
        "MIRROR": "docker.io=m:1  quay.io=m:2",
        "DB": str(tmp_path / "db"),
        "FILE": str(tmp_path / "Dockerfile"),
        "TARGET": "one",
        "BUILD_ARG": "A=1 B=2",
        "STAGE": "s=app:s",
        "SEVERITY": "High",
        "FORMAT": "sarif",
        "OUTPUT": "out",
    }.items():
        monkeypatch.setenv(f"GARBOARD_{name}", value)
    settings = scan._settings(given(scan.command, "x"))
    options, build = settings.analysis.opening.options, settings.analysis.build
    assert str(options.platform) == "linux/arm64"
    assert options.insecure == {"one:5000", "two:5000"}
    assert options.mirrors == (("docker.io", "m:1"), ("quay.io", "m:2"))
    assert settings.analysis.data.database.directory == tmp_path / "db"
    assert build.dockerfile is not None
    assert (build.target, build.build_args, build.stages) == ("one", {"A": "1", "B": "2"}, (("s", "app:s"),))
    assert settings.view.severity is Severity.HIGH
    assert (settings.analysis.output.format, settings.analysis.output.file) == ("sarif", "out")


def test_the_line_goes_before_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARBOARD_DB", "one")
    monkeypatch.setenv("GARBOARD_INSECURE", "a b")
    found = given(layers.command, "x", "--db", "two", "--insecure", "c")
    assert read.database_directory(found) == Path("two")
    assert read_opening.opening(found).options.insecure == {"c"}


@pytest.mark.parametrize(
    ("variables", "path"),
    [({"GARBOARD_CATALOGUE": "old"}, "old"), ({"GARBOARD_CATALOG": "new"}, "new"),
     ({"GARBOARD_CATALOGUE": "old", "GARBOARD_CATALOG": "new"}, "new"),
     ({"GARBOARD_CATALOGUE": "old", "GARBOARD_CATALOG": ""}, "old")],
)  # fmt: skip
def test_the_catalogs_older_name(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], path: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert read.catalog_path(given(scan.command, "x")) == Path(path)


def test_a_catalog_of_a_variable_may_be_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GARBOARD_CATALOG", str(tmp_path / "none"))
    assert read.catalog(given(scan.command, "x")) is None


@pytest.mark.parametrize(
    ("command", "variable", "value"),
    [
        (scan.command, "GARBOARD_SEVERITY", "grave"),
        (scan.command, "GARBOARD_PLATFORM", "bogus"),
        (scan.command, "GARBOARD_BUILD_ARG", "A=1 =2"),
        (scan.command, "GARBOARD_STAGE", "x"),
        (scan.command, "GARBOARD_MIRROR", "x"),
        (scan.command, "GARBOARD_FILE", "/does/not/exist"),
        (scan.command, "GARBOARD_FORMAT", "pdf"),
        (scan.command, "GARBOARD_OFFLINE", "perhaps"),
        (scan.command, "GARBOARD_PACKAGE_MIRROR", "x"),
        (scan.command, "GARBOARD_LIMIT_MEMBERS", "many"),
        (scan.command, "GARBOARD_CACHE_SIZE", "large"),
        (recommend.command, "GARBOARD_INCLUDE", "older bogus"),
        (sync.sync, "GARBOARD_SINCE", "yesterday"),
    ],
)
def test_a_bad_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, command: click.Command, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises((UsageError, click.ClickException)) as error:
        command.main(["x"], standalone_mode=False)
    told = error.value
    message = told.format_message() if isinstance(told, click.ClickException) else f"{told.message} {told.hint}"
    assert variable in message


def test_an_older_variable_is_named_where_it_is_the_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARBOARD_CATALOGUE", "x")
    assert given(scan.command, "x").spelled(o.CATALOG) == "GARBOARD_CATALOGUE"


def test_a_command_without_the_option_ignores_the_variable(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("SEVERITY", "STAGE", "PLATFORM", "INCLUDE", "SINCE"):
        monkeypatch.setenv(f"GARBOARD_{name}", "bogus")
    assert main.run(["db", "status"]) == 0
    assert capfd.readouterr().out.startswith("Database: ")


def test_what_has_no_effect_is_an_error_on_the_line_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PACKAGE_MIRROR": "http://m", "TARGET": "t", "BUILD_ARG": "A=1", "GROUP_ISSUES": "1"}.items():
        monkeypatch.setenv(f"GARBOARD_{name}", value)
    settings = scan._settings(given(scan.command, "x"))
    assert (settings.mirrors, settings.analysis.build.dockerfile) == (None, None)
    for words in (["--package-mirror", "http://m"], ["--target", "t"], ["--build-arg", "A=1"], ["--group-issues"]):
        with pytest.raises(UsageError):
            scan._settings(given(scan.command, "x", *words))


@pytest.mark.parametrize("name", ["scan", "rebuild", "actions", "fix"])
def test_no_connection_is_opened_where_a_variable_forbids_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("GARBOARD_OFFLINE", "1")
    more = {
        "scan": ["--from-mirror"],
        "rebuild": [],
        "actions": ["--check-mirrors"],
        "fix": ["--check-mirrors", "-f", "Dockerfile"],
    }[name]
    module = {"scan": scan, "rebuild": rebuild, "actions": actions, "fix": fix}[name]
    with pytest.raises(UsageError, match="asks package mirrors"):
        module._settings(given(module.command, "x", *more))


@pytest.mark.parametrize(
    ("words", "variables", "wanted"),
    [
        ([], {}, "text"),
        (["--json"], {}, "json"),
        (["--json", "--format", "json"], {}, "json"),
        (["--format", "sarif"], {}, "sarif"),
        (["--json"], {"FORMAT": "sarif"}, "json"),
        (["--format", "text"], {"JSON": "1"}, "text"),
        (["--format", "sarif"], {"FORMAT": "text"}, "sarif"),
        ([], {"FORMAT": "sarif", "JSON": "0"}, "sarif"),
    ],
)
def test_formats(monkeypatch: pytest.MonkeyPatch, words: list[str], variables: dict[str, str], wanted: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"GARBOARD_{name}", value)
    assert read.output(given(scan.command, "x", *words)).format == wanted


def test_two_formats_contradict_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"--json is short for --format json, and --format says sarif"):
        read.output(given(scan.command, "x", "--json", "--format", "sarif"))
    monkeypatch.setenv("GARBOARD_JSON", "1")
    monkeypatch.setenv("GARBOARD_FORMAT", "text")
    with pytest.raises(UsageError, match="GARBOARD_JSON is short for --format json, and GARBOARD_FORMAT says text"):
        read.output(given(scan.command, "x"))
