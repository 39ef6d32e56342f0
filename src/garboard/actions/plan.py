"""The list of actions, in the order in which they are to be done; each figure is that of all actions up to it.

The order is that of `ActionKind`: build again without cache; build on what the base's tag names today; change the FROM
line; ask for other versions on a line; put newer files in the place of those that a line installs or copies; upgrade
the base's packages in a line of your own until the base has the fixes; install without what is only recommended; remove a
package. Within a kind, what clears the
most comes first. An issue in several places is gone with the action that mends the last of them, and the actions that
mend the others are listed too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec

from garboard.actions.bases import Bases, Foreseen, candidates, foresee, same_release
from garboard.actions.copies import copied
from garboard.actions.drops import Drops
from garboard.actions.issues_left import Left, Step
from garboard.actions.lines import LineChanges
from garboard.actions.outcomes import Outcomes
from garboard.actions.remaining import remaining
from garboard.actions.removals import MayRemove, Removals
from garboard.actions.trims import Trims
from garboard.actions.upgrades import todays_user, upgrading
from garboard.model.action import Action, ActionKind, Actions, IssueKey, Remaining
from garboard.model.advisory import Severity
from garboard.model.attribution import Place
from garboard.model.finding import Finding
from garboard.model.mirror import Outcome, Prospect
from garboard.model.recommendation import Group, Recommendation, Row
from garboard.model.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known in addition to the report.

    ``prospects`` are the outcomes of a rebuild by (vulnerability id, package id), if the mirrors were asked.
    ``from_line`` is the place of the FROM that a better base would be written into. ``held`` names packages that each
    row's base (by its key) has, which removing a line does not remove. ``counts`` says which findings the reader's
    filters count; the others are left out. ``user`` tells as whom commands run on a row's base; None if it is not
    known. ``brought`` has the issues of the version that a package would be raised to, by the package's id. ``first`` are the
    removals that come before all others. ``stages`` are the names and numbers of the Dockerfile's own stages: what is copied
    from these is built there.
    """

    recommendation: Recommendation | None = None
    prospects: Mapping[tuple[str, str], Prospect] | None = None
    from_line: Place | None = None
    held: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    counts: Callable[[Finding], bool] = lambda finding: True  # noqa: ARG005
    user: Callable[[Row], str | None] = lambda row: None  # noqa: ARG005
    brought: Mapping[str, frozenset[IssueKey]] = field(default_factory=lambda: MappingProxyType({}))
    first: MayRemove = lambda kind, name: True  # noqa: ARG005
    stages: frozenset[str] = frozenset()


def choose(report: Report, known: Known | None = None) -> Actions:
    """Everything there is to do about the findings of a report, and what remains afterwards."""
    known = known or Known()
    found = tuple(one for one in report.findings if known.counts(one))
    start = Left.of(found)
    base = report.attribution.base if report.attribution else None
    if base is not None and base.edited:
        actions, rest = _rebuild_first(base.stated, tuple(start.keys))
    else:
        actions, rest = _in_order(report, known, found, start)
    return Actions(
        total=len(start.keys),
        actions=actions,
        remaining=rest,
        judged=report.judged,
        checked=known.prospects is not None,
    )


_Result = tuple[tuple[Action, ...], tuple[Remaining, ...]]
"""The actions, and what remains."""


def _rebuild_first(stated: str, keys: tuple[IssueKey, ...]) -> _Result:
    """All there is to say of an image that was not built on what FROM says now: the next build changes its base."""
    if not keys:
        return (), ()
    first = Action(
        kind=ActionKind.REBUILD,
        text=f"Rebuild first: FROM now says {stated}, on which this image was not built",
        command="docker build .",
        risk="it comes on another base; scan it again to see what remains and what to do",
        foreseen=False,
        before=len(keys),
        after=len(keys),
    )
    return (first,), (Remaining(reason="not known before the image is rebuilt on its new base", issues=keys),)


def _in_order(report: Report, known: Known, found: tuple[Finding, ...], start: Left) -> _Result:
    """Every step, each for what the ones before it leave."""
    base = report.attribution.base if report.attribution else None
    distro = report.inventory.distro
    outcomes = Outcomes(report, known.prospects)
    mended_with = copied(found)
    lines = LineChanges(report, outcomes, mended_with, known.brought, known.stages)
    rows = candidates(known.recommendation, report.findings, known.counts)
    others = foresee(rows, outcomes, distro, known.held, known.counts)
    severities = _severities(found, others)
    name = report.base_image or (base.name if base else "")
    today = known.recommendation.base if known.recommendation else None
    bases = Bases(others, outcomes, severities, name=name, from_line=known.from_line, today=today)

    listed = _List(start, severities)
    listed.add([_rebuilding(start, outcomes)])
    chosen: Row | None = None
    for move in bases.moves(listed.left):
        chosen = move.row
        listed.add([move.step])
    listed.add(lines.raising(listed.left))
    listed.add(lines.replacing(listed.left))
    if chosen is None or chosen.group is Group.REBUILD or same_release(chosen, distro):
        # Of another release nothing is known of what is published.
        listed.add(
            upgrading(
                listed.left,
                report,
                outcomes,
                user=known.user(chosen) if chosen else todays_user(report),
                from_line=known.from_line,
                base_known=chosen is not None or base is None or base.layers is not None,
            )
        )
    held = known.held.get(chosen.key, frozenset()) if chosen else frozenset()
    removals = Removals(report, held)
    trims = Trims(removals)
    drops = Drops(removals, trims)
    for may in (known.first, _any):
        listed.add(trims.trimming(listed.left, may))
        listed.add(drops.dropping(listed.left, may))
    return listed.useful(), tuple(remaining(listed.left, outcomes, lines, mended_with))


def _any(kind: ActionKind, name: str) -> bool:  # noqa: ARG001
    return True


def _severities(found: Iterable[Finding], others: Iterable[Foreseen]) -> Mapping[IssueKey, Severity]:
    """Those of today's issues, and of those that other bases bring."""
    severities = {one.issue: one.vulnerability.severity for one in found}
    for other in others:
        for key, severity in other.brings.items():
            severities.setdefault(key, severity)
    return severities


def _rebuilding(left: Left, outcomes: Outcomes) -> Step:
    action = Action(
        kind=ActionKind.REBUILD,
        text="Rebuild without cache",
        command="docker build --no-cache .",
        risk="packages that your lines name without a version come newer, the rest of the image stays",
    )
    return Step(action, left.after(outcomes.among(Outcome.PUBLISHED)))


class _List:
    """The actions so far with their figures, and what they leave."""

    def __init__(self, start: Left, severities: Mapping[IssueKey, Severity]) -> None:
        self.left = start
        self._severities = severities
        self._actions: list[Action] = []
        self._parts: list[frozenset[IssueKey]] = []
        """For each action the issues that it mends at least a part of."""

    def add(self, steps: Iterable[Step]) -> None:
        """Record each action after which anything is another."""
        for action, left in steps:
            if left.count != self.left.count or left.keys != self.left.keys:
                self._record(action, self.left, left)
                self.left = left

    def _record(self, action: Action, before: Left, after: Left) -> None:
        clears, adds = sorted(before.keys - after.keys), sorted(after.keys - before.keys)
        changed = {
            one.package.id for key, found in before.issues.items() for one in _gone(found, after.issues.get(key))
        }
        self._parts.append(frozenset(key for key, found in before.issues.items() if after.issues.get(key) != found))
        self._actions.append(
            msgspec.structs.replace(
                action,
                clears=tuple(clears),
                adds=tuple(adds),
                severities=self._by_severity(clears),
                before=len(before.keys),
                after=len(after.keys),
                left=self._by_severity(after.keys),
                packages=action.packages or len(changed),
            )
        )

    def _by_severity(self, keys: Iterable[IssueKey]) -> tuple[tuple[Severity, int], ...]:
        counted = Counter(self._severities.get(key, Severity.UNKNOWN) for key in keys)
        return tuple(sorted(counted.items(), key=lambda one: -one[0].rank))

    def useful(self) -> tuple[Action, ...]:
        """The actions that clear issues, and those that mend a part of issues that a later one clears.

        What others carry a copy of is mended in part, too: that copy is theirs to mend.
        """
        gone = frozenset(
            key for key in self.left.keys if not all(one.package.vendored_by for one in self.left.issues.get(key, ()))
        ) | (self.left.keys - self.left.issues.keys())
        return tuple(
            action
            for action, parts in zip(self._actions, self._parts, strict=True)
            if action.clears or action.adds or parts - gone
        )


def _gone(before: list[Finding], after: list[Finding] | None) -> Iterator[Finding]:
    """The findings of one issue that are no longer there; the rest is in the same order."""
    kept = iter(after or ())
    waiting = next(kept, None)
    for one in before:
        if one is waiting:
            waiting = next(kept, None)
        else:
            yield one
