"""The report as CycloneDX 1.6 JSON: the packages, their vulnerabilities, and what was decided about them."""

from __future__ import annotations

from collections.abc import Iterator

from garboard.model.report import Report
from garboard.reporters.view import View, shown
from garboard.sbom import cyclonedx_writer


def render(report: Report, view: View) -> bytes:
    """The whole document."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, an element at a time."""
    found = (one for issue in reversed(shown(report, view)) for one in issue.findings)
    return cyclonedx_writer.parts(report, found, report.suppressed)
