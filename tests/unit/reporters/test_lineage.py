"""The lineage in reports: whose issues are whose, and who can fix them."""

from __future__ import annotations

import json

from garboard.model.advisory import Severity
from garboard.model.baseimage import BaseName, LineageStep, StepKind
from garboard.model.changes import LayerChanges
from garboard.model.report import Report
from garboard.reporters.layers import json as layers_json
from garboard.reporters.lineage import text as lineage_text
from garboard.reporters.lineage.view import line, step_views, title
from garboard.reporters.scan import json as as_json
from garboard.reporters.scan import text
from garboard.reporters.view import View
from tests.unit.reporters.attributed import BASE, OURS, finding, report

NAMES = tuple(BaseName(repository="docker.io/library/ruby", tag=tag) for tag in ("2.5.1", "2.5", "2", "latest", "x"))
STEPS = (
    LineageStep(kind=StepKind.OWN, name="blog", first=1, layers=1, maker="you"),
    LineageStep(
        kind=StepKind.IMAGE,
        name="ruby:2.5.1",
        names=NAMES,
        digest="sha256:1",
        first=0,
        layers=1,
        maker="the maintainers of ruby",
    ),
    LineageStep(kind=StepKind.ROOT, name="debuerreotype", created="2018-06-01"),
)


def known() -> Report:
    return report(
        finding("git", OURS),
        finding("vim", OURS, Severity.LOW),
        finding("openssl", BASE, Severity.CRITICAL),
        lineage=STEPS,
    )


def test_each_step_has_its_own_issues() -> None:
    found = step_views(known(), View())
    assert [{severity.word: count for severity, count in one.severities.items()} for one in found] == [
        {"high": 1, "low": 1},
        {"critical": 1},
        {},
    ]


def test_what_a_view_leaves_out_is_not_counted() -> None:
    assert [len(one.issues) for one in step_views(known(), View(severity=Severity.HIGH))] == [1, 1, 0]


def test_the_text() -> None:
    out = text.render(known(), View()).decode()
    assert "Lineage:           this image ← ruby:2.5.1 ← root file system (debuerreotype, 2018-06-01)\n" in out
    assert "  this image  1 layer     2 issues (1 high, 1 low); you\n" in out
    assert "  ruby:2.5.1  1 layer     1 issue (1 critical); the maintainers of ruby\n" in out
    assert "              also ruby:2.5, ruby:2, ruby:latest and 1 more\n" in out


def test_without_a_lineage_there_is_no_word_of_it() -> None:
    assert "ineage" not in text.render(report(finding("git", OURS)), View()).decode()
    assert list(lineage_text.block(report(), View())) == []
    assert line(report()) == ""


def test_the_json() -> None:
    own, ruby, root = json.loads(as_json.render(known(), View()))["lineage"]
    assert (own["kind"], own["fixedBy"], own["issues"]) == ("own", "you", {"high": 1, "low": 1})
    assert (ruby["firstLayer"], ruby["layers"], ruby["names"][0]) == (0, 1, "docker.io/library/ruby:2.5.1")
    assert (root["kind"], root["name"], root["created"]) == ("root", "debuerreotype", "2018-06-01")
    changes = tuple(LayerChanges(index=index) for index in (0, 1))
    assert len(json.loads(layers_json.render(known(), changes, View()))["lineage"]) == 3


def test_what_has_no_name_or_no_maker() -> None:
    assert title(LineageStep(kind=StepKind.IMAGE, name="sha256:0123456789abcdef")) == "sha256:0123456789ab (no name)"
    assert title(LineageStep(kind=StepKind.ROOT)) == "root file system (its history does not tell its maker)"
