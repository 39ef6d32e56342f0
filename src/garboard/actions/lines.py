"""Lines of the Dockerfile to change: those that have to ask for other versions, and those that put files in place.

One action is for a whole line, with everything that it has to ask for; the line that clears the most comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from garboard.actions import edits
from garboard.actions.conflicts import Conflicts
from garboard.actions.issues_left import Left, Step
from garboard.actions.outcomes import Outcomes
from garboard.actions.staying import Why
from garboard.model.action import IssueKey
from garboard.model.attribution import Origin, Place
from garboard.model.finding import Finding
from garboard.model.mirror import Outcome
from garboard.model.report import Report


class LineChanges:
    """The lines of one image; ``copied`` are the findings that go with others (`copies.copied`).

    ``brought`` has the issues of the version that a package is raised to, by the package's id; ``stages`` names the
    Dockerfile's own.
    """

    def __init__(
        self,
        report: Report,
        outcomes: Outcomes,
        copied: Mapping[int, Finding],
        brought: Mapping[str, frozenset[IssueKey]] = MappingProxyType({}),
        stages: frozenset[str] = frozenset(),
    ) -> None:
        self._report = report
        self._outcomes = outcomes
        self._copied = copied
        self._brought = brought
        self._stages = stages

    def raising(self, left: Left) -> Iterator[Step]:
        """Other versions, as what other lines pin allows."""
        lines: dict[tuple[str, Place | str], list[Finding]] = {}
        for finding in left.findings:
            if self.can_raise(finding):
                package = finding.package
                lines.setdefault((package.type, finding.who.place or package.full_name), []).append(finding)
        applications = frozenset(one.id for one in self._report.inventory.packages if one.application)
        conflicts = Conflicts(self._report)
        allowed = [found for found in map(conflicts.allowed, conflicts.tied(list(lines.values()))) if found]
        for found, after in self._best_first(left, allowed):
            yield Step(edits.raising(found, applications, tuple(conflicts.staying(found))), after)

    def replacing(self, left: Left) -> Iterator[Step]:
        """Newer files in the place of those that lines install or copy."""
        lines: dict[Place | str, list[Finding]] = {}
        for finding in left.findings:
            if self._can_replace(finding):
                lines.setdefault(finding.who.place or finding.who.instruction, []).append(finding)
        for found, after in self._best_first(left, list(lines.values())):
            files = [stay.file for stay in map(self._outcomes.stays, found) if stay]
            yield Step(edits.replacing(found, files), after)

    def can_raise(self, finding: Finding) -> bool:
        """Whether a line could ask for the version that has the fix."""
        who = finding.who
        if not finding.fixed_in or id(finding) in self._copied or self._outcomes.stays(finding):
            return False
        outcome = self._outcomes.of(finding)
        if outcome is Outcome.HELD:
            return who.origin is Origin.DOCKERFILE
        if who.copies or who.origin is Origin.BASE:
            return False
        own = finding.package.outside_system and not finding.package.vendored_by
        return own and outcome is Outcome.UNKNOWN

    def _can_replace(self, finding: Finding) -> bool:
        """Whether it comes from a file that a line installs, or is copied with what you built."""
        who = finding.who
        if not finding.fixed_in or who.origin is Origin.BASE or id(finding) in self._copied:
            return False
        if who.copied_from and who.copied_from.lower() not in self._stages:
            return False
        stay = self._outcomes.stays(finding)
        if stay is not None:
            return stay.why is Why.FILE
        return finding.package.outside_system and who.copies

    def _best_first(self, left: Left, lines: Sequence[list[Finding]]) -> Iterator[tuple[list[Finding], Left]]:
        """The findings of each line, with what is left without them and those before."""
        waiting = list(lines)
        while waiting:
            tried = [(self._without(left, found), found) for found in waiting]
            left, best = min(tried, key=lambda one: (len(one[0].keys), one[0].count))
            yield best, left
            waiting.remove(best)

    def _without(self, left: Left, findings: Sequence[Finding]) -> Left:
        ids = {id(finding) for finding in findings}
        adds = (self._brought.get(finding.package.id, frozenset()) for finding in findings)
        return left.after(lambda one: id(one) in ids or id(self._copied.get(id(one))) in ids, frozenset().union(*adds))
