"""A recommendation for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard.model.recommendation import Recommendation, Row, Verdict
from garboard.reporters.recommend import table as tables
from garboard.reporters.terminal import document, paint

_LABEL: Final = 19


def render(found: Recommendation, *, everything: bool = False, color: bool = False) -> bytes:
    """The whole text, UTF-8, ending in a line feed. ``everything``: also what is not recommended, and why not."""
    return document(_lines(found, everything=everything, color=color), color=color)


def _lines(found: Recommendation, *, everything: bool, color: bool) -> Iterator[str]:
    yield ""
    if found.base is not None:
        yield from _base(found, found.base)
    yield from _answer(found, everything=everything, color=color)
    yield ""
    if not found.gaps:
        yield "Not covered: nothing that this program knows of."
        return
    yield paint("Not covered:", "33", color=color)
    yield from (f"  - {gap.subject}: {gap.reason}" for gap in found.gaps)


def _base(found: Recommendation, base: Row) -> Iterator[str]:
    yield f"{'Base image:':<{_LABEL}}{base.reference}"
    yield f"{'':<{_LABEL}}{found.how}"
    if base.lifespans:
        yield f"{'Supported until:':<{_LABEL}}{tables.until(base.lifespans)}"
    if base.approved is not None:
        yield f"{'Approved:':<{_LABEL}}{'yes' if base.approved else 'no'}"
    if found.yours is not None:
        count = f"{found.yours.total} issue{'s' if found.yours.total != 1 else ''}"
        yield f"{'Your image:':<{_LABEL}}{count} ({tables.severities(found.yours)})"
    yield ""
    yield from tables.full([base], found.created, predicted=False)
    yield from _notes(base)
    yield ""


def _answer(found: Recommendation, *, everything: bool, color: bool) -> Iterator[str]:
    rows = found.rows if everything else found.recommended
    if found.verdict is Verdict.BEST:
        yield paint(f"✔ {tables.most_secure(found)}", "32", color=color)
        if found.passed_over:
            yield f"{found.passed_over} more are not recommended in any case: --all tells why."
    elif found.base is None and found.how:
        yield f"{found.how[0].upper()}{found.how[1:]}."
    elif found.verdict is Verdict.UNKNOWN:
        yield paint(tables.NOT_TOLD, "33", color=color)
    if not rows:
        return
    head = tables.HEADLINE if found.verdict is Verdict.BETTER else "Other base images:"
    yield from (
        ("", paint(head, "1", color=color)) if found.verdict is not Verdict.BETTER else (paint(head, "1", color=color),)
    )
    predicted = found.yours is not None
    for group, some in tables.grouped(rows):
        shown = some if everything else some[: tables.SHOWN]
        yield ""
        yield paint(tables.TITLES[group], "1", color=color)
        head, *lines = tables.full(shown, found.created, predicted=predicted)
        yield head
        for row, line in zip(shown, lines, strict=True):
            yield line
            yield from _notes(row)
        if len(some) > len(shown):
            yield f"  and {len(some) - len(shown)} more: --all"


def _notes(row: Row) -> Iterator[str]:
    """Notes on a row, shown below it."""
    if row.group is not None and row.approved:
        yield "    ✔ approved"
    yield from (f"    ! {warning}" for warning in row.warnings)
    if row.prediction is not None:
        if row.prediction.unknown:
            yield f"    ? not known there: {', '.join(row.prediction.unknown)}"
        yield from (f"    ~ {gap}" for gap in row.prediction.gaps)
    yield from (f"    ✗ {one.code}: {one.reason}" for one in row.objections)


def explain(row: Row, sentences: Iterator[str], *, color: bool = False) -> bytes:
    """One row, and why it ranks where it does."""
    lines = ["", paint(row.reference, "1", color=color)]
    if row.aliases:
        lines.append(f"Also: {', '.join(row.aliases)}")
    return document([*lines, *(f"  {one}" for one in sentences)], color=color)
