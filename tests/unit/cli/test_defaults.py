"""Options that a policy file sets: below the line and variables, and none that a project's file may not decide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.test_several import _surroundings, home, run, sbom  # noqa: F401  (fixtures)


@pytest.fixture
def project(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    (tmp_path / "issues").write_bytes((home / "issues").read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path / "garboard.toml"


def test_they_count_where_neither_the_line_nor_a_variable_does(
    project: Path,
    run: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project.write_text('[defaults]\nquiet = true\nseverity = "critical"\nformat = ["json", "csv=out.csv"]\n')
    done = run("scan", sbom("issues"))
    assert json.loads(done.out)["severityThreshold"] == "critical"
    assert (project.parent / "out.csv").is_file()
    assert json.loads(run("scan", sbom("issues"), "--severity", "low").out)["severityThreshold"] == "low"
    monkeypatch.setenv("GARBOARD_SEVERITY", "medium")
    assert json.loads(run("scan", sbom("issues")).out)["severityThreshold"] == "medium"
    monkeypatch.delenv("GARBOARD_SEVERITY")
    assert b"Tested" in run("scan", sbom("issues"), "--no-policy", "-q").out


def test_what_another_command_has_is_left_alone(project: Path, run: Any) -> None:  # noqa: F811
    project.write_text('[defaults]\ngroup-by = "line"\nfail-if = "never"\n')
    assert run("scan", "-q", sbom("issues"), "--format", "table").out
    assert run("compare", "-q", sbom("issues"), sbom("issues")).code in {0, 3}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('sevrity = "high"', "sets sevrity, and there is no such option\nhint: did you mean severity?"),
        ('severity = "worst"', "[defaults] severity: --severity takes only"),
        ('output = "x"', "cannot set output"),
        ('username = "x"', "cannot set username"),
        ("insecure = true", "cannot set insecure"),
        ("tools = true", "cannot set tools"),
        ('context = "/"', "cannot set context"),
        ('format = "csv=/tmp/x"', "cannot have format write /tmp/x"),
        ('format = ["json", "csv=../x"]', "cannot have format write ../x"),
        ('format = "csv=.git/x"', "cannot have format write .git/x"),
        ('format = "csv=link/x"', "cannot have format write link/x"),
        ('policy = "x"', "cannot set policy"),
        ("severity = []", "severity wants a text, a number"),
        ("severity = {a = 1}", "severity wants a text, a number"),
        ("severity = 2020-01-01", "severity wants a text, a number"),
        ('quiet = "perhaps"', "perhaps"),
        ('severity = ["low", "high"]', "severity: the option takes one value, and no list"),
    ],
)
def test_what_is_wrong_is_told(text: str, said: str, project: Path, run: Any) -> None:  # noqa: F811
    (project.parent / "link").symlink_to("/")
    project.write_text(f"[defaults]\n{text}\n")
    done = run("scan", sbom("issues"))
    assert done.code == 2
    assert said in done.err
    assert run("policy", "check").code == 2


def test_a_value_that_the_option_refuses_is_shown_with_its_line(project: Path, run: Any) -> None:  # noqa: F811
    project.write_text('[defaults]\nquiet = "perhaps"\nseverity = "worst"\ngroup-by = "line"\n')
    done = run("policy", "check")
    assert done.code == 2
    assert "garboard.toml:2:1: quiet: " in done.err
    assert "garboard.toml:3:1: severity: --severity takes only" in done.err
    assert "^^^^^^^^" in done.err
    assert "group-by" not in done.err


def test_one_value_is_a_list_where_an_option_may_be_repeated(project: Path, run: Any) -> None:  # noqa: F811
    project.write_text('[defaults]\nquiet = true\nformat = "json"\n')
    assert run("policy", "check").code == 0
    assert json.loads(run("scan", sbom("issues")).out)["severityThreshold"] == "low"


def test_a_table_is_wanted(project: Path, run: Any) -> None:  # noqa: F811
    project.write_text("defaults = 1\n")
    done = run("scan", sbom("issues"))
    assert (done.code, "defaults wants a table" in done.err) == (2, True)
