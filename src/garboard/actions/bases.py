"""Changes of the base: its tag pulled again, and another one in FROM; what each clears, and what it brings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from garboard.actions.issues_left import Left, Step
from garboard.actions.outcomes import PUBLISHED, Outcomes
from garboard.model.action import Action, ActionKind, IssueKey
from garboard.model.advisory import Severity
from garboard.model.attribution import Introduction, Origin, Place
from garboard.model.finding import Finding, Vulnerability
from garboard.model.mirror import Outcome
from garboard.model.package import SYSTEM_TYPES, Distro, Package
from garboard.model.recommendation import Brought, Counts, Group, Prediction, Recommendation, Row

_GROUPS: Final = tuple(Group)
_OTHERS: Final = tuple(group for group in Group if group is not Group.REBUILD)


def candidates(
    found: Recommendation | None, findings: Iterable[Finding], counts: Callable[[Finding], bool]
) -> tuple[Row, ...]:
    """The recommended bases on which every package of yours is known.

    A recommendation goes by all issues. Where some do not count, one that it does not recommend may be the better one,
    unless something other than its number of issues speaks against it.
    """
    if found is None:
        return ()
    rows = found.recommended
    if not all(map(counts, findings)):
        rows = tuple(row for row in found.rows if row.better or not (row.prediction and row.prediction.least))
        rows = tuple(row for row in rows if all(one.code == "beaten" for one in row.objections))
    return tuple(row for row in rows if row.group and row.prediction and not row.prediction.unknown)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A base, which findings are gone on it, and the issues that it brings."""

    row: Row
    gone: Callable[[Finding], bool]
    brings: Mapping[IssueKey, Severity]

    def after(self, left: Left) -> Left:
        """What is left on it."""
        return left.after(self.gone, frozenset(self.brings))


class Move(NamedTuple):
    """A step to another base; ``row`` is None for today's tag where the catalog does not know what it names."""

    step: Step
    row: Row | None


def foresee(
    rows: Iterable[Row],
    outcomes: Outcomes,
    distro: Distro | None,
    held: Mapping[str, frozenset[str]],
    counts: Callable[[Finding], bool],
) -> tuple[Foreseen, ...]:
    """What the image would be on each of the `candidates`, nearest kind first. ``held`` is as in `plan.Known`."""
    return tuple(
        Foreseen(row, _gone(row, row.prediction, outcomes, distro, held.get(row.key)), _brings(row.prediction, counts))
        for row in sorted(rows, key=lambda row: row.group is not Group.REBUILD)
        if row.prediction is not None
    )


def same_release(row: Row, distro: Distro | None) -> bool:
    """Whether a base has the distribution's release."""
    return distro is not None and row.distro == f"{distro.id} {distro.version}".strip()


def _gone(
    row: Row, prediction: Prediction, outcomes: Outcomes, distro: Distro | None, held: frozenset[str] | None
) -> Callable[[Finding], bool]:
    """Whether a finding is gone on another base.

    A package of today's base that the other one lacks is there because your lines need it: they bring its newest
    version.
    """
    remains = frozenset((one.vulnerability, one.type, one.package) for one in prediction.remaining)

    def gone(one: Finding) -> bool:
        package = one.package
        if (one.vulnerability.id, package.type, package.full_name) not in remains:
            return True
        comes_anew = held is not None and package.type in SYSTEM_TYPES and package.name not in held
        return comes_anew and same_release(row, distro) and outcomes.of(one) in PUBLISHED

    return gone


def _brings(prediction: Prediction, counts: Callable[[Finding], bool]) -> Mapping[IssueKey, Severity]:
    """The issues, as far as they count: one for each vulnerability of each source package."""
    return {
        (one.key.vulnerability, one.key.type, one.key.source or one.key.package): one.severity
        for one in prediction.added
        if counts(_as_finding(one))
    }


def _as_finding(one: Brought) -> Finding:
    """What a filter would see of it, once the image is on the base that brings it."""
    key = one.key
    return Finding(
        vulnerability=Vulnerability(id=key.vulnerability, severity=one.severity),
        package=Package(type=key.type, name=key.package, version=key.version, scheme=""),
        fixed_in=one.fixed_in,
        introduced=Introduction(origin=Origin.BASE),
    )


class Bases:
    """The bases that an image could be built on. ``name`` is that of ``today``'s, empty if it is not known."""

    def __init__(
        self,
        found: Iterable[Foreseen],
        outcomes: Outcomes,
        severities: Mapping[IssueKey, Severity],
        *,
        name: str,
        from_line: Place | None,
        today: Row | None = None,
    ) -> None:
        self._candidates = tuple(found)
        self._outcomes = outcomes
        self._severities = severities
        self._name = name
        self._from_line = from_line
        self._today = today

    def moves(self, start: Left) -> Iterator[Move]:
        """The base's tag pulled again, and another base: both if that is still better than the pull."""
        fewest = len(start.keys)
        for move in (self._pull(start), self._change(start)):
            if move is not None and len(move.step.left.keys) < fewest:
                fewest = len(move.step.left.keys)
                yield move

    def _pull(self, start: Left) -> Move:
        best = self._best(start, (Group.REBUILD,))
        name = best.row.reference if best else self._name
        action = Action(
            kind=ActionKind.PULL,
            text=f"Pull {name} again and rebuild" if name else "Pull the base image again and rebuild",
            command="docker build --pull --no-cache .",
            risk="the same tag, newer packages: what breaks now would break at the next rebuild anyway",
        )
        if best is None:
            return Move(Step(action, start.after(self._outcomes.among(Outcome.PULL))), None)
        return Move(Step(self._measured(action, best.row), best.after(start)), best.row)

    def _change(self, start: Left) -> Move | None:
        best = self._best(start, _OTHERS)
        if best is None:
            return None
        row = best.row
        action = Action(
            kind=ActionKind.BASE,
            text=f"Change FROM to `{row.reference}`" + "".join(f", and with it {one}" for one in row.companions),
            command=f"FROM {row.reference}",
            place=self._from_line,
            reference=row.reference,
            risk="; ".join(row.warnings) or "the same system and program; run your tests upon it",
            lifespans=row.lifespans,
        )
        return Move(Step(self._measured(action, row), best.after(start)), row)

    def _measured(self, action: Action, row: Row) -> Action:
        """The action with what the image would be on that base, as far as it is known."""
        sizes = (row.size, self._today.size if self._today else None)
        return msgspec.structs.replace(
            action,
            packages_after=row.prediction.packages if row.prediction else None,
            size=None if None in sizes else (row.size or 0) - (sizes[1] or 0),
        )

    def _best(self, start: Left, groups: Collection[Group]) -> Foreseen | None:
        """The base that leaves the fewest and mildest issues of those that count; the nearest of equal ones."""

        def mildest(one: Foreseen) -> tuple[tuple[int, ...], int]:
            return self._by_severity(one.after(start)), _GROUPS.index(one.row.group) if one.row.group else 0

        return min((one for one in self._candidates if one.row.group in groups), key=mildest, default=None)

    def _by_severity(self, left: Left) -> tuple[int, ...]:
        """How many issues are left, the worst first, in the order of recommendations."""
        return Counts.of(self._severities.get(key, Severity.UNKNOWN) for key in left.keys).order
