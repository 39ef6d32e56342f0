"""The report in short: one line for each package, the worst last, then what every text about a scan ends with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from garboard.model.advisory import Severity
from garboard.model.report import Report
from garboard.reporters.scan.closing import closing, texts
from garboard.reporters.scan.columns import GROUPS, ORDERS, columns
from garboard.reporters.scan.rows import IssuesRow, grouped, rows
from garboard.reporters.several import Texts
from garboard.reporters.terminal import document, paint, plain
from garboard.reporters.view import Issue, View, shown

_COLORS: Final = {Severity.CRITICAL: "35", Severity.HIGH: "31", Severity.MEDIUM: "33"}
_WIDEST: Final = 40


def render(report: Report, view: View) -> bytes:
    """The whole text, UTF-8, ending in a line feed."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, at once."""
    found = shown(report, view)
    lines = ["", f"Testing {report.image.name}...", ""]
    lines += [*_table(report, found, view), ""] if found and not view.summary else []
    yield document([*lines, *closing(report, found, view, measured=True)], color=view.color)


def several(count: int, view: View) -> Texts:
    """Such texts, and a table of the images' issues by severity."""
    return texts(parts, count, view)


def _table(report: Report, found: Sequence[Issue], view: View) -> Iterator[str]:
    grouping = GROUPS[view.group_by or "package"]
    made: Sequence[IssuesRow] = rows(found) if grouping is None else grouped(found, grouping(report))
    order = ORDERS[view.sort or "worst"]
    if order is not None:
        made = sorted(made, key=order)
    wanted = columns(view.columns, groups=view.group_by if grouping else "")
    cells = [tuple(plain(one.cell(row)) for one in wanted) for row in made]
    used = [at for at, one in enumerate(wanted) if not one.optional or view.columns or any(row[at] for row in cells)]
    heads = tuple(one.heading for one in wanted)
    widths = {at: min(max(len(row[at]) for row in (heads, *cells)), _WIDEST) for at in used}
    for row, text in zip((None, *made), (heads, *cells), strict=True):
        line = "  ".join(
            text[at].rjust(widths[at]) if wanted[at].number else text[at].ljust(widths[at]) for at in used
        ).rstrip()
        yield paint(line, _COLORS.get(row.worst, "") if row else "1", color=view.color)
