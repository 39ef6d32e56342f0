"""The issues that no action has cleared so far, and the step from one such state to the next.

The rooms that find actions (`bases`, `lines`, `upgrades`, `drops`) take what is left and give steps; `plan` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from garboard.model.action import Action, IssueKey
from garboard.model.finding import Finding
from garboard.model.package import Package


class Left:
    """Today's issues with what is left of their findings, and those that have come."""

    def __init__(self, findings: Mapping[IssueKey, list[Finding]], added: frozenset[IssueKey] = frozenset()) -> None:
        self.issues = findings
        self.added = added - findings.keys()
        self.keys = findings.keys() | self.added
        self.count = sum(map(len, findings.values()))
        """How many findings are left."""

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Left:
        """All issues of these findings."""
        grouped: dict[IssueKey, list[Finding]] = {}
        for finding in findings:
            grouped.setdefault(finding.issue, []).append(finding)
        return cls(grouped)

    @property
    def findings(self) -> Iterable[Finding]:
        """What is left of the findings, issue by issue."""
        return (one for found in self.issues.values() for one in found)

    def after(self, clears: Callable[[Finding], bool], adds: frozenset[IssueKey] = frozenset()) -> Left:
        """What is left when these findings are gone and these issues have come."""
        kept = {key: [one for one in found if not clears(one)] for key, found in self.issues.items()}
        return Left({key: found for key, found in kept.items() if found}, self.added | adds)


class Step(NamedTuple):
    """An action without its figures, and what is left when it is done."""

    action: Action
    left: Left


def gone_with(packages: frozenset[str]) -> Callable[[Finding], bool]:
    """Whether a finding goes with packages that are removed, by their ids."""
    return lambda finding: finding.package.id in packages


def freed(packages: Iterable[Package]) -> int | None:
    """By how many bytes an image grows without packages; None where one does not state its size."""
    sizes = [one.installed_size for one in packages]
    return -sum(sizes) if all(sizes) else None
