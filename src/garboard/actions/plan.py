"""The list of actions, in the order in which they are to be done; each figure is that of all actions up to it.

The order is that of `ActionKind`: build again without cache; build on what the base's tag names today; change the FROM
line; ask for other versions on a line; put newer files in the place of those that a line installs or copies; upgrade the base's packages in a line of your own until the base has the fixes;
remove a package. Within a kind, what clears the most comes first. An issue in several places is gone with the action
that mends the last of them, and the actions that mend the others are listed too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from garboard import ecosystems
from garboard.actions import edits
from garboard.actions.autoremove import Removal
from garboard.actions.needed import needed
from garboard.actions.staying import Stay, Staying, Why
from garboard.model.action import Action, ActionKind, Actions, IssueKey, Remaining
from garboard.model.advisory import Severity, Status
from garboard.model.attribution import Attribution, Introduction, Origin, Place
from garboard.model.finding import Finding, Vulnerability
from garboard.model.mirror import Outcome, Prospect
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.model.recommendation import Brought, Counts, Group, Prediction, Recommendation, Row
from garboard.model.report import Report
from garboard.packages.pins import pinned

_DROPS: Final = 20
"""How many packages to remove are suggested at most; more of them would not be useful advice."""
_GROUPS: Final = tuple(Group)
_PUBLISHED: Final = (Outcome.PUBLISHED, Outcome.BASE_BEHIND)
_PAIRS: Final = 100_000
"""Pairs of copies of one package that are compared; of more, none is taken for another's copy."""
_COPIES: Final = ("COPY", "ADD")
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
    row's base (by its key) has, which removing a line does not remove. ``counts`` says which findings the reader's
    filters count; the others are left out. ``user`` tells as whom commands run on a row's base; None if it is not known.
    """

    recommendation: Recommendation | None = None
    prospects: Mapping[tuple[str, str], Prospect] | None = None
    from_line: Place | None = None
    held: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    counts: Callable[[Finding], bool] = lambda finding: True  # noqa: ARG005
    user: Callable[[Row], str | None] = lambda row: None  # noqa: ARG005


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


def choose(report: Report, known: Known | None = None) -> Actions:
    """Everything there is to do about the findings of a report, and what remains afterwards."""
    return _Choosing(report, known or Known()).result()


class _Left:
    """The issues that nothing has cleared so far: today's with what is left of their findings, and those that came."""

    def __init__(self, findings: Mapping[IssueKey, list[Finding]], added: frozenset[IssueKey] = frozenset()) -> None:
        self.findings = findings
        self.added = added - findings.keys()
        self.keys = findings.keys() | self.added

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> _Left:
        """All issues of these findings."""
        grouped: dict[IssueKey, list[Finding]] = {}
        for finding in findings:
            grouped.setdefault(finding.issue, []).append(finding)
        return cls(grouped)

    def after(self, clears: Callable[[Finding], bool], adds: frozenset[IssueKey] = frozenset()) -> _Left:
        """What is left when these findings are gone and these issues have come."""
        kept = {key: [one for one in found if not clears(one)] for key, found in self.findings.items()}
        return _Left({key: found for key, found in kept.items() if found}, self.added | adds)

    @property
    def count(self) -> int:
        """How many findings are left."""
        return sum(map(len, self.findings.values()))


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
        self._found = tuple(one for one in report.findings if known.counts(one))
        self._severities = {one.issue: one.vulnerability.severity for one in self._found}
        self._staying = Staying(report, asked=known.prospects is not None)
        self._stay: dict[int, Stay | None] = {}
        self._candidates = candidates(known.recommendation, report.findings, known.counts)
        self._left = _Left.of(self._found)
        self._total = len(self._left.keys)
        self._actions: list[Action] = []
        self._chosen: Row | None = None
        self._parts: list[frozenset[IssueKey]] = []
        """For each action the issues that it mends at least a part of."""

    def result(self) -> Actions:
        """Every step in order, and what remains."""
        if self._whose is not None and self._whose.base.edited:
            return self._rebuild_first(self._whose.base.stated)
        self._rebuild()
        self._base()
        self._raise()
        self._replace()
        self._upgrade()
        self._drop()
        return Actions(
            total=self._total,
            actions=self._useful(),
            remaining=tuple(self._remaining()),
            judged=self._report.judged,
            checked=self._known.prospects is not None,
        )

    def _rebuild_first(self, stated: str) -> Actions:
        """All there is to say of an image that was not built on what FROM says now: the next build changes its base."""
        keys = tuple(self._left.keys)
        first = Action(
            kind=ActionKind.REBUILD,
            text=f"Rebuild first: FROM now says {stated}, on which this image was not built",
            command="docker build .",
            risk="it comes on another base; scan it again to see what remains and what to do",
            foreseen=False,
            before=self._total,
            after=self._total,
        )
        reason = "not known before the image is rebuilt on its new base"
        return Actions(
            total=self._total,
            actions=(first,) if keys else (),
            remaining=(Remaining(reason=reason, issues=keys),) if keys else (),
            judged=self._report.judged,
            checked=self._known.prospects is not None,
        )

    def _useful(self) -> tuple[Action, ...]:
        """The actions that clear issues, and those that mend a part of issues that a later one clears."""
        gone = self._left.keys
        return tuple(
            action
            for action, parts in zip(self._actions, self._parts, strict=True)
            if action.clears or action.adds or parts - gone
        )

    def _do(self, action: Action, left: _Left) -> None:
        """Record an action after which this is left, if that is any less."""
        before = self._left
        if left.count == before.count and left.keys == before.keys:
            return
        clears, adds = sorted(before.keys - left.keys), sorted(left.keys - before.keys)
        counted = Counter(self._severities.get(key, Severity.UNKNOWN) for key in clears)
        self._parts.append(frozenset(key for key, found in before.findings.items() if left.findings.get(key) != found))
        self._actions.append(
            msgspec.structs.replace(
                action,
                clears=tuple(clears),
                adds=tuple(adds),
                severities=tuple(sorted(counted.items(), key=lambda one: -one[0].rank)),
                before=len(before.keys),
                after=len(left.keys),
            )
        )
        self._left = left

    # -- the steps, in order

    def _outcome(self, finding: Finding) -> Outcome:
        """The outcome of a rebuild for a finding, alone or by what its lines bring along."""
        found = self._outcome_alone(finding)
        package = finding.package
        if found is Outcome.BASE_BEHIND and (package.type, package.source) in self._upgraded_sources:
            return Outcome.PUBLISHED
        return found

    def _outcome_alone(self, finding: Finding) -> Outcome:
        """The outcome by the mirrors if they were asked, else by what the advisories say is published."""
        if self._known.prospects is not None:
            found = self._known.prospects.get((finding.vulnerability.id, finding.package.id))
            return found.outcome if found else Outcome.UNKNOWN
        return Outcome.HELD if finding.fixed_in and self._stays(finding) else edits.outcome(finding)

    def _stays(self, finding: Finding) -> Stay | None:
        """What keeps its package from coming in another version, apart from a version that a line names."""
        if id(finding) not in self._stay:
            self._stay[id(finding)] = self._staying.why(finding)
        return self._stay[id(finding)]

    @cached_property
    def _upgraded_sources(self) -> frozenset[tuple[str, str]]:
        """Sources of packages that lines install anew, if the package manager then upgrades all that is built of them."""
        whole = {
            kind
            for kind in SYSTEM_TYPES
            if edits.upgrades_whole_sources(one for one in self._report.inventory.packages if one.type == kind)
        }
        return frozenset(
            (one.package.type, one.package.source)
            for one in self._report.findings
            if one.package.type in whole
            and (one.introduced or Introduction()).origin is Origin.DOCKERFILE
            and self._outcome_alone(one) is Outcome.PUBLISHED
        )

    def _is(self, *outcomes: Outcome) -> Callable[[Finding], bool]:
        return lambda finding: self._outcome(finding) in outcomes

    def _rebuild(self) -> None:
        action = Action(
            kind=ActionKind.REBUILD,
            text="Rebuild without cache",
            command="docker build --no-cache .",
            risk="packages that your lines name without a version come newer, the rest of the image stays",
        )
        self._do(action, self._left.after(self._is(Outcome.PUBLISHED)))

    def _base(self) -> None:
        """The base's tag pulled again, and another base: both if that is still better than the pull."""
        start = self._left
        pull, other = self._pulled(start), self._other(start)
        pulled = start.after(pull.clears, pull.adds)
        if len(pulled.keys) < len(start.keys):
            self._chosen = pull.row
            self._do(pull.action, pulled)
        if other is not None:
            moved = start.after(other.clears, other.adds)
            if len(moved.keys) < len(self._left.keys):
                self._chosen = other.row
                self._do(other.action, moved)

    def _pulled(self, start: _Left) -> _Option:
        row = self._best(start, (Group.REBUILD,))
        name = row.reference if row else self._base_name()
        action = Action(
            kind=ActionKind.PULL,
            text=f"Pull {name} again and rebuild" if name else "Pull the base image again and rebuild",
            command="docker build --pull --no-cache .",
            risk="the same tag, newer packages: what breaks now would break at the next rebuild anyway",
        )
        if row is None or row.prediction is None:
            return _Option(action, None, self._is(Outcome.PULL))
        return _Option(action, row, self._gone_on(row, row.prediction), self._added(row.prediction))

    def _gone_on(self, row: Row, prediction: Prediction) -> Callable[[Finding], bool]:
        """Whether a finding is gone on another base.

        A package of today's base that the other one lacks is there because your lines need it: they bring its newest
        version.
        """
        remains = frozenset((one.vulnerability, one.type, one.package) for one in prediction.remaining)
        held = self._known.held.get(row.key)

        def gone(one: Finding) -> bool:
            package = one.package
            if (one.vulnerability.id, package.type, package.full_name) not in remains:
                return True
            comes_anew = held is not None and package.type in SYSTEM_TYPES and package.name not in held
            return comes_anew and self._same_release(row) and self._outcome(one) in _PUBLISHED

        return gone

    def _added(self, prediction: Prediction) -> frozenset[IssueKey]:
        """Issues that the other base brings, as far as they count: one for each vulnerability of each source package."""
        brought = {
            (one.key.vulnerability, one.key.type, one.key.source or one.key.package): one.severity
            for one in prediction.added
            if self._known.counts(_as_finding(one))
        }
        for key, severity in brought.items():
            self._severities.setdefault(key, severity)
        return frozenset(brought)

    def _same_release(self, row: Row) -> bool:
        distro = self._report.inventory.distro
        return distro is not None and row.distro == f"{distro.id} {distro.version}".strip()

    def _best(self, start: _Left, groups: Sequence[Group]) -> Row | None:
        """The base that leaves the fewest and mildest issues of those that count; the nearest of equal ones."""

        def mildest(row: Row) -> tuple[tuple[int, ...], int]:
            assert row.prediction is not None
            left = start.after(self._gone_on(row, row.prediction), self._added(row.prediction))
            return self._by_severity(left), _GROUPS.index(row.group) if row.group else 0

        return min((row for row in self._candidates if row.group in groups), key=mildest, default=None)

    def _by_severity(self, left: _Left) -> tuple[int, ...]:
        """How many issues are left, the worst first, in the order of recommendations."""
        numbers = Counter(self._severities.get(key, Severity.UNKNOWN).word for key in left.keys)
        return Counts(**numbers).order

    def _other(self, start: _Left) -> _Option | None:
        row = self._best(start, tuple(group for group in Group if group is not Group.REBUILD))
        if row is None or row.prediction is None:
            return None
        action = Action(
            kind=ActionKind.BASE,
            text=f"Change FROM to `{row.reference}`" + "".join(f", and with it {one}" for one in row.companions),
            command=f"FROM {row.reference}",
            place=self._known.from_line,
            risk="; ".join(row.warnings) or "the same system and program; run your tests upon it",
        )
        return _Option(action, row, self._gone_on(row, row.prediction), self._added(row.prediction))

    def _base_name(self) -> str:
        return self._report.base_image or (self._whose.base.name if self._whose else "")

    def _raise(self) -> None:
        """One action for each line: all versions that it has to ask for, together; the line that clears the most first."""
        lines: dict[tuple[str, Place | str], list[Finding]] = {}
        for found in self._left.findings.values():
            for finding in found:
                if self._raisable(finding):
                    place = finding.introduced.place if finding.introduced else None
                    lines.setdefault((finding.package.type, place or finding.package.full_name), []).append(finding)
        applications = frozenset(one.id for one in self._report.inventory.packages if one.application)
        waiting = [found for found in map(self._allowed, self._tied(list(lines.values()))) if found]
        while waiting:
            tried = [(self._without(found), found) for found in waiting]
            left, best = min(tried, key=lambda one: (len(one[0].keys), one[0].count))
            self._do(edits.raising(best, applications, tuple(self._staying_pins(best))), left)
            waiting.remove(best)

    def _without(self, findings: Sequence[Finding]) -> _Left:
        ids = {id(finding) for finding in findings}
        return self._left.after(lambda one: id(one) in ids or id(self._copied.get(id(one))) in ids)

    @cached_property
    def _copied(self) -> dict[int, Finding]:
        """The findings in what a RUN copied from elsewhere in the image: by `id`, each with that of the original."""
        originals: dict[tuple[str, str, str, str], list[Finding]] = {}
        for one in self._found:
            if one.package.type not in SYSTEM_TYPES:
                package = one.package
                originals.setdefault(
                    (one.vulnerability.id, package.type, package.full_name, package.version), []
                ).append(one)
        copied: dict[int, Finding] = {}
        for found in originals.values():
            copies = [one for one in found if edits.may_be_a_copy(one)]
            if len(found) * len(copies) <= _PAIRS:
                copied |= {id(copy): one for copy in copies for one in found if edits.copies(copy, one)}
        return copied

    def _tied(self, lines: list[list[Finding]]) -> list[list[Finding]]:
        """The findings of lines, together where one line pins what does not allow what another one has to ask for."""
        lines_of = {finding.package.id: line for line in lines for finding in line}
        waiting = list(lines)
        found: list[list[Finding]] = []
        while waiting:
            line = waiting.pop(0)
            raised = {finding.package.full_name for finding in line}
            pins = (self._forbidding(finding, line, raised) for finding in line)
            other = next((lines_of[pin.id] for pin in pins if pin and lines_of.get(pin.id, line) is not line), None)
            if other is None:
                found.append(line)
                continue
            together = [*other, *line]
            waiting = [one for one in waiting if one is not other]
            found = [one for one in found if one is not other]
            waiting.insert(0, together)
            lines_of.update((finding.package.id, together) for finding in together)
        return found

    def _allowed(self, findings: list[Finding]) -> list[Finding]:
        """Those whose fixed version is allowed by everything that a line pins and that is not raised with it."""
        while True:
            raised = {finding.package.full_name for finding in findings}
            allowed = [one for one in findings if self._forbidding(one, findings, raised) is None]
            if len(allowed) == len(findings):
                return allowed
            findings = allowed

    def _forbidding(self, finding: Finding, findings: Sequence[Finding], raised: set[str]) -> Package | None:
        """A pinned package that requires this one and does not allow the version that has its fixes."""
        package = finding.package
        allows = ecosystems.of(package.type).allows
        pinned_by = self._pinned.get(package.full_name, ())
        if allows is None or not pinned_by:
            return None
        version = edits.fixing([one for one in findings if one.package.id == package.id])
        for other in pinned_by:
            if other.type == package.type and other.full_name not in raised and _beside(other, package):
                limits = (limit for name, limit in other.limits if name == package.full_name)
                if not all(allows(limit, version) for limit in limits):
                    return other
        return None

    def _staying_pins(self, findings: Sequence[Finding]) -> Iterator[str]:
        """What raised packages need and lines pin, if it is not raised with them: newer ones may not allow it."""
        raised = {finding.package.full_name for finding in findings}
        needs: dict[str, list[Package]] = {}
        for finding in findings:
            for name, _ in finding.package.limits:
                needs.setdefault(name, []).append(finding.package)
        for package in self._report.inventory.packages:
            by = needs.get(package.full_name, ()) if package.full_name not in raised else ()
            if any(one.type == package.type and _beside(package, one) for one in by) and self._is_pinned(package):
                yield package.full_name

    def _is_pinned(self, package: Package) -> bool:
        """Whether a line of yours names it with a version."""
        return any(
            pinned(package, Introduction(origin=Origin.DOCKERFILE, command=layer.instruction or layer.created_by))
            for layer in (self._whose.layers if self._whose else ())
            if layer.origin is not Origin.BASE
        )

    @cached_property
    def _pinned(self) -> dict[str, list[Package]]:
        """The packages that a line of yours names with a version, by the names that they limit."""
        found: dict[str, list[Package]] = {}
        for package in self._report.inventory.packages:
            if package.limits and self._is_pinned(package):
                for name, _ in package.limits:
                    found.setdefault(name, []).append(package)
        return found

    @property
    def _whose(self) -> Attribution | None:
        return self._report.attribution

    def _raisable(self, finding: Finding) -> bool:
        outcome = self._outcome(finding)
        who = finding.introduced or Introduction()
        if id(finding) in self._copied or self._stays(finding):
            return False
        if outcome is Outcome.HELD:
            return who.origin is Origin.DOCKERFILE and bool(finding.fixed_in)
        if who.instruction.startswith(_COPIES):
            return False
        language = finding.package.type not in SYSTEM_TYPES and not finding.package.owner
        return language and outcome is Outcome.UNKNOWN and bool(finding.fixed_in) and who.origin is not Origin.BASE

    def _replace(self) -> None:
        """One action for each line that installs files or copies packages; the line that clears the most first."""
        lines: dict[Place | str, list[Finding]] = {}
        for found in self._left.findings.values():
            for finding in found:
                if self._replaceable(finding):
                    who = finding.introduced or Introduction()
                    lines.setdefault(who.place or who.instruction, []).append(finding)
        waiting = list(lines.values())
        while waiting:
            tried = [(self._without(found), found) for found in waiting]
            left, best = min(tried, key=lambda one: (len(one[0].keys), one[0].count))
            self._do(edits.replacing(best, [stay.file for stay in map(self._stays, best) if stay]), left)
            waiting.remove(best)

    def _replaceable(self, finding: Finding) -> bool:
        """Whether it comes from a file that a line installs, or is copied with what you built."""
        who = finding.introduced or Introduction()
        if not finding.fixed_in or who.origin is Origin.BASE or who.copied_from or id(finding) in self._copied:
            return False
        stay = self._stays(finding)
        if stay is not None:
            return stay.why is Why.FILE
        language = finding.package.type not in SYSTEM_TYPES and not finding.package.owner
        return language and who.instruction.startswith(_COPIES)

    def _upgrade(self) -> None:
        """Published fixes that the base lacks; of another release nothing is known of what is published."""
        if (
            self._chosen is not None
            and self._chosen.group is not Group.REBUILD
            and not self._same_release(self._chosen)
        ):
            return
        published = self._is(*_PUBLISHED)
        user = self._user()
        lines = "a line" if edits.is_root(user or "") else f"a line as root (the base's USER is {user})"
        unsure = (
            ""
            if user is not None
            else "; if its USER is not root, the line needs `USER root` before and that one after"
        )
        for kind in sorted(SYSTEM_TYPES):
            command = edits.as_root(edits.upgrade(kind, self._report.inventory.packages), user)
            staying = edits.staying(self._held_back(kind))
            action = Action(
                kind=ActionKind.UPGRADE,
                text=f"Until the base has the fixes, upgrade its packages in {lines} after FROM"
                if self._base_is_known()
                else f"Upgrade the system's packages in {lines} at the end, since what the base brought is not known",
                command=command,
                place=self._known.from_line,
                risk="a newer build of the base may have them: pull it first; the image grows by what is replaced, and differs "
                f"from the base that others tested{unsure}{staying}",
            )
            if command:
                left = self._left.after(lambda one, kind=kind: one.package.type == kind and published(one))  # type: ignore[misc]
                self._do(action, left)

    def _base_is_known(self) -> bool:
        """Whether it is known where the base ends."""
        return self._chosen is not None or self._whose is None or self._whose.base.layers is not None

    def _user(self) -> str | None:
        """As whom a line after FROM runs, on the base that was chosen; None if that is not known."""
        if self._chosen is not None:
            return self._known.user(self._chosen)
        found = self._whose.base.user if self._whose else None
        own = self._report.image
        told = any(entry.created_by.startswith("USER") or " USER " in entry.created_by for entry in own.history)
        return "" if found is None and own.user is not None and edits.is_root(own.user) and not told else found

    def _held_back(self, kind: str) -> Iterator[tuple[str, Stay]]:
        """The packages of a type that have fixes, and that an upgrade of all leaves as they are."""
        for found in self._left.findings.values():
            for finding in found:
                stay = self._stays(finding) if finding.package.type == kind and finding.fixed_in else None
                if stay is not None and self._outcome(finding) is Outcome.HELD:
                    yield finding.package.name, stay

    def _drop(self) -> None:
        """Remove the package that clears the most issues, again and again, as long as one clears any."""
        removal: Removal | None = None
        dropped: frozenset[str] = frozenset()
        kept: frozenset[str] = frozenset()
        for _ in range(_DROPS):
            targets = self._droppable(dropped)
            if not targets:
                return
            if removal is None:
                removal, kept = Removal(self._report.inventory), needed(self._report)
            best = self._best_drop(removal, [one for one in targets if one.id not in kept], dropped, kept)
            if best is None:
                return
            package, gone = best
            dropped |= gone
            action = edits.dropping(package, self._introduced(package), self._asking(package))
            self._do(action, self._left.after(lambda one, gone=gone: one.package.id in gone))  # type: ignore[misc]

    def _asking(self, package: Package) -> tuple[Place, ...]:
        """The places of the lines that name a package to install."""
        layers = self._whose.layers if self._whose else ()
        return tuple(
            one.place
            for one in layers
            if one.place and one.origin is not Origin.BASE and _names(one.instruction or one.created_by, package.name)
        )

    def _introduced(self, package: Package) -> Introduction:
        """Who brought a package: of the lines that name it, else of its layer."""
        own = next((f.introduced for f in self._report.findings if f.package.id == package.id and f.introduced), None)
        own = own or self._line_of(package)
        lines = [one for one in (self._whose.layers if self._whose else ()) if one.place in self._asking(package)]
        if not lines or own.place in {one.place for one in lines}:
            return own
        return Introduction(layer=lines[0].index, instruction=lines[0].instruction, place=lines[0].place)

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
            and self._is_asked_for(package)
        )

    def _is_asked_for(self, package: Package) -> bool:
        """Whether a line names it, as far as that can be told: dpkg marks other packages as asked for too."""
        who = self._introduced(package)
        if not who.place or who.asked_for == package.name or not who.instruction:
            return True
        return _names(who.instruction, package.name) or "$" in who.instruction

    def _yours(self, package: Package) -> bool:
        """Whether it is above the base; if that is not known it is not touched."""
        whose = self._report.attribution
        layers = whose.base.layers if whose else None
        held = self._known.held.get(self._chosen.key, frozenset()) if self._chosen else frozenset()
        return layers is not None and package.layer is not None and package.layer >= layers and package.name not in held

    def _best_drop(
        self, removal: Removal, targets: Sequence[Package], dropped: frozenset[str], kept: frozenset[str]
    ) -> tuple[Package, frozenset[str]] | None:
        by_id = {one.id: one for one in self._report.inventory.packages}
        best: tuple[int, str, Package, frozenset[str]] | None = None
        for package in targets:
            gone = removal.without(dropped | {package.id})
            if gone is None or gone & kept or len(removal.asked_for(gone - dropped)) > 1:
                continue
            mine = frozenset(one for one in gone - removal.unneeded - dropped if self._yours(by_id[one]))
            left = self._left.after(lambda one, mine=mine: one.package.id in mine)  # type: ignore[misc]
            count = len(self._left.keys) - len(left.keys)
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
        if self._raisable(finding):
            return "a line pins what does not allow the fixed version"
        stay = self._stays(finding)
        if stay is not None and self._outcome(finding) is Outcome.HELD:
            return stay.reason
        return _STAYS.get(self._outcome(finding)) or self._why_not_raised(finding)

    def _why_not_raised(self, finding: Finding) -> str:
        who = finding.introduced or Introduction()
        if finding.package.owner:
            return "part of another package, whose own version decides"
        if who.copied_from:
            return "copied from another stage or image: to be mended there"
        if id(finding) in self._copied:
            return "copied by a line from where it is not mended"
        if who.instruction.startswith(_COPIES):
            return "copied from the build context: to be mended there"
        if finding.package.type in SYSTEM_TYPES:
            return "a fix is known; what brings it is not"
        return "language packages of the base image"


def _as_finding(one: Brought) -> Finding:
    """What a filter would see of it, once the image is on the base that brings it."""
    key = one.key
    return Finding(
        vulnerability=Vulnerability(id=key.vulnerability, severity=one.severity),
        package=Package(type=key.type, name=key.package, version=key.version, scheme=""),
        fixed_in=one.fixed_in,
        introduced=Introduction(origin=Origin.BASE),
    )


def _beside(one: Package, other: Package) -> bool:
    """Whether two packages of a language are installed in the same place, as far as that is known."""
    places = [each.locations[0].path if each.locations else "" for each in (one, other)]
    folders = [ecosystems.of(one.type).install_folder(place) for place in places]
    return not all(places) or folders[0] == folders[1]


def _names(instruction: str, name: str) -> bool:
    """Whether a package's name is a word of the instruction, with a version or without."""
    return any(re.split(r"[=<>:/~]", word, maxsplit=1)[0] == name for word in re.split(r"[\s;&|'\"]+", instruction))
