"""What a threshold leaves out, and what it never does."""

from __future__ import annotations

import datetime as dt

from garboard.model.advisory import Severity
from garboard.model.finding import Finding, Vulnerability
from garboard.model.image import Image
from garboard.model.package import Inventory, Package
from garboard.model.report import Report
from garboard.reporters.view import View


def finding(severity: Severity, fixed: str = "") -> Finding:
    package = Package(type="deb", name="a", version="1", scheme="deb", purl="pkg:deb/debian/a@1")
    return Finding(
        vulnerability=Vulnerability(id=f"CVE-1-{severity}", severity=severity), package=package, fixed_in=fixed
    )


ALL = tuple(map(finding, Severity))
REPORT = Report(
    image=Image(name="a", source="test"),
    inventory=Inventory(),
    created=dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC),
    findings=ALL,
    judged=1,
)


def test_what_nobody_has_rated_passes_every_threshold():
    view = View(severity=Severity.HIGH)
    assert [f.vulnerability.severity for f in ALL if view.shows(f)] == [
        Severity.UNKNOWN,
        Severity.HIGH,
        Severity.CRITICAL,
    ]
    assert [gap.reason for gap in view.hidden(REPORT)] == ["3 issues of lower severity are left out"]


def test_without_a_threshold_all_is_shown_and_nothing_is_told():
    assert all(map(View().shows, ALL))
    assert View().hidden(REPORT) == ()


def test_what_has_no_fix_is_left_out_on_request_and_counted():
    view = View(only_fixed=True)
    assert not any(map(view.shows, ALL))
    assert view.shows(finding(Severity.LOW, "2"))
    assert [gap.reason for gap in view.hidden(REPORT)] == ["6 issues without a fix are left out"]
