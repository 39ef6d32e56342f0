"""The table, Markdown, JUnit's XML and comma-separated values: every issue once, and nothing that a name could do."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import msgspec
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from garboard.model.advisory import Severity
from garboard.model.gap import Gap
from garboard.model.policy import Decision, Suppressed, Suppression
from garboard.model.recommendation import Verdict
from garboard.model.report import Report
from garboard.reporters.scan import csv as as_csv
from garboard.reporters.scan import cyclonedx, github, gitlab, junit, markdown, table
from garboard.reporters.scan.rows import rows
from garboard.reporters.view import View, issues, shown
from tests.unit.reporters.attributed import BASE, OURS, finding, report
from tests.unit.reporters.test_counts import in_two_layers
from tests.unit.reporters.test_recommend import FOUND

HOSTILE = '=cmd|" /C calc"!A0 </details> <script>x</script> | `a` [b](javascript:c) @everyone\x1b[2J\n# d'


def hostile() -> Report:
    one = finding("a", OURS)
    vulnerability = msgspec.structs.replace(one.vulnerability, title=HOSTILE)
    package = msgspec.structs.replace(one.package, name=HOSTILE, version=HOSTILE)
    of = report(msgspec.structs.replace(one, vulnerability=vulnerability, package=package, fixed_in=HOSTILE))
    return msgspec.structs.replace(of, gaps=(Gap(stage="catalog", subject=HOSTILE, reason=HOSTILE),))


def table_lines(of: Report, view: View) -> list[str]:
    lines = table.render(of, view).decode().split("\n")
    start = next((place for place, line in enumerate(lines) if line.startswith("PACKAGE ")), len(lines))
    return lines[start + 1 : lines.index("", start) if start < len(lines) else None]


@pytest.mark.parametrize("view", [View(), View(only_fixed=True), View(severity=Severity.HIGH), View(exclude_base=True)])
def test_all_agree_on_what_there_is(view: View) -> None:
    of = in_two_layers()
    found = shown(of, view)
    packages = rows(found)
    assert sum(len(one.issues) for one in packages) == len(found)
    assert len(table_lines(of, view)) == len(packages)
    suites = ET.fromstring(junit.render(of, view))
    assert int(suites.get("failures", "")) == len(suites.findall("*/*/failure")) == len(found)
    assert len(list(csv.DictReader(io.StringIO(as_csv.render(of, view).decode())))) == sum(
        len(i.findings) for i in found
    )
    listed = json.loads(gitlab.render(of, view))["vulnerabilities"]
    assert len(listed) == len({one["id"] for one in listed}) == sum(len(one.findings) for one in found)
    assert len(github.render(of, view).decode().splitlines()) == len(packages)
    text = markdown.render(of, view).decode()
    assert text.count("\n* **") == len(found)
    assert text.count("<details>") == text.count("</details>") == len(packages) + bool(view.hidden(of))


def test_rows_are_ordered_and_tell_the_version_that_clears_all() -> None:
    first, second = finding("a", BASE, cve="CVE-1", fixed="1.10"), finding("a", OURS, cve="CVE-2", fixed="1.9")
    bad = finding("b", OURS, cve="CVE-3", severity=Severity.CRITICAL)
    found = rows(issues((first, second, bad)))
    assert [one.name for one in found] == ["a", "b"]
    assert (found[0].fixed_in, found[0].fixable) == ("1.10", 2)
    assert found[1].worst is Severity.CRITICAL


def test_a_name_does_nothing() -> None:
    of = hostile()
    text = markdown.render(of, View()).decode()
    outside = re.sub(r"(?<!\\)`[^`\n]*`|\\.", "", text)
    for bad in ("<script", "](", "\x1b", "\n# d", "@everyone", "</details> "):
        assert bad not in outside
    assert outside.count("<details>") == outside.count("</details>")
    assert "\x1b" not in table.render(of, View()).decode()
    assert ET.fromstring(junit.render(of, View())).findall("*/*/failure")
    for row in csv.reader(io.StringIO(as_csv.render(of, View()).decode())):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize("of", [in_two_layers(), hostile()])
def test_the_official_validator_accepts_a_bill_with_vulnerabilities(of: Report) -> None:
    aside = Suppressed(
        finding=finding("z", OURS), by=Suppression(reason="no", place="p", decision=Decision.NOT_AFFECTED)
    )
    of = msgspec.structs.replace(of, suppressed=(aside,))
    text = cyclonedx.render(of, View()).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    document = json.loads(text)
    assert len(document["vulnerabilities"]) == len(of.findings) + 1
    refs = {one["bom-ref"] for one in document["components"]}
    assert {ref["ref"] for one in document["vulnerabilities"] for ref in one.get("affects", [])} <= refs
    assert document["vulnerabilities"][-1]["analysis"]["state"] == "not_affected"


def test_gitlab_has_what_its_schema_requires() -> None:
    document = json.loads(gitlab.render(hostile(), View()))
    assert document.keys() >= {"version", "scan", "vulnerabilities"}
    assert document["scan"].keys() >= {"analyzer", "scanner", "type", "start_time", "end_time", "status"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", document["scan"]["start_time"])
    for one in document["vulnerabilities"]:
        assert one["severity"] in {"Info", "Unknown", "Low", "Medium", "High", "Critical"}
        assert len(one["name"]) <= 255
        assert one["identifiers"]
        assert one["location"].keys() >= {"dependency", "operating_system", "image"}
        assert one["location"]["operating_system"]


def test_github_takes_one_command_a_line_and_ten_of_a_kind() -> None:
    lines = github.render(many(3_000), View()).decode().splitlines()
    assert sum(line.startswith(("::error ", "::warning ")) for line in lines) <= 20
    assert sum(line.startswith("::notice::") for line in lines) == 1
    for line in github.render(hostile(), View()).decode().splitlines():
        assert line.startswith(("::error ", "::warning ", "::notice::"))
        assert "%" not in line.replace("%25", "").replace("%3A", "").replace("%2C", "")


def test_what_was_set_aside_is_told_with_the_reason() -> None:
    one = finding("a", OURS)
    aside = Suppressed(
        finding=one, by=Suppression(decision=Decision.IGNORED, reason="not <reached>", place="garboard.toml:1")
    )
    of = msgspec.structs.replace(report(), suppressed=(aside,))
    [skipped] = ET.fromstring(junit.render(of, View())).findall("*/*/skipped")
    assert skipped.get("message") == "not <reached>"
    [row] = csv.DictReader(io.StringIO(as_csv.render(of, View()).decode()))
    assert row["set_aside"] == "not <reached>"
    assert "1 finding set aside" in markdown.render(of, View()).decode()


def test_what_could_not_be_read_is_an_error_in_junit() -> None:
    gaps = (Gap(stage="catalog", subject="a", reason="b"), Gap(stage="report", subject="c", reason="d"))
    suites = ET.fromstring(junit.render(msgspec.structs.replace(report(), gaps=gaps), View()))
    errors = sum(gap.unread for gap in gaps)
    assert int(suites.get("errors", "")) == len(suites.findall("*/*/error")) == errors
    assert int(suites.get("tests", "")) == len(suites.findall("*/testcase"))


def many(count: int) -> Report:
    return report(*(finding(f"package-{place % 997}", OURS, cve=f"CVE-2024-{place:06}") for place in range(count)))


def test_a_comment_on_a_pull_request_has_room_for_it() -> None:
    text = markdown.render(many(5_000), View()).decode()
    assert len(text) < 65_000
    assert "do not fit here" in text
    assert text.count("<details>") == text.count("</details>")


def test_a_comment_has_the_bases_with_counts_packages_and_size() -> None:
    lines = markdown.render(report(finding("git", OURS), recommendation=FOUND), View()).decode().splitlines()
    start = lines.index("### Recommendations for base image upgrade")
    assert lines[start + 2 : start + 6] == [
        "| Base Image | Change | Vulnerabilities | Severity | Packages | Size |",
        "|---|---|---|---|---|---|",
        "| `ruby:2.5.1` | in use | 223 | 0 critical, 6 high, 0 medium, 217 low | 400 | 300.0 MB |",
        "| `ruby:2.5` | Minor upgrades | 43 | 0 critical, 6 high, 34 medium, 2 low, 1 negligible | 39 | 12.3 MB |",
    ]
    best = msgspec.structs.replace(FOUND, verdict=Verdict.BEST, rows=())
    text = markdown.render(report(finding("git", OURS), recommendation=best), View()).decode()
    assert "### Base image\n\nAccording to our scan, you are currently using the most secure version" in text


def test_a_comment_on_many_images_has_room_for_all() -> None:
    of = report(finding("git", OURS), recommendation=FOUND)
    series = markdown.several(100, View())
    text = b"".join(part for _ in range(100) for part in series.report("", of)).decode()
    assert len(text) < 65_000
    assert text.count("The table of bases does not fit here: see the whole report.") == 100
