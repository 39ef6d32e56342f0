"""A report on a part of an image never reads as a clean one: text, JSON, SARIF and the exit code agree."""

from __future__ import annotations

import json
from itertools import product

import msgspec
import pytest

from garboard.cli.filtering import exit_code
from garboard.model.gap import Gap
from garboard.model.report import Coverage, Report
from garboard.reporters.scan.json import render as as_json
from garboard.reporters.scan.sarif import render as as_sarif
from garboard.reporters.scan.text import render as as_text
from garboard.reporters.view import View
from tests.unit.reporters.attributed import OURS, finding, report

GAPS = {
    "none": (),
    "unread": (Gap(stage="catalog", subject="opt/app.jar", reason="is not read"),),
    "old data": (Gap(stage="database", subject="debian", reason="last fetched 30 days ago"),),
}
FULL = {"none", "old data"}


def made(judged: int, unjudged: int, gaps: str, found: int) -> Report:
    some = finding("CVE-1", OURS)
    return msgspec.structs.replace(
        report(), findings=(some,) * found, judged=judged, unjudged=(some.package,) * unjudged, gaps=GAPS[gaps]
    )


CASES = tuple(product((0, 1), (0, 2), GAPS, (0, 1)))


@pytest.mark.parametrize(("judged", "unjudged", "gaps", "found"), CASES)
def test_all_formats_agree(judged: int, unjudged: int, gaps: str, found: int) -> None:
    of = made(judged, unjudged, gaps, found)
    full = bool(judged) and not unjudged and gaps in FULL
    assert (of.coverage is Coverage.FULL) is full
    clean = full and not found
    text = as_text(of, View()).decode()
    assert ("✔" in text) is clean
    document = json.loads(as_json(of, View()))
    assert document["ok"] is clean
    assert (document["coverage"] == "full") is full
    assert (document["judgedCount"], document["dependencyCount"]) == (judged, judged + unjudged)
    [run] = json.loads(as_sarif(of, View()))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is full
    code = exit_code(of, View())
    assert code == (1 if found else 0 if full else 3)
    assert exit_code(of, View(), require_coverage=False) == (1 if found else 0 if judged else 3)


def test_the_headline_says_how_many_of_how_many() -> None:
    text = as_text(made(3, 2, "none", 0), View()).decode()
    for judged, unjudged in ((1, 0), (0, 1)):
        assert (
            "Tested 1 dependency for known vulnerabilities"
            in as_text(made(judged, unjudged, "none", 0), View()).decode()
        )
    assert "Tested 3 of 5 dependencies for known vulnerabilities, no vulnerable paths found." in text
    assert "Could not be judged: 2 deb." in text
