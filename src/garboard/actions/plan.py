"""The list of actions: each finding goes to the cheapest one that really clears it, and none is counted twice.

The order of cost: build again without cache; build on what the base's tag names today; ask for another version on a
line; change the FROM line; upgrade the base's packages in a line of your own; remove a package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from garboard.actions import edits
from garboard.actions.autoremove import Removal
from garboard.model.action import Action, ActionKind, Actions, IssueKey, Remaining
from garboard.model.advisory import Status
from garboard.model.attribution import Introduction, Origin, Place
from garboard.model.finding import Finding
from garboard.model.mirror import Outcome, Prospect
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.model.recommendation import Group, Prediction, Recommendation, Row
from garboard.model.report import Report

_DROPS: Final = 20
"""How many packages to remove are suggested at most; more of them would not be useful advice."""
_COST: Final = tuple(ActionKind)
_GROUPS: Final = tuple(Group)
_WHY: Final = MappingProxyType(
    {
        Status.DEFERRED: "no fix: the distribution has put it off",
        Status.WILL_NOT_FIX: "no fix: the distribution will not make one",
        Status.END_OF_LIFE: "no fix: the package has no security support in this release",
    }
)


_STAYS: Final = MappingProxyType(
    {
        Outcome.UNPUBLISHED: "the fix is not in the package mirrors yet",
        Outcome.HELD: "held or pinned at its version: that has to be lifted first",
        Outcome.BASE_BEHIND: "the image has no package manager: only a newer base brings the fix",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known in addition to the report.

    ``prospects`` are the outcomes of a rebuild by (vulnerability id, package id), if the mirrors were asked.
    ``from_line`` is the place of the FROM that a better base would be written into. ``held`` names packages that each
    row's base (by its key) has, which removing a line does not remove.
    """

    recommendation: Recommendation | None = None
    prospects: Mapping[tuple[str, str], Prospect] | None = None
    from_line: Place | None = None
    held: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))


def choose(report: Report, known: Known | None = None) -> Actions:
    """Everything there is to do about the findings of a report, and what remains afterwards."""
    return _Choosing(report, known or Known()).result()


class _Left:
    """The issues that nothing has cleared so far."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: dict[IssueKey, list[Finding]] = {}
        for finding in findings:
            self.findings.setdefault(finding.issue, []).append(finding)
        self.added: set[IssueKey] = set()

    def __len__(self) -> int:
        return len(self.findings) + len(self.added)

    def gone(self, clears: Callable[[Finding], bool]) -> tuple[IssueKey, ...]:
        """The issues that would be cleared completely."""
        return tuple(key for key, found in self.findings.items() if all(map(clears, found)))

    def take(self, clears: Callable[[Finding], bool]) -> tuple[IssueKey, ...]:
        """Remove what is cleared; returns the issues that nothing is left of."""
        cleared = []
        for key, found in list(self.findings.items()):
            kept = [one for one in found if not clears(one)]
            if kept:
                self.findings[key] = kept
            else:
                del self.findings[key]
                cleared.append(key)
        return tuple(cleared)


class _Option(NamedTuple):
    """A way to another base: what it clears, and the issues that it brings."""

    action: Action
    row: Row | None
    clears: Callable[[Finding], bool]
    adds: frozenset[IssueKey] = frozenset()


class _Choosing:
    def __init__(self, report: Report, known: Known) -> None:
        self._report = report
        self._known = known
        self._left = _Left(report.findings)
        self._total = len(self._left)
        self._actions: list[Action] = []
        self._chosen: Row | None = None

    def result(self) -> Actions:
        """Every step in order of cost; the result lists what clears the most first."""
        self._rebuild()
        pull, other = self._options()
        self._take(pull)
        self._raise()
        self._take(other)
        self._upgrade()
        self._drop()
        return Actions(
            total=self._total,
            actions=tuple(self._ranked()),
            remaining=tuple(self._remaining()),
            judged=self._report.judged,
            checked=self._known.prospects is not None,
        )

    def _ranked(self) -> Iterator[Action]:
        """Sorts by what clears the most, then by cost; the figures are for doing them in this order."""
        before = self._total
        for one in sorted(self._actions, key=lambda one: (len(one.adds) - len(one.clears), _COST.index(one.kind))):
            after = before - len(one.clears) + len(one.adds)
            yield msgspec.structs.replace(one, before=before, after=after)
            before = after

    def _do(self, action: Action, clears: Callable[[Finding], bool], adds: Iterable[IssueKey] = ()) -> None:
        """Record an action with what it clears, if it clears anything."""
        taken = self._left.take(clears)
        if taken:
            brought = tuple(sorted(set(adds) - self._left.findings.keys() - self._left.added))
            self._left.added.update(brought)
            self._actions.append(msgspec.structs.replace(action, clears=taken, adds=brought))

    # -- the steps, the cheapest first

    def _outcome(self, finding: Finding) -> Outcome:
        """The outcome by the mirrors if they were asked, else by what the advisories say is published."""
        if self._known.prospects is not None:
            found = self._known.prospects.get((finding.vulnerability.id, finding.package.id))
            return found.outcome if found else Outcome.UNKNOWN
        return edits.outcome(finding)

    def _is(self, *outcomes: Outcome) -> Callable[[Finding], bool]:
        return lambda finding: self._outcome(finding) in outcomes

    def _rebuild(self) -> None:
        action = Action(
            kind=ActionKind.REBUILD,
            text="Rebuild without cache",
            command="docker build --no-cache .",
            risk="packages that your lines name without a version come newer, the rest of the image stays",
        )
        self._do(action, self._is(Outcome.PUBLISHED))

    def _options(self) -> tuple[_Option | None, _Option | None]:
        """The base's tag pulled again, and another base.

        Both if the other base keeps cleared what the pull cleared, else the one that clears more.
        """
        pull, other = self._pulled(), self._other()
        if pull is None or other is None:
            return pull, other
        undone = any(
            pull.clears(one) and not other.clears(one) for found in self._left.findings.values() for one in found
        )
        if not pull.adds and not undone:
            return pull, other
        return (None, other) if self._worth(other) > self._worth(pull) else (pull, None)

    def _worth(self, option: _Option) -> int:
        """By how many issues it reduces the total."""
        return len(self._left.gone(option.clears)) - len(option.adds - self._left.findings.keys())

    def _pulled(self) -> _Option | None:
        rows = self._rows(Group.REBUILD)
        row = min(rows, key=_severest) if rows else None
        name = row.reference if row else self._base_name()
        action = Action(
            kind=ActionKind.PULL,
            text=f"Pull {name} again and rebuild" if name else "Pull the base image again and rebuild",
            command="docker build --pull --no-cache .",
            risk="the same tag, newer packages: what breaks now would break at the next rebuild anyway",
        )
        if row is None or row.prediction is None:
            return _Option(action, None, self._is(Outcome.PULL))
        remains = _remains(row.prediction)
        return _Option(action, row, lambda one: _named(one) not in remains, _added(row.prediction))

    def _other(self) -> _Option | None:
        """The base that leaves the fewest and mildest issues; the nearest of equal ones."""
        rows = self._rows(*(group for group in Group if group is not Group.REBUILD))
        row = min(rows, key=_severest, default=None)
        if row is None or row.prediction is None:
            return None
        action = Action(
            kind=ActionKind.BASE,
            text=f"Change FROM to `{row.reference}`",
            command=f"FROM {row.reference}",
            place=self._known.from_line,
            risk="; ".join(row.warnings) or "the same system and program; run your tests upon it",
        )
        remains = _remains(row.prediction)
        return _Option(action, row, lambda one: _named(one) not in remains, _added(row.prediction))

    def _take(self, option: _Option | None) -> None:
        """Do it if that leaves fewer issues."""
        if option is not None and self._worth(option) > 0:
            self._chosen = option.row or self._chosen
            self._do(option.action, option.clears, option.adds)

    def _base_name(self) -> str:
        whose = self._report.attribution
        return self._report.base_image or (whose.base.name if whose else "")

    def _raise(self) -> None:
        """One action for each package that a line holds, or that a language's package manager brings."""
        groups: dict[tuple[str, str, Place | None], list[Finding]] = {}
        for found in self._left.findings.values():
            for finding in found:
                if self._raisable(finding):
                    who = finding.introduced or Introduction()
                    package = finding.package
                    groups.setdefault((package.type, package.full_name, who.place), []).append(finding)
        for findings in groups.values():
            ids = {id(finding) for finding in findings}
            self._do(edits.raising(findings), lambda one, ids=ids: id(one) in ids)  # type: ignore[misc]

    def _raisable(self, finding: Finding) -> bool:
        outcome = self._outcome(finding)
        who = finding.introduced or Introduction()
        if outcome is Outcome.HELD:
            return who.origin is Origin.DOCKERFILE and bool(finding.fixed_in)
        language = finding.package.type not in SYSTEM_TYPES and not finding.package.owner
        return language and outcome is Outcome.UNKNOWN and bool(finding.fixed_in) and who.origin is not Origin.BASE

    def _rows(self, *groups: Group) -> list[Row]:
        """Recommended bases on which every package of yours is known."""
        found = self._known.recommendation
        rows = found.recommended if found else ()
        return [row for row in rows if row.group in groups and row.prediction and not row.prediction.unknown]

    def _upgrade(self) -> None:
        behind = self._is(Outcome.BASE_BEHIND)
        for kind in sorted(SYSTEM_TYPES):
            command = edits.upgrade(kind, self._report.inventory.packages)
            action = Action(
                kind=ActionKind.UPGRADE,
                text="Upgrade the base's packages in a line after FROM",
                command=command,
                place=self._known.from_line,
                risk="the image grows by what is replaced, and differs from the base that others tested",
            )
            if command:
                self._do(action, lambda one, kind=kind: one.package.type == kind and behind(one))  # type: ignore[misc]

    def _drop(self) -> None:
        """Remove the package that clears the most issues, again and again, as long as one clears any."""
        removal: Removal | None = None
        dropped: frozenset[str] = frozenset()
        for _ in range(_DROPS):
            targets = self._droppable(dropped)
            if not targets:
                return
            removal = removal or Removal(self._report.inventory)
            best = self._best_drop(removal, targets, dropped)
            if best is None:
                return
            package, gone = best
            dropped |= gone
            self._do(edits.dropping(package, self._introduced(package)), lambda one, gone=gone: one.package.id in gone)  # type: ignore[misc]

    def _introduced(self, package: Package) -> Introduction:
        return next(
            (f.introduced for f in self._report.findings if f.package.id == package.id and f.introduced), None
        ) or self._line_of(package)

    def _line_of(self, package: Package) -> Introduction:
        whose = self._report.attribution
        layers = whose.layers if whose else ()
        layer = next((one for one in layers if one.index == package.layer), None)
        return (
            Introduction(layer=package.layer, instruction=layer.instruction, place=layer.place)
            if layer
            else Introduction()
        )

    def _droppable(self, dropped: frozenset[str]) -> tuple[Package, ...]:
        """Packages that your own lines ask for and that are on a path to what is left."""
        wanted = {path[0] for found in self._left.findings.values() for one in found for path in one.from_paths}
        return tuple(
            package
            for package in self._report.inventory.packages
            if package.id in wanted - dropped
            and package.type in SYSTEM_TYPES
            and package.automatic is not True
            and self._yours(package)
        )

    def _yours(self, package: Package) -> bool:
        """Whether it is above the base; if that is not known it is not touched."""
        whose = self._report.attribution
        layers = whose.base.layers if whose else None
        held = self._known.held.get(self._chosen.key, frozenset()) if self._chosen else frozenset()
        return layers is not None and package.layer is not None and package.layer >= layers and package.name not in held

    def _best_drop(
        self, removal: Removal, targets: Sequence[Package], dropped: frozenset[str]
    ) -> tuple[Package, frozenset[str]] | None:
        by_id = {one.id: one for one in self._report.inventory.packages}
        best: tuple[int, str, Package, frozenset[str]] | None = None
        for package in targets:
            gone = removal.without(dropped | {package.id})
            if gone is None or len(removal.asked_for(gone - dropped)) > 1:
                continue
            mine = frozenset(one for one in gone - removal.unneeded - dropped if self._yours(by_id[one]))
            count = len(self._left.gone(lambda one, mine=mine: one.package.id in mine))  # type: ignore[misc]
            if count and (best is None or (-count, package.name) < best[:2]):
                best = (-count, package.name, package, mine)
        return (best[2], best[3]) if best else None

    def _remaining(self) -> Iterator[Remaining]:
        reasons: dict[str, list[IssueKey]] = {}
        for key, found in self._left.findings.items():
            reasons.setdefault(self._reason(found[0]), []).append(key)
        if self._left.added:
            reasons.setdefault("come with the new base", []).extend(sorted(self._left.added))
        for reason, keys in sorted(reasons.items(), key=lambda one: (-len(one[1]), one[0])):
            yield Remaining(reason=reason, issues=tuple(keys))

    def _reason(self, finding: Finding) -> str:
        if not finding.fixed_in:
            return _WHY.get(finding.status, "no fix is known")
        known = _STAYS.get(self._outcome(finding))
        if known:
            return known
        if finding.introduced and finding.introduced.copied_from:
            return "copied from another stage or image: to be mended there"
        if finding.package.type not in SYSTEM_TYPES:
            return "language packages of the base image"
        return "a fix is known; what brings it is not"


def _severest(row: Row) -> tuple[tuple[int, ...], int]:
    counts = row.prediction.counts.order if row.prediction else ()
    return counts, _GROUPS.index(row.group) if row.group else 0


def _named(finding: Finding) -> tuple[str, str, str]:
    return finding.vulnerability.id, finding.package.type, finding.package.full_name


def _remains(prediction: Prediction) -> frozenset[tuple[str, str, str]]:
    return frozenset((one.vulnerability, one.type, one.package) for one in prediction.remaining)


def _added(prediction: Prediction) -> frozenset[IssueKey]:
    """Issues that the other base brings: one for each vulnerability of each source package."""
    return frozenset((one.vulnerability, one.type, one.source or one.package) for one in prediction.added)
