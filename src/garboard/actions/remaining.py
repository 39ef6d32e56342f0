"""What is left when all is done, and the reason why nothing clears it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from garboard.actions.issues_left import Left
from garboard.actions.lines import LineChanges
from garboard.actions.outcomes import Outcomes
from garboard.model.action import IssueKey, Remaining
from garboard.model.advisory import Status
from garboard.model.finding import Finding
from garboard.model.mirror import Outcome
from garboard.model.package import SYSTEM_TYPES

_UNFIXED: Final = MappingProxyType(
    {
        Status.DEFERRED: "no fix: the distribution has put it off",
        Status.WILL_NOT_FIX: "no fix: the distribution will not make one",
        Status.END_OF_LIFE: "no fix: the package has no security support in this release",
        Status.SUBSCRIBERS: "no fix: it is only for those who pay for support",
    }
)
_OUTCOMES: Final = MappingProxyType(
    {
        Outcome.UNPUBLISHED: "the fix is not in the package mirrors yet",
        Outcome.HELD: "held or pinned at its version: that has to be lifted first",
        Outcome.BASE_BEHIND: "the image has no package manager: only a newer base brings the fix",
    }
)


def remaining(left: Left, outcomes: Outcomes, lines: LineChanges, copied: Mapping[int, Finding]) -> Iterator[Remaining]:
    """The issues that are left by reason, the most first."""
    reasons: dict[str, list[IssueKey]] = {}
    for key, found in left.issues.items():
        reasons.setdefault(_reason(found[0], outcomes, lines, copied), []).append(key)
    if left.added:
        reasons.setdefault("come with the new base", []).extend(sorted(left.added))
    for reason, keys in sorted(reasons.items(), key=lambda one: (-len(one[1]), one[0])):
        yield Remaining(reason=reason, issues=tuple(keys))


def _reason(finding: Finding, outcomes: Outcomes, lines: LineChanges, copied: Mapping[int, Finding]) -> str:
    if not finding.fixed_in:
        return _UNFIXED.get(finding.status, "no fix is known")
    if lines.can_raise(finding):
        return "a line pins what does not allow the fixed version"
    stay = outcomes.holds_back(finding)
    if stay is not None:
        return stay.reason
    return _OUTCOMES.get(outcomes.of(finding)) or _why_not_raised(finding, copied)


def _why_not_raised(finding: Finding, copied: Mapping[int, Finding]) -> str:
    if finding.package.owner or finding.package.vendored_by:
        return _of_another(finding.package.vendored_by)
    if finding.who.copied_from:
        return "copied from another stage or image: to be mended there"
    if id(finding) in copied:
        return "copied by a line from where it is not mended"
    if finding.who.copies:
        return "copied from the build context: to be mended there"
    if finding.package.type in SYSTEM_TYPES:
        return "a fix is known; what brings it is not"
    return "language packages of the base image"


def _of_another(carrier: str) -> str:
    """Why a part of another package stays, even if that is raised: ``carrier`` names one that carries a copy."""
    if carrier:
        return f"among the own files of {carrier}: whether a newer version of it has the fix is not known"
    return "part of another package, whose own version decides"
