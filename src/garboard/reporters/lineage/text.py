"""An image's lineage for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard.model.baseimage import LineageStep, StepKind
from garboard.model.report import Report
from garboard.reporters.lineage.view import StepView, step_views, title
from garboard.reporters.view import View

_NAMES: Final = 3
_LONGEST: Final = 64


def block(report: Report, view: View) -> Iterator[str]:
    """A line for each step: its layers, its issues, and who can fix them; empty if no lineage is known."""
    steps = [one for one in step_views(report, view) if one.step.kind is not StepKind.ROOT]
    if not steps:
        return
    width = min(_LONGEST, max(len(title(one.step)) for one in steps)) + 2
    yield ""
    yield "Lineage, and who can fix it:"
    for one in steps:
        yield f"  {title(one.step) + '  ':<{width}}{_layers(one.step):<12}{_issues(one)}; {one.step.maker}"
        also = [name.familiar for name in one.step.names[1 : 1 + _NAMES]]
        more = len(one.step.names) - 1 - len(also)
        if also:
            yield f"  {'':<{width}}also {', '.join(also)}" + (f" and {more} more" if more > 0 else "")


def _layers(step: LineageStep) -> str:
    return f"{step.layers} layer{'s' if step.layers != 1 else ''}"


def _issues(one: StepView) -> str:
    count = len(one.issues)
    words = ", ".join(f"{number} {severity.word}" for severity, number in one.severities.items())
    return f"{count} issue{'s' if count != 1 else ''}" + (f" ({words})" if words else "")
