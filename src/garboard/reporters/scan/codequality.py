"""The report as GitLab's code quality takes it (``artifacts: reports: codequality``): issues at the lines that brought them.

Form: the part of Code Climate's that GitLab reads. Its fingerprints say what is the same issue in two runs, so neither versions nor
lines are in them. What was set aside is not in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from garboard import json_text
from garboard.model.advisory import Severity
from garboard.model.base import Value
from garboard.model.report import Report
from garboard.reporters.scan.rows import PackageRow, rows
from garboard.reporters.several import Elements
from garboard.reporters.terminal import plain
from garboard.reporters.view import Issue, View, headline, shown

_WORDS: Final = MappingProxyType(
    {
        Severity.CRITICAL: "blocker",
        Severity.HIGH: "critical",
        Severity.MEDIUM: "major",
        Severity.LOW: "minor",
        Severity.NEGLIGIBLE: "info",
        Severity.UNKNOWN: "major",
    }
)
_TITLE: Final = 200


class QualityLines(Value, omit_defaults=False):
    """A place in a file, from 1."""

    begin: int


class QualityLocation(Value, omit_defaults=False):
    """Where an issue is."""

    path: str
    lines: QualityLines


class QualityIssue(Value, omit_defaults=False):
    """One issue."""

    description: str
    check_name: str
    fingerprint: str
    severity: str
    location: QualityLocation


def render(report: Report, view: View) -> bytes:
    """The whole document."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, an issue at a time."""
    before = b"[\n"
    for issue in _issues(report, view):
        yield before + json_text.document(issue)[:-1]
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def several(_count: int, view: View) -> Elements:
    """One list of the issues of all images; one on which there is no report is an issue itself."""
    return Elements(b"[", lambda report: _issues(report, view), _failure, lambda: b"]\n", 0)


def _failure(name: str, message: str, hint: str) -> Iterator[QualityIssue]:
    told = plain(f"No report on {name}: {message}" + (f" ({hint})" if hint else ""))
    yield QualityIssue(
        description=told,
        check_name="garboard-no-report",
        fingerprint=hashlib.sha256(f"no report\0{name}".encode("utf-8", "replace")).hexdigest(),
        severity=_WORDS[Severity.CRITICAL],
        location=QualityLocation(path=plain(name), lines=QualityLines(begin=1)),
    )


def _issues(report: Report, view: View) -> Iterator[QualityIssue]:
    for row in reversed(rows(shown(report, view))):
        for issue in reversed(row.issues):
            yield _issue(issue, row, report)


def _issue(issue: Issue, row: PackageRow, report: Report) -> QualityIssue:
    vulnerability = issue.first.vulnerability
    title = headline(vulnerability, _TITLE)
    fix = f"; fixed in {issue.first.fixed_in}" if issue.first.fixed_in else ""
    path, _, line = row.line.rpartition(":")
    if not (path and line.isdecimal()):
        path, line = row.line or report.target_file or report.image.name, "1"
    told = f"{vulnerability.id} in {row.name} {row.version}{f': {title}' if title else ''}{fix}"
    return QualityIssue(
        description=plain(told),
        check_name=plain(vulnerability.id),
        fingerprint=hashlib.sha256("\0".join((*issue.key, row.name, path)).encode("utf-8", "replace")).hexdigest(),
        severity=_WORDS[vulnerability.severity],
        location=QualityLocation(path=plain(path), lines=QualityLines(begin=int(line))),
    )
