"""A recommendation as comma-separated values: a line for the base in use, and one for each other base."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard.model.recommendation import Recommendation, Row
from garboard.reporters.recommend import table
from garboard.reporters.spreadsheet import line

_COUNTS: Final = ("critical", "high", "medium", "low", "negligible", "unknown")
_COLUMNS: Final = (
    *("base_image", "change", "recommended", *_COUNTS, "your_image", "removes", "adds", "least"),
    *("packages", "size", "created", "distribution", "supported_until", "to_know"),
)


def render(found: Recommendation, *, everything: bool = False, color: bool = False) -> bytes:
    """All lines, UTF-8. ``everything``: also what is not recommended, and why not."""
    del color
    rows = found.rows if everything else found.recommended
    bases = ([found.base] if found.base else []) + list(rows)
    return line(_COLUMNS) + b"".join(line(_cells(one)) for one in bases)


def _cells(one: Row) -> Iterator[str]:
    counts = one.counts if one.judged else None
    upon = one.prediction
    yield one.reference
    yield one.group.value if one.group else "in use"
    yield _word(one.better and not one.objections)
    yield from ("" if counts is None else str(getattr(counts, name)) for name in _COUNTS)
    yield from (
        ("", "", "", "")
        if upon is None
        else (
            *map(str, (upon.counts.total, upon.removes, upon.adds)),
            _word(upon.least or bool(upon.unknown)),
        )
    )
    yield from ("" if number is None else str(number) for number in (one.packages, one.size))
    yield from (one.created, one.distro, table.until(one.lifespans), "; ".join(table.notes(one)))


def _word(answer: bool) -> str:
    return "yes" if answer else "no"
