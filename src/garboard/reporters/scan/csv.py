"""The report as comma-separated values (RFC 4180): one line for each finding, those that were set aside too.

A cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard import ecosystems
from garboard.model.finding import Finding
from garboard.model.report import Report
from garboard.reporters.several import Framed
from garboard.reporters.spreadsheet import line
from garboard.reporters.view import View, headline, shown

_COLUMNS: Final = (
    *(
        "image",
        "platform",
        "id",
        "aliases",
        "severity",
        "severity_source",
        "cvss_score",
        "cvss_vector",
        "epss",
        "kev_added",
    ),
    *(
        "package",
        "version",
        "type",
        "purl",
        "fixed_in",
        "status",
        "origin",
        "dockerfile",
        "line",
        "instruction",
        "path",
    ),
    *("title", "set_aside"),
)
_TITLE: Final = 200


def render(report: Report, view: View) -> bytes:
    """The whole document."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, in lines."""
    yield line(_COLUMNS)
    yield from _lines(report, view)


def several(_count: int, view: View) -> Framed:
    """The lines of all images; one without a report has a line whose title says why."""

    def failed(name: str, message: str, _hint: str) -> bytes:
        return line(name if one == "image" else f"no report: {message}" if one == "title" else "" for one in _COLUMNS)

    return Framed(line(_COLUMNS), lambda report: _lines(report, view), failed, b"")


def _lines(report: Report, view: View) -> Iterator[bytes]:
    for issue in reversed(shown(report, view)):
        yield from (line(_cells(one, report, "")) for one in issue.findings)
    for aside in report.suppressed:
        yield line(_cells(aside.finding, report, aside.by.reason))


def _cells(finding: Finding, report: Report, set_aside: str) -> Iterator[str]:
    vulnerability, package, who = finding.vulnerability, finding.package, finding.who
    yield report.image.name
    yield str(report.image.platform) if report.image.layers else ""
    yield vulnerability.id
    yield " ".join(dict.fromkeys((*vulnerability.aliases, *vulnerability.advisories)))
    yield vulnerability.severity.word
    yield vulnerability.severity_source
    yield "" if vulnerability.cvss_score is None else str(vulnerability.cvss_score)
    yield vulnerability.cvss_vector
    yield "" if vulnerability.epss is None else f"{vulnerability.epss:.5f}"
    yield vulnerability.kev_added
    yield ecosystems.displayed(package)
    yield package.version
    yield package.type
    yield package.purl
    yield finding.fixed_in
    yield finding.status.value
    yield who.origin.value
    yield who.place.file if who.place else ""
    yield str(who.place.line) if who.place else ""
    yield " ".join(who.text.split())
    yield package.locations[0].path if package.locations else ""
    yield headline(vulnerability, _TITLE)
    yield set_aside
