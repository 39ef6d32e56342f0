"""A recommendation as Markdown: the bases in a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from garboard.model.recommendation import Recommendation, Row, Verdict
from garboard.reporters.markdown_text import code, escaped, row
from garboard.reporters.recommend import table

_IN_USE = "in use"


def render(found: Recommendation, *, everything: bool = False, color: bool = False) -> bytes:
    """The whole text, UTF-8, ending in a line feed. ``everything``: also what is not recommended, and why not."""
    del color
    return ("\n".join(_lines(found, everything=everything)) + "\n").encode("utf-8", "replace")


def section(found: Recommendation | None) -> Iterator[str]:
    """A scan report's section: the base in use, and of each kind the best; nothing if the base is not known."""
    if found is None or found.base is None:
        return
    yield f"### {table.HEADLINE.rstrip(':') if found.verdict is Verdict.BETTER else 'Base image'}"
    yield ""
    if found.verdict is not Verdict.BETTER:
        yield escaped(_answer(found))
        yield ""
    yield from _headings((*table.HEAD[:1], "Change", *table.HEAD[1:], *table.MEASURES))
    yield _short(found.base, _IN_USE)
    for group, some in table.grouped(found.recommended):
        yield from (_short(one, table.TITLES[group]) for one in some[: table.SHOWN])
    yield ""


def _lines(found: Recommendation, *, everything: bool) -> Iterator[str]:
    yield f"## {code(found.base.reference) if found.base else 'Base image'}"
    yield ""
    yield escaped(f"{found.how}. {_answer(found)}" if found.how else _answer(found))
    rows = found.rows if everything else found.recommended
    every = [*([(found.base, _IN_USE)] if found.base else []), *_chosen(rows, everything=everything)]
    if every:
        skip = 0 if found.yours is not None else 3
        yield ""
        yield from _headings((*table.HEAD[:1], "Change", *table.HEAD[1:], *table.MORE[skip:], "To know"))
        for one, change in every:
            more = (*table.cells(one)[1:], *table.more(one, found.created)[skip:])
            notes = "<br>".join(map(escaped, table.notes(one)))
            yield row((code(one.reference), *map(escaped, (change, *more)), notes))
    if found.gaps:
        yield ""
        yield "Not covered:"
        yield ""
        yield from (f"* {escaped(gap.subject)}: {escaped(gap.reason)}" for gap in found.gaps)


def _chosen(rows: Sequence[Row], *, everything: bool) -> Iterator[tuple[Row, str]]:
    for group, some in table.grouped(rows):
        yield from ((one, table.TITLES[group]) for one in (some if everything else some[: table.SHOWN]))


def _answer(found: Recommendation) -> str:
    if found.verdict is Verdict.BETTER:
        return table.HEADLINE
    return f"{table.most_secure(found)}." if found.verdict is Verdict.BEST else table.NOT_TOLD


def _headings(heads: Iterable[str]) -> Iterator[str]:
    every = tuple(heads)
    yield row(every)
    yield f"|{'---|' * len(every)}"


def _short(one: Row, change: str) -> str:
    reference, *counts = table.cells(one)
    return row((code(reference), *map(escaped, (change, *counts, *table.measures(one)))))
