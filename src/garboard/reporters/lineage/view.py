"""An image's lineage as every format shows it: each step with the issues in its own layers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import msgspec

from garboard.model.advisory import Severity
from garboard.model.baseimage import LineageStep, StepKind
from garboard.model.report import Report
from garboard.reporters.view import Issue, View, issues


@dataclass(frozen=True, slots=True)
class StepView:
    """One step; ``issues`` are those of packages that its own layers brought. One that is in two steps counts in both."""

    step: LineageStep
    issues: tuple[Issue, ...]

    @property
    def severities(self) -> dict[Severity, int]:
        """Issues by severity, the worst first; only what there is."""
        counted = Counter(issue.first.vulnerability.severity for issue in self.issues)
        return {severity: counted[severity] for severity in sorted(counted, reverse=True)}


def step_views(report: Report, view: View) -> tuple[StepView, ...]:
    """One view per step, the image first; the base's issues are included even if the view excludes them elsewhere."""
    found = []
    whole = msgspec.structs.replace(view, exclude_base=False)
    shown = [finding for finding in report.findings if whole.shows(finding)]
    for step in report.lineage:
        own = range(step.first, step.first + step.layers)
        found.append(
            StepView(step=step, issues=tuple(issues(finding for finding in shown if finding.package.layer in own)))
        )
    return tuple(found)


def title(step: LineageStep) -> str:
    """A step in few words."""
    if step.kind is StepKind.OWN:
        return "this image"
    if step.kind is StepKind.IMAGE:
        return step.name if step.names else f"{step.name[:19]} (no name)"
    told = ", ".join(text for text in (step.name, step.created) if text)
    return f"root file system ({told})" if told else "root file system (its history does not tell its maker)"


def line(report: Report) -> str:
    """All steps on one line, the image itself first; empty if none is known."""
    return " ← ".join(map(title, report.lineage))
