"""An image's lineage for programs."""

from __future__ import annotations

from garboard.model.base import Value
from garboard.model.report import Report
from garboard.reporters.lineage.view import step_views
from garboard.reporters.view import View


class StepOf(Value, omit_defaults=False, rename="camel"):
    """One step: ``first_layer`` and ``layers`` are its own, ``issues`` theirs by severity, ``fixed_by`` who can fix them."""

    kind: str
    name: str
    names: list[str]
    digest: str
    created: str
    first_layer: int
    layers: int
    fixed_by: str
    issues: dict[str, int]


def steps(report: Report, view: View) -> list[StepOf]:
    """The image itself first, the root file system last; empty if no lineage is known."""
    return [
        StepOf(
            kind=one.step.kind.value,
            name=one.step.name,
            names=[name.canonical for name in one.step.names],
            digest=one.step.digest,
            created=one.step.created,
            first_layer=one.step.first,
            layers=one.step.layers,
            fixed_by=one.step.maker,
            issues={severity.word: count for severity, count in one.severities.items()},
        )
        for one in step_views(report, view)
    ]
