"""Tables of bases, in the layout of ``docker scan``: columns as wide as their widest cell, and two spaces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Final

from garboard.model.advisory import Severity
from garboard.model.lifecycle import Lifespan, State
from garboard.model.recommendation import Counts, Group, Recommendation, Row, Verdict
from garboard.model.report import Report
from garboard.model.timestamp import parsed
from garboard.reporters.terminal import paint
from garboard.reporters.view import View

TITLES: Final = MappingProxyType(
    {
        Group.REBUILD: "Rebuild (a newer image of the same tag)",
        Group.PATCH: "Patch upgrades",
        Group.MINOR: "Minor upgrades",
        Group.MAJOR: "Major upgrades",
        Group.ALTERNATIVE: "Alternative image types",
    }
)
_MOST_SECURE: Final = (
    "According to our scan, you are currently using the most secure version of the selected base image"
)
NOT_TOLD: Final = "Whether there is a better base cannot be told."
HEADLINE: Final = "Recommendations for base image upgrade:"
SHOWN: Final = 3
"""How many rows of each group are shown unless all are asked for."""
_YOURS: Final = "  your image"
HEAD: Final = ("Base Image", "Vulnerabilities", "Severity")
_KILOBYTES: Final = 100_000
"""Below it sizes are in kB."""
MEASURES: Final = ("Packages", "Size")
MORE: Final = ("Your image", "Removes", "Adds", "Packages", "Size", "Age", "Supported until")


def severities(counts: Counts) -> str:
    """``0 critical, 1 high, 4 medium, 25 low``, and the rest if there are any."""
    return ", ".join(
        f"{number} {severity.word}" for severity, number in counts.by_severity if number or severity >= Severity.LOW
    )


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def block(report: Report, view: View, *, measured: bool) -> Iterator[str]:
    """A scan report's lines on a better base, after an empty line; empty if no catalog was searched."""
    if report.recommendation is not None and report.recommendation.base is not None:
        yield ""
        yield from section(report.recommendation, color=view.color, measured=measured)


def section(found: Recommendation, *, color: bool, measured: bool = False) -> Iterator[str]:
    """A scan report's section on the base, in the guide's own columns; nothing if the base is not known.

    ``measured``: with what a base has and how large it is.
    """
    if found.base is None:
        return
    yield from table(_columns([(*HEAD, *MEASURES), (*cells(found.base), *measures(found.base))], measured=measured))
    yield from (f"    ! {warning}" for warning in found.base.warnings)
    yield ""
    if found.verdict is Verdict.BEST:
        yield most_secure(found)
    elif found.verdict is Verdict.UNKNOWN:
        yield NOT_TOLD
    if found.verdict is not Verdict.BETTER:
        return
    yield paint(HEADLINE, "1", color=color)
    for group, rows in grouped(found.recommended):
        yield ""
        yield paint(TITLES[group], "1", color=color)
        yield from _with_yours(rows[:SHOWN], found.yours, measured=measured)


def _columns(rows: Sequence[tuple[str, ...]], *, measured: bool) -> list[tuple[str, ...]]:
    """The guide's columns of rows that have more, or all of them."""
    return [row if measured else row[: len(HEAD)] for row in rows]


def _with_yours(rows: Sequence[Row], yours: Counts | None, *, measured: bool) -> Iterator[str]:
    """The guide's table, with what your image would have below each base upon which that is known exactly."""
    shown: list[tuple[Row | None, tuple[str, ...]]] = []
    for row in rows:
        shown.append((row, (*cells(row), *measures(row))))
        one = row.prediction
        if yours is not None and one is not None and not (one.unknown or one.least or one.gaps):
            shown.append((None, (_YOURS, str(one.counts.total), severities(one.counts), str(one.packages), "")))
    head, *lines = table(_columns([(*HEAD, *MEASURES), *(each for _, each in shown)], measured=measured))
    yield head
    for (of, _), line in zip(shown, lines, strict=True):
        yield line
        yield from (f"    ! {one.name} is no longer maintained" for one in (of.ended if of is not None else ()))


def most_secure(found: Recommendation) -> str:
    """The guide's sentence, with what it rests on."""
    others = f"{found.compared} other{'s' if found.compared != 1 else ''}"
    dated = f", by data of {found.data_date}" if found.data_date else ""
    return f"{_MOST_SECURE} (compared with {others}{dated})"


def guide(rows: Sequence[Row]) -> str:
    """The guide's table as one text, ending in a line feed."""
    return "\n".join([*table([HEAD, *(cells(row) for row in rows)]), ""])


def grouped(rows: Iterable[Row]) -> Iterator[tuple[Group, list[Row]]]:
    """Rows by group, the nearest group first; groups without rows are left out."""
    every = list(rows)
    for group in Group:
        some = [row for row in every if row.group is group]
        if some:
            yield group, some


def cells(row: Row) -> tuple[str, str, str]:
    """The guide's three columns."""
    if row.counts is None or not row.judged:
        return row.reference, "?", "could not be judged"
    return row.reference, str(row.counts.total), severities(row.counts)


def full(rows: Sequence[Row], now: dt.datetime | None, *, predicted: bool) -> list[str]:
    """The guide's columns and the rest; ``predicted``: your image is known. A head and a line for each row."""
    skip = 0 if predicted else 3
    return table([(*HEAD, *MORE[skip:]), *((*cells(row), *more(row, now)[skip:]) for row in rows)])


def more(row: Row, now: dt.datetime | None) -> tuple[str, ...]:
    """The columns beside the guide's."""
    prediction = row.prediction
    upon: tuple[str, ...] = ("?", "?", "?")
    if prediction is not None:
        mark = "≥ " if prediction.unknown or prediction.least else ""
        upon = tuple(f"{mark}{one}" for one in (prediction.counts.total, prediction.removes, prediction.adds))
    return (*upon, *measures(row), age(row.created, now), until(row.lifespans))


def notes(row: Row) -> list[str]:
    """What there is to know of a base beside the numbers."""
    found = [*row.warnings, *(f"{one.name} is no longer maintained" for one in row.ended)]
    if row.prediction is not None:
        found += [f"not known there: {', '.join(row.prediction.unknown)}"] if row.prediction.unknown else []
        found += row.prediction.gaps
    return [*found, *(f"not recommended: {one.reason}" for one in row.objections)]


def measures(row: Row) -> tuple[str, str]:
    """How many packages a base has, and its size."""
    return "?" if row.packages is None else str(row.packages), size(row.size)


def size(count: int | None) -> str:
    """Bytes for display."""
    if count is None:
        return "?"
    return f"{count / 1000:.1f} kB" if count < _KILOBYTES else f"{count / 1_000_000:.1f} MB"


def age(created: str, now: dt.datetime | None) -> str:
    """Days since an image was created, as the image states it."""
    made = parsed(created)
    return "?" if made is None or now is None else f"{(now - made).days} d"


def until(lifespans: Iterable[Lifespan]) -> str:
    """``Python 3.12 2028-10-31, Debian 12 2028-06-30``."""
    return ", ".join(f"{one.name} {_end(one)}" for one in lifespans) or "?"


def _end(one: Lifespan) -> str:
    if one.state is State.ENDED:
        return f"ended {one.until}".strip()
    if one.state is State.SUPPORTED and one.eol:
        return one.eol
    return one.until or ("no end set" if one.state is State.SUPPORTED else "?")
