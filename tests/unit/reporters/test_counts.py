"""One count, one order: every report says the same number of issues, the worst at the same end."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from garboard.model.advisory import Severity
from garboard.model.changes import LayerChanges
from garboard.model.finding import Finding
from garboard.model.report import Report
from garboard.reporters.layers.html import render as layers_html
from garboard.reporters.layers.json import render as layers_json
from garboard.reporters.layers.text import render as layers_text
from garboard.reporters.scan.json import render as scan_json
from garboard.reporters.scan.sarif import render as scan_sarif
from garboard.reporters.scan.text import render as scan_text
from garboard.reporters.view import View
from tests.unit.reporters.attributed import BASE, OURS, finding, report


def in_two_layers() -> Report:
    """One issue of a source package whose two binary packages came in two layers, and one of each severity."""
    first, second = finding("a", BASE, cve="CVE-2024-1"), finding("b", OURS, cve="CVE-2024-1")
    pair = [_of_source(one, "source") for one in (first, second)]
    others = [finding(one.word, OURS, severity=one, fixed="" if one.value % 2 else "2") for one in Severity]
    return report(*pair, *others)


def _of_source(one: Finding, source: str) -> Finding:
    return msgspec.structs.replace(one, package=msgspec.structs.replace(one.package, source_name=source))


@pytest.mark.parametrize("view", [View(), View(only_fixed=True), View(severity=Severity.HIGH)])
def test_all_reports_agree_on_the_number(view: View) -> None:
    of = in_two_layers()
    changes = [LayerChanges(index=place) for place in range(len(of.image.layers))]
    document = json.loads(scan_json(of, view))
    count = document["uniqueCount"]
    assert 0 < count < len(of.findings)
    assert re.search(rf"found {count} issues?\.", scan_text(of, view).decode())
    assert f" {count} issues." in layers_text(of, changes, view).decode()
    assert f"{count} issues" in layers_html(of, changes, view).decode()
    assert json.loads(layers_json(of, changes, view))["issueCount"] == count
    [run] = json.loads(scan_sarif(of, view))["runs"]
    assert (
        len({(one["ruleId"], one["properties"]["purl"]) for one in run["results"]}) == count + 1
    )  # one has two packages


def test_the_guides_filter_for_what_has_a_fix() -> None:
    """``select(.nearestFixedInVersion)``: jq takes an empty text for true."""
    of = in_two_layers()
    entries = json.loads(scan_json(of, View()))["vulnerabilities"]
    fixable = {one.vulnerability.id for one in of.findings if one.fixed_in}
    assert fixable < {one["id"] for one in entries}
    assert {one["id"] for one in entries if "nearestFixedInVersion" in one} == fixable


def test_what_is_unrated_stands_between_low_and_medium() -> None:
    order = [one.name for one in sorted(Severity, key=lambda one: one.rank)]
    assert order == ["NEGLIGIBLE", "LOW", "UNKNOWN", "MEDIUM", "HIGH", "CRITICAL"]
    [run] = json.loads(scan_sarif(in_two_layers(), View()))["runs"]
    found = [one["ruleId"].removeprefix("CVE-2024-").upper() for one in run["results"]]
    assert [one for one in found if one in order] == order[::-1]
    text = scan_text(in_two_layers(), View()).decode()
    assert [one.upper() for one in re.findall(r"✗ (\w+) severity", text) if one != "High"] == [
        one for one in order if one != "HIGH"
    ]
