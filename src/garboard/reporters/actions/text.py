"""What to do, as text: a block at the end of a report, and a separate list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from garboard.model.action import REMOVING, Action, Actions
from garboard.model.gap import Gap
from garboard.reporters.recommend.table import size
from garboard.reporters.terminal import document, paint
from garboard.reporters.view import number_of

_SHOWN = 5
"""How many actions a report shows; the separate command shows all."""


def _line(number: int, action: Action) -> str:
    place = f" ({action.place.file}:{action.place.line})" if action.place else ""
    return f"{number:>3}. {action.text}{place}: {figures(action)}"


def figures(action: Action) -> str:
    """How many issues there are before and after it, what it clears, and what it changes as far as that is known."""
    if not action.foreseen:
        return "what it clears is known then"
    brought = f", +{len(action.adds)}" if action.adds else ""
    words = ", ".join(f"{count} {severity.word}" for severity, count in action.severities)
    cleared = f"-{len(action.clears)}: {words}" if words else "a part of issues that others clear, or that remain"
    return f"{action.before} → {action.after}  ({'; '.join((cleared + brought, *_changes(action)))})"


def _changes(action: Action) -> Iterator[str]:
    if action.packages:
        yield number_of(action.packages, "package")
    if action.packages_after is not None:
        yield f"then {number_of(action.packages_after, 'package')} in all"
    if action.size:
        yield f"{size(abs(action.size))} {'more' if action.size > 0 else 'less'}"


_DROPS: Final = "Could you do without?"


def numbered(actions: Sequence[Action]) -> Iterator[tuple[str, Action]]:
    """Each action with what stands before it: a heading before the first removal."""
    asked = False
    for action in actions:
        asks = action.kind in REMOVING
        yield _DROPS if asks and not asked else "", action
        asked = asks


def left(actions: Actions) -> Iterator[str]:
    """What remains when all is done, and why."""
    if not actions.left:
        if actions.total:
            yield "Then nothing remains that is known."
        return
    yield f"{actions.left} {'remains' if actions.left == 1 else 'remain'}:"
    for one in actions.remaining:
        yield f"     {len(one.issues):>5}  {one.reason}"


def checked(actions: Actions) -> str:
    """Whether the versions were looked up, in a sentence."""
    return (
        "Versions were looked up in the package mirrors."
        if actions.checked
        else "That fixes are published is the advisories' word; garboard actions --check-mirrors asks the mirrors."
    )


def block(actions: Actions | None) -> Iterator[str]:
    """The end of a report: the first few things to do, in order."""
    if actions is None or not actions.total:
        return
    yield ""
    yield f"What to do about {_count(actions.total)}:"
    shown = actions.actions[:_SHOWN]
    for number, (heading, action) in enumerate(numbered(shown), 1):
        yield from filter(None, (heading,))
        yield _line(number, action)
        yield f"     {action.risk}"
    rest = actions.actions[_SHOWN:]
    if rest:
        clears = sum(len(one.clears) for one in rest)
        yield f"     and {len(rest)} more that clear {clears}: garboard actions"
    yield from left(actions)


def _count(number: int) -> str:
    return "the one issue" if number == 1 else f"all {number} issues"


def _head(actions: Actions) -> str:
    count = f"{actions.total} issue{'s' if actions.total != 1 else ''}"
    if not actions.total and not actions.judged:
        return "Nothing could be judged, so what is to be done is not known."
    if not actions.total:
        return "No issues: nothing to do."
    return f"{count}. What to do, in this order:" if actions.actions else f"{count}, and nothing at hand clears any."


def render(actions: Actions, gaps: Sequence[Gap] = (), *, color: bool = False) -> bytes:
    """The whole list, with what to run or write; ``gaps`` are what the scan could not know."""
    lines = [paint(_head(actions), "1", color=color)]
    for number, (heading, action) in enumerate(numbered(actions.actions), 1):
        lines += ["", heading] if heading else []
        lines += ["", _line(number, action)]
        if action.command:
            prompt = "$ " if action.command.startswith("docker ") else ""
            lines += [f"     {prompt}{line}" for line in action.command.split("\n")]
        lines.append(f"     Risk: {action.risk}.")
    lines += ["", *left(actions)]
    if actions.actions:
        lines += ["", checked(actions)]
    if gaps:
        lines += ["", "Not covered:", *(f"  - {gap.subject}: {gap.reason}" for gap in gaps)]
    return document(lines, color=color)
