"""The report in short: one line for each package, the worst last, then what every text about a scan ends with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from garboard.model.advisory import Severity
from garboard.model.attribution import Origin
from garboard.model.report import Report
from garboard.reporters.scan.closing import closing, texts
from garboard.reporters.scan.rows import PackageRow, rows
from garboard.reporters.several import Texts
from garboard.reporters.terminal import document, paint, plain
from garboard.reporters.view import View, in_headers, shown

_HEADINGS: Final = ("PACKAGE", "VERSION", "WORST", "C", "H", "M", "L", "N", "?", "FIXED IN", "WHOSE", "LINE")
_COLORS: Final = {Severity.CRITICAL: "35", Severity.HIGH: "31", Severity.MEDIUM: "33"}
_NUMBERS: Final = range(3, 9)
_WIDEST: Final = 40
_WHOSE: Final = {Origin.BASE: "base", Origin.DOCKERFILE: "yours", Origin.UNKNOWN: "not known"}


def render(report: Report, view: View) -> bytes:
    """The whole text, UTF-8, ending in a line feed."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, at once."""
    found = shown(report, view)
    lines = ["", f"Testing {report.image.name}...", ""]
    lines += [*_table(rows(found), view), ""] if found else []
    yield document([*lines, *closing(report, found, view)], color=view.color)


def several(count: int, view: View) -> Texts:
    """Such texts, and a table of the images' issues by severity."""
    return texts(parts, count, view)


def _table(found: Sequence[PackageRow], view: View) -> Iterator[str]:
    cells = [_HEADINGS, *(tuple(map(plain, _cells(one))) for one in found)]
    used = [place for place in range(len(_HEADINGS)) if place < 3 or any(row[place] for row in cells[1:])]
    widths = {place: min(max(len(row[place]) for row in cells), _WIDEST) for place in used}
    for number, row in enumerate(cells):
        text = "  ".join(
            row[place].rjust(widths[place]) if place in _NUMBERS else row[place].ljust(widths[place]) for place in used
        ).rstrip()
        code = "1" if not number else _COLORS.get(found[number - 1].worst, "")
        yield paint(text, code, color=view.color)


def _cells(one: PackageRow) -> tuple[str, ...]:
    counts = [str(one.counts[severity] or "") for severity in _COUNTED]
    unrated = one.counts[Severity.UNKNOWN] or ""
    return (
        f"{one.name} (headers)" if all(map(in_headers, one.issues)) else one.name,
        one.version,
        one.worst.word,
        *counts,
        str(unrated),
        one.fixed_in,
        _WHOSE[one.origin] if one.placed else "",
        one.place,
    )


_COUNTED: Final = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.NEGLIGIBLE)
