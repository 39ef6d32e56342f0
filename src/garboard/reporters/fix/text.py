"""The changes, each with what it clears and its diff."""

from __future__ import annotations

from collections.abc import Iterator

from garboard.model.fix import ActionEdits, FileChange, Fixes
from garboard.reporters.actions.text import figures
from garboard.reporters.fix.diff import unified
from garboard.reporters.terminal import document, paint


def render(fixes: Fixes, *, color: bool = False) -> bytes:
    """Every change in its order; then what changes no file, and why."""
    lines = [paint(_head(fixes), "1", color=color)]
    made = [one for one in fixes.changes if one.files]
    for number, one in enumerate(made, 1):
        lines += ["", *_change(number, one, color=color)]
    others = [one for one in fixes.changes if not one.files]
    if others:
        lines += ["", "Not done by a change of a file:" if made else "No file changes:"]
        for one in others:
            lines += [f"  - {one.action.text}: {one.reason}", *(f"    {note}" for note in one.notes)]
    lines += ["", *_end(fixes, made)]
    if fixes.gaps:
        lines += ["", "Not covered:", *(f"  - {gap.subject}: {gap.reason}" for gap in fixes.gaps)]
    return document(lines, color=color)


def _head(fixes: Fixes) -> str:
    count = f"{fixes.total} issue{'' if fixes.total == 1 else 's'}"
    if not fixes.total:
        return "No issues: nothing to change."
    return (
        f"{count}. What to change, in this order:"
        if fixes.files
        else f"{count}, and no change of a file that clears any."
    )


def _change(number: int, one: ActionEdits, *, color: bool) -> Iterator[str]:
    yield f"{number:>3}. {one.action.text}: {figures(one.action)}"
    for file in one.files:
        yield from (f"     {line}" for line in _diff(file, color=color))
    yield f"     Risk: {one.action.risk}."
    yield from (f"     Not done: {note}." for note in one.notes)


def _diff(file: FileChange, *, color: bool) -> Iterator[str]:
    for line in unified(file):
        text = line.decode("utf-8", "replace").rstrip("\r\n").replace("\t", "    ")
        code = {"+": "32", "-": "31"}.get(text[:1], "")
        yield from (paint(one, code, color=color) for one in text.split("\n"))


def _end(fixes: Fixes, made: list[ActionEdits]) -> Iterator[str]:
    if not made:
        return
    names = ", ".join(one.file for one in fixes.files)
    yield f"{fixes.total} → {fixes.left} when the image is built again."
    if fixes.applied:
        yield f"Written: {names}"
    else:
        yield f"Nothing was written; --apply writes {names}."
