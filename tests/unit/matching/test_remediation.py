"""What would end an issue."""

from __future__ import annotations

import datetime as dt

from garboard.matching.remediation import remedies
from garboard.model.finding import Finding, Vulnerability
from garboard.model.image import Image
from garboard.model.package import Inventory, Location, Package
from garboard.model.report import Report


def finding(fixed: str, vendored_by: str = "") -> Finding:
    package = Package(
        type="pypi",
        name="urllib3",
        version="1.26.0",
        scheme="pep440",
        vendored_by=vendored_by,
        locations=(Location(path=f"site-packages/{vendored_by or 'a'}"),),
    )
    return Finding(vulnerability=Vulnerability(id="CVE-1"), package=package, fixed_in=fixed)


def texts(*findings: Finding) -> list[tuple[str, str]]:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    report = Report(image=Image(name="x", source="x"), inventory=Inventory(), created=now, findings=findings)
    return [(one.text, one.command) for one in remedies(findings, report)]


def test_a_copy_is_mended_by_what_carries_it_and_never_by_installing_another():
    [(text, command)] = texts(finding("2.0", "pip"), finding("2.0", "pip"))
    assert text.startswith(
        "pip carries its own copy of urllib3: raise pip to a version whose copy is one of 2.0 or later"
    )
    assert command == ""
    [(text, _)] = texts(finding("", "pip"))
    assert "whose copy is one without the issue" in text


def test_copies_and_installed_ones_have_each_their_remedy():
    found = texts(finding("2.0", "pip"), finding("2.0"), finding("2.0", "pipenv/patched/pip"))
    assert next(command for _, command in found) == "pip install --upgrade 'urllib3>=2.0'"
    assert [text.partition(" carries")[0] for text, _ in found][-2:] == ["pip", "pipenv/patched/pip"]
