"""The report as commands of a GitHub workflow: an annotation for each package, at the line that brought it.

Form: GitHub's workflow commands (``::error file=…,line=…,title=…::message``). GitHub shows ten annotations of a kind and step, so
the worst come first, and what does not fit is counted in a notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard.model.advisory import Severity
from garboard.model.report import Report
from garboard.reporters.scan.closing import WORST_FIRST
from garboard.reporters.scan.rows import PackageRow, rows
from garboard.reporters.terminal import plain
from garboard.reporters.view import View, number_of, shown, tested

_MOST: Final = 10
_NAMED: Final = 5


def render(report: Report, view: View) -> bytes:
    """All of the lines."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, in lines."""
    left = {"error": _MOST, "warning": _MOST}
    more = 0
    for row in reversed(rows(shown(report, view))):
        level = "error" if row.worst >= Severity.HIGH else "warning"
        if left[level]:
            left[level] -= 1
            yield _annotation(level, row, report)
        else:
            more += 1
    if more:
        yield _line("notice", "", f"{report.image.name}: {number_of(more, 'more package')} with issues: see the report")
    if gaps := [one for one in report.gaps if one.unread]:
        text = f"{report.image.name}: {tested(report)} tested; not covered: {gaps[0].subject}: {gaps[0].reason}"
        yield _line("notice", "", text + (f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""))


def _annotation(level: str, row: PackageRow, report: Report) -> bytes:
    file, _, line = row.line.rpartition(":")
    place = f"file={_property(file)},line={line}," if file and line.isdecimal() else ""
    counts = ", ".join(f"{row.counts[one]} {one.word}" for one in WORST_FIRST if row.counts[one])
    names = [one.first.vulnerability.id for one in reversed(row.issues)]
    named = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    fix = f"; fixed in {row.fixed_in}" if row.fixed_in else ""
    title = f"title={_property(f'{row.name} {row.version}: {counts}')}"
    return _line(level, f" {place}{title}", f"{report.image.name}: {named}{fix}")


def _line(command: str, properties: str, message: str) -> bytes:
    return f"::{command}{properties}::{_message(message)}\n".encode("utf-8", "replace")


def _message(text: str) -> str:
    return plain(text).replace("%", "%25")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
