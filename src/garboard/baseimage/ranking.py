"""Which base comes first: a rule that fits in a sentence, and the words that explain one row by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from garboard.model.recommendation import Counts, Group, Objection, Row

RULE: Final = (
    "within a group: what nothing speaks against first, then approved bases, then those on which every package of yours is "
    "known, then by the issues that your image would have (fewest critical, then high, medium, unrated, low, negligible), "
    "then by the base's own issues, then what changes less, then the smaller one, then by name"
)
_GROUPS: Final = tuple(Group)


def place(row: Row, distance: int) -> tuple[object, ...]:
    """The sort key of a row, by `RULE`; ``distance`` is how much changes with it."""
    outcome = row.outcome
    return (
        _GROUPS.index(row.group) if row.group else -1,
        bool(row.objections),
        row.approved is False,
        bool(row.prediction and row.prediction.unknown),
        outcome is None or not row.judged,
        outcome.order if outcome else (),
        row.counts.order if row.counts else (),
        distance,
        row.size if row.size is not None else 1 << 62,
        row.reference,
    )


def beaten(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, with an objection to each that a nearer one beats: that is as good at least, and changes less.

    ``rows`` are in order. Rows on which something of yours is not known neither beat nor are beaten.
    """
    best: dict[int, Row] = {}
    found = []
    for row in rows:
        at = _GROUPS.index(row.group) if row.group else -1
        known = row.outcome is not None and row.better and not row.objections and not _unknown(row)
        nearer = [one for group, one in best.items() if group < at]
        winner = next((one for one in nearer if known and _as_good(one, row)), None)
        if winner is not None:
            reason = f"{winner.reference} changes less, and your image has no more or worse issues on it"
            found.append(msgspec.structs.replace(row, objections=(Objection(code="beaten", reason=reason),)))
            continue
        if known:
            best.setdefault(at, row)
        found.append(row)
    return tuple(found)


def _unknown(row: Row) -> bool:
    return row.prediction is not None and (bool(row.prediction.unknown) or row.prediction.least)


def _as_good(one: Row, other: Row) -> bool:
    """Whether it has no more of the worst severity that differs, and ages no sooner."""
    return (
        one.outcome is not None
        and other.outcome is not None
        and one.outcome.order <= other.outcome.order
        and len(one.ended) <= len(other.ended)
        and (one.approved is not False or other.approved is False)
    )


def is_better(outcome: Counts | None, today: Counts | None) -> bool:
    """Whether it has fewer issues of the worst severity that differs."""
    return outcome is not None and today is not None and outcome.order < today.order


def why(row: Row, today: Counts | None) -> Iterator[str]:
    """Sentences: what it is, what speaks for it, what speaks against it."""
    if row.group is None:
        yield "It is the base in use."
    outcome = row.outcome
    if outcome is None:
        yield "Its packages are not known, so nothing can be said of its vulnerabilities."
    elif not row.judged:
        yield "There is no vulnerability data for its packages."
    elif today is not None and row.group is not None:
        yield from _compared(row, outcome, today)
    if row.prediction and row.prediction.unknown:
        yield f"What you install is not known there: {', '.join(row.prediction.unknown)}."
    if row.prediction:
        yield from (f"The prediction is not certain: {gap}." for gap in row.prediction.gaps)
    yield from (f"It changes: {warning}." for warning in row.warnings)
    yield from (f"It is not recommended ({one.code}): {one.reason}." for one in row.objections)
    if row.better and not row.objections:
        yield f"It is recommended. Order {RULE}."


def _compared(row: Row, outcome: Counts, today: Counts) -> Iterator[str]:
    """What changes in numbers. If packages are unknown, the numbers are a minimum, and of no known severity."""
    unknown = row.prediction is not None and (bool(row.prediction.unknown) or row.prediction.least)
    number = f"{'at least ' if unknown else ''}{outcome.total} issue{'s' if outcome.total != 1 else ''}"
    yield f"{'Your image would have' if row.prediction else 'It has'} {number}; today it is {today.total}."
    if not unknown:
        for name, before, after in _differences(today, outcome):
            yield f"{name.capitalize()}: {before} → {after}."
    if not row.better:
        what = "The base alone" if unknown else "That"
        yield f"{what} is no improvement: the first severity that differs, from the worst on, is not lower."


def _differences(before: Counts, after: Counts) -> Iterator[tuple[str, int, int]]:
    for severity, number in before.by_severity:
        other = getattr(after, severity.word)
        if other != number:
            yield severity.word, number, other
