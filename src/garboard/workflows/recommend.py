"""Recommends a base for an image or a Dockerfile.

It combines the catalog, the database, and the prediction of your own image on each candidate.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from garboard import ecosystems
from garboard.baseimage import delta, issue_counts, ranking
from garboard.baseimage.approvals import approved
from garboard.baseimage.breaking import Lines
from garboard.baseimage.candidates import choices, stated_distro
from garboard.baseimage.current import CurrentBase, find, wanted_repository
from garboard.baseimage.delta import Requested, Yours
from garboard.baseimage.distance import ended
from garboard.baseimage.issue_counts import Figures
from garboard.baseimage.lifecycle import Lifetimes
from garboard.baseimage.rebase import Available, Predicted, Predictor
from garboard.baseimage.requested import asked
from garboard.baseimage.scoring import Candidate, Today, Weighing, candidates
from garboard.baseimage.tags import parse as parse_tag
from garboard.baseimage.tags import program
from garboard.database.read import FACTS
from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import base_of, bases, lineage, reaching, scoped_lineage
from garboard.dockerfile.variables import PlatformArguments, Scope
from garboard.image import reference as references
from garboard.model.advisory import CveFacts, FeedState, Hit, Lookup
from garboard.model.attribution import Attribution, Origin
from garboard.model.dockerfile import Dockerfile, DockerfileError, Instruction, PackageRequest, Unknown
from garboard.model.errors import GarboardError
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.image import Image, Platform, Reference
from garboard.model.lifecycle import Lifecycles, Lifespan, State
from garboard.model.package import SYSTEM_TYPES, Inventory, Package
from garboard.model.recommendation import Group, Recommendation, Row, Verdict
from garboard.patterns import lazy
from garboard.shellcommands.install_requests import requests
from garboard.shellcommands.removals import removals
from garboard.shellcommands.upgrades import may_upgrade
from garboard.workflows.judge import Supply, judge

if TYPE_CHECKING:
    from garboard.model.baseimage import Approval, Catalog
    from garboard.model.report import Report

Indexes = Callable[[Inventory], Available | None]
"""Returns the index of packages of a base's release, by name; None if there is none."""
_ABOUT_KEPT = 20
_ENVIRONMENT: Final = lazy(r"\b(?:-m[ \t]+venv|virtualenv|pyvenv)\b")
_SYSTEM_PIP: Final = lazy(
    r"(?:python3? -m )?pip3? install(?!.*(?:--break-system-packages|--target|--prefix|--root|-t |--user))"
)
_MAY_BREAK: Final = lazy(r"PIP_BREAK_SYSTEM_PACKAGES|PIP_TARGET|EXTERNALLY-MANAGED|/bin:\$PATH|venv")
_PYPI: Final = ecosystems.OF_PROGRAM["pip"].type
SCRATCH = "scratch"
_COMPARED: Final = frozenset(("beaten", "larger"))
"""Objections to what can be compared all the same."""
DETAILED = 3
"""Rows of each group that `Wish.details` applies to."""


class RecommendData(Lookup, Lifecycles, Protocol):
    """What is asked of the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the user wants of a recommendation.

    Attributes:
        include: codes of objections to pass over (see `grouping.WORDS`).
        approved_only: whether only approved bases may be recommended.
        everything: whether bases that are not recommended are counted too.
        details: whether the best rows of each group have every finding that would remain, go or come.
        best_only: whether nothing but these rows is kept.
        detail: the reference, tag or digest of one more row that has them.
    """

    include: frozenset[str] = frozenset()
    approved_only: bool = False
    everything: bool = False
    details: bool = False
    best_only: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a better base is needed for: an image that was scanned, or only a Dockerfile.

    ``base`` is the base's reference as the Dockerfile, the user or a label names it; ``platform`` is the image's.
    """

    base: str = ""
    platform: Platform = field(default_factory=Platform)
    image: Image | None = None
    inventory: Inventory | None = None
    findings: tuple[Finding, ...] = ()
    attribution: Attribution | None = None
    dockerfile: Dockerfile | None = None
    target: str = ""
    build_args: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def subject_of(
    report: Report,
    dockerfile: Dockerfile | None = None,
    target: str = "",
    build_args: Mapping[str, str] = MappingProxyType({}),
) -> Subject:
    """The subject of a scan, with the Dockerfile that the image was built from, if known."""
    named = report.base_image or (report.attribution.base.name if report.attribution else "")
    return Subject(
        base=named,
        platform=report.image.platform,
        image=report.image,
        inventory=report.inventory,
        findings=report.findings,
        attribution=report.attribution,
        dockerfile=dockerfile,
        target=target,
        build_args=PlatformArguments(build_args, report.image.platform, target),
    )


def recommend(
    subject: Subject,
    catalog: Catalog,
    database: RecommendData,
    now: dt.datetime,
    wish: Wish | None = None,
    *,
    supply: Supply | None = None,
    indexes: Indexes = lambda _base: None,
) -> Recommendation:
    """Compare the base in use with those that could replace it, as of ``now``.

    ``indexes`` say which packages can be installed on a base. What cannot be known is a gap of the result.
    """
    found = find(subject.image, reference_of(subject.base), catalog, subject.platform, now)
    if isinstance(found, Gap):
        ended = ended_lines(subject, database, now)
        if subject.base == SCRATCH:
            how = "built FROM scratch: there is no base to better"
            return Recommendation(wanted=SCRATCH, how=how, created=now, gaps=ended)
        return Recommendation(
            wanted=subject.base, created=now, gaps=(_of_edited(subject) or _of_from(subject) or found, *ended)
        )
    return _Recommending(subject, catalog, database, now, wish or Wish(), found, supply or Supply(), indexes).result()


def ended_lines(subject: Subject, lifecycles: Lifecycles, now: dt.datetime) -> tuple[Gap, ...]:
    """Gaps for what a base that no catalog has is made of and nobody maintains: by its name, and by the image itself."""
    reference = reference_of(subject.base)
    repository, tag = (wanted_repository(reference), reference.tag) if reference else ("", "")
    named = parse_tag(repository, tag)
    distro = stated_distro((named,))
    if subject.inventory is not None and subject.inventory.distro is not None:
        distro = f"{subject.inventory.distro.id} {subject.inventory.distro.version}"
    spans = Lifetimes(lifecycles, now).of(named.repository, named.version, distro)
    return _of_ended(subject.base or "base image", (one for one in spans if one.state is State.ENDED))


def _of_ended(subject: str, spans: Iterable[Lifespan]) -> tuple[Gap, ...]:
    """What the end of life of a base's contents means, which no count of its vulnerabilities shows."""
    reason = "what is found in it from then on is not fixed, and may not be in the data at all"
    return tuple(
        Gap(stage="recommend", subject=subject, reason=f"{ended(one)}: {reason}", support=True) for one in spans
    )


def _of_edited(subject: Subject) -> Gap | None:
    """That FROM was edited since the image was built: what is better than its old base is not what is asked for."""
    base = subject.attribution.base if subject.attribution else None
    if base is None or not base.edited:
        return None
    reason = f"your Dockerfile now says FROM {base.stated}: rebuild first, or ask with -f and without the image"
    return Gap(stage="recommend", subject="FROM", reason=reason)


def _of_from(subject: Subject) -> Gap | None:
    """Why the Dockerfile does not name the base; None if it does, or if there is no Dockerfile."""
    if subject.base or subject.dockerfile is None:
        return None
    stage = lineage(subject.dockerfile, subject.target, subject.build_args)[0]
    base = base_of(subject.dockerfile, stage, subject.build_args)
    if not isinstance(base, Unknown):
        return None
    missing = " ".join(f"--build-arg {name}=…" for name in base.variables)
    reason = f"FROM names a variable without a value: {missing}" if missing else f"FROM cannot be known: {base.reason}"
    return Gap(stage="recommend", subject="base image", reason=reason)


def reference_of(text: str) -> Reference | None:
    """The parsed reference; None if there is no image or the text is not a reference."""
    if not text or text == SCRATCH:
        return None
    try:
        return references.parse(text)
    except GarboardError:
        return None


class _Recommending:
    """One run of `recommend`, with the base in use known."""

    def __init__(
        self,
        subject: Subject,
        catalog: Catalog,
        database: RecommendData,
        now: dt.datetime,
        wish: Wish,
        found: CurrentBase,
        supply: Supply,
        indexes: Indexes,
    ) -> None:
        self._subject = subject
        self._catalog = catalog
        self._database = database
        self._now = now
        self._wish = wish
        self._found = found
        self._supply = supply
        self._indexes = indexes
        self._gaps: list[Gap] = []

    def result(self) -> Recommendation:
        """The complete recommendation."""
        use, wish = self._found.use, self._wish
        self._gaps += self._supply.lifecycles()
        lifetimes = Lifetimes(self._database, self._now)
        if not lifetimes.known() and not self._gaps:
            self._gap("endoflife", "how long distributions and runtimes are maintained is not known")
        approvals = self._catalog.approvals()
        found = choices(self._catalog, use.choice.repository, self._subject.platform)
        every = candidates(use, found, lifetimes, approvals, self._now, wish.include, outdated=self._found.outdated)
        edited = _of_edited(self._subject)
        if edited is not None:
            every = ()
        others = [one for one in every if base_key(one) != use.choice.image.key]
        if wish.approved_only:
            every = tuple(one for one in every if one.approved)
        chosen = [one for one in every if wish.everything or {each.code for each in one.objections} <= _COMPARED]
        keys = [use.choice.image.key, *(one.choice.image.key for one in chosen)]
        inventories = self._catalog.inventories(keys)
        predictor = self._predictor(inventories.get(use.choice.image.key))
        predicted = self._predicted(predictor, chosen, inventories)
        today = self._today()
        weighing = Weighing(
            use,
            inventories,
            self._judged(inventories, predicted),
            lifetimes,
            today,
            wish.include,
            _breakable(self._subject),
            tuple(_companions(self._subject, use.choice.name)),
        )
        rows = self._rows(weighing, chosen, predicted)
        base = weighing.in_use(approved(use.choice, approvals, self._now))
        self._gaps += _of_ended(base.reference, base.ended)
        return Recommendation(
            verdict=self._verdict(base, rows, edited.reason if edited else self._lonely(others, approvals)),
            base=base,
            wanted=self._subject.base,
            how=self._found.how,
            yours=issue_counts.counts(today.issues) if today else None,
            rows=self._kept(rows),
            compared=sum(_is_comparable(row, base) for row in rows),
            passed_over=sum(bool(one.objections) for one in every),
            created=self._now,
            data_date=self._data_date(),
            gaps=tuple(dict.fromkeys(self._gaps)),
        )

    def _gap(self, subject: str, reason: str) -> None:
        self._gaps.append(Gap(stage="recommend", subject=subject, reason=reason))

    def _today(self) -> Today | None:
        if self._subject.inventory is None:
            return None
        return Today(findings=self._subject.findings, issues=issue_counts.of_scan(self._subject.findings))

    def _predictor(self, base: Inventory | None) -> Predictor | None:
        """The predictor; None if your packages are not known: then only bases are compared."""
        subject = self._subject
        if subject.inventory is None:
            return None
        name = self._found.use.choice.reference(self._found.use.choice.tags[0][0].tag)
        if base is None:
            self._gap(name, "the catalog does not have its packages, so which are yours is not known")
            return None
        yours = self._yours(subject.inventory, base)
        if yours is None:
            self._gap(name, "which packages are yours and which the base's is not known, so only bases are compared")
            return None
        return Predictor(yours)

    def _yours(self, inventory: Inventory, base: Inventory) -> Yours | None:
        own = len(self._found.use.choice.image.image.layers) if self._found.exact else 0
        return delta.take_apart(
            inventory, base, self._subject.attribution, asked_of(self._subject, own), exact=self._found.exact
        )

    def _predicted(
        self, predictor: Predictor | None, chosen: Iterable[Candidate], inventories: Mapping[str, Inventory]
    ) -> dict[str, Predicted]:
        if predictor is None:
            return {}
        bases = {key: inventories[key] for key in map(base_key, chosen) if key in inventories}
        found = {}
        for key, base in sorted(bases.items(), key=lambda one: _release(one[1])):  # an index is large: one at a time
            found[key] = predictor.upon(base, self._indexes(base) if predictor.asks else None)
        return found

    def _judged(self, inventories: Mapping[str, Inventory], predicted: Mapping[str, Predicted]) -> Figures:
        """All packages of all bases and predictions, each judged once."""
        sets: list[Iterable[Package]] = [one.packages for one in inventories.values()]
        packages = issue_counts.distinct([*sets, *(one.packages for one in predicted.values())])
        judgment = judge(Inventory(packages=packages), _Remembering(self._database), self._supply)
        self._gaps += judgment.no_advisories
        self._about(judgment.not_matched)
        self._gaps += judgment.no_facts
        ecosystems = {one.ecosystem for one in packages}
        uncovered = {one for one in ecosystems | {""} if not (one and self._database.covers(one))}
        inventory = self._subject.inventory
        return Figures(judgment.findings, uncovered, {one.ecosystem for one in inventory.packages} if inventory else ())

    def _about(self, gaps: tuple[Gap, ...]) -> None:
        """What could not be judged among the candidates, shortened: it may concern hundreds of images."""
        self._gaps += gaps[:_ABOUT_KEPT]
        if len(gaps) > _ABOUT_KEPT:
            self._gap("other bases", f"{len(gaps) - _ABOUT_KEPT} more things could not be compared")

    def _rows(
        self, weighing: Weighing, chosen: Iterable[Candidate], predicted: Mapping[str, Predicted]
    ) -> tuple[Row, ...]:
        placed = []
        for one in chosen:
            row = weighing.row(one, predicted.get(base_key(one)))
            placed.append((ranking.place(row, weighing.distance(one)), row, one))
        placed.sort(key=lambda each: each[0])
        if not self._wish.include:  # what was asked for is shown, whatever is nearer
            nearest = ranking.beaten([row for _, row, _ in placed])
            placed = [(key, row, one) for (key, _, one), row in zip(placed, nearest, strict=True)]
        rows = []
        detailed: Counter[Group] = Counter()
        for _, row, one in placed:
            upon = predicted.get(base_key(one))
            recommended = row.better and not row.objections
            detailed[one.group] += recommended
            best = recommended and detailed[one.group] <= DETAILED
            wanted = (best and self._wish.details) or row.is_called(self._wish.detail)
            rows.append(weighing.detailed(row, upon) if wanted and upon is not None else row)
        return tuple(rows)

    def _kept(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """All rows, or the best of each group."""
        if not self._wish.best_only:
            return rows
        good = [row for row in rows if row.better and not row.objections]
        return tuple(row for group in Group for row in [one for one in good if one.group is group][:DETAILED])

    def _lonely(self, others: Sequence[Candidate], approvals: Sequence[Approval]) -> str:
        """Why there is nothing to compare the base in use with; empty if there is something."""
        if not others:
            return "the catalog has no other image of its kind to compare it with; garboard catalog sync"
        if not self._wish.approved_only:
            return ""
        if not any(one.holds(self._now) for one in approvals):
            return "nothing is approved, so no base may be recommended; garboard catalog approve"
        allowed = [one for one in others if one.approved]
        if not allowed:
            return "no other approved base of its kind is in the catalog"
        against = {each.code for one in allowed for each in one.objections}
        if all({each.code for each in one.objections} - _COMPARED for one in allowed):
            return f"no approved base may be recommended ({', '.join(sorted(against))}): --all tells why"
        return ""

    def _verdict(self, base: Row, rows: tuple[Row, ...], lonely: str) -> Verdict:
        """The verdict; what was not compared is always reported. ``lonely``: why there is nothing to compare with."""
        self._left_out(rows)
        if any(row.better and not row.objections for row in rows):
            return Verdict.BETTER
        reason = self._not_best(base, rows, lonely)
        if reason:
            self._gap(base.reference, reason)
        return Verdict.UNKNOWN if reason or base.ended else Verdict.BEST

    def _not_best(self, base: Row, rows: tuple[Row, ...], lonely: str) -> str:
        """Why the base in use cannot be told to be the best; empty if it can, or if its end of life says it already."""
        if base.counts is None or not base.judged:
            return "its own packages could not be judged, so nothing can be compared with it"
        if lonely or base.ended:
            return lonely
        comparable = [row for row in rows if _is_comparable(row, base)]
        if any(row.better for row in comparable):
            return "only the full image has fewer issues: --include larger"
        return "" if comparable else "no other image of its kind could be compared with it: --all tells why"

    def _data_date(self) -> str:
        """The day of the oldest data that were compared with; empty if none states it."""
        states = (one for one in self._database.used() if one.shard.partition(":")[0] not in FACTS)
        return min((day for one in states if (day := (one.data_date or one.fetched)[:10])), default="")

    def _left_out(self, rows: tuple[Row, ...]) -> None:
        """Report how many bases could not be compared although nothing else speaks against them."""
        partly = sum({one.code for one in row.objections} == {"incomplete"} for row in rows)
        if partly:
            self._gap(
                "other bases", f"{partly} bases could not be compared: not all of their packages are known (--all)"
            )
        unjudged = sum(not row.judged for row in rows if not row.objections)
        if unjudged:
            self._gap(
                "other bases", f"{unjudged} bases could not be judged: their packages or data of them are missing"
            )


class _Remembering:
    """A database that is asked for each name once: many versions of a package are judged by the same advisories."""

    def __init__(self, database: Lookup) -> None:
        self._database = database
        self._hits: dict[tuple[str, str], tuple[Hit, ...]] = {}

    def covers(self, ecosystem: str) -> bool:
        return self._database.covers(ecosystem)

    def hits(self, ecosystem: str, package: str) -> tuple[Hit, ...]:
        found = self._hits.get((ecosystem, package))
        if found is None:
            found = self._hits[ecosystem, package] = tuple(self._database.hits(ecosystem, package))
        return found

    def names(self, ecosystem: str) -> Iterable[str]:
        return self._database.names(ecosystem)

    def facts(self, cves: Iterable[str]) -> dict[str, CveFacts]:
        return self._database.facts(cves)

    def begin(self) -> None:
        self._database.begin()

    def used(self) -> tuple[FeedState, ...]:
        return self._database.used()


def _is_comparable(row: Row, base: Row) -> bool:
    """Whether the base in use was compared with it: it is another one, judged, and nothing speaks against it."""
    against = {one.code for one in row.objections} - _COMPARED
    return row.key != base.key and row.judged and row.counts is not None and not against


def _release(base: Inventory) -> tuple[str, str, str]:
    return (base.distro.id, base.distro.version, base.distro.ecosystem) if base.distro else ("", "", "")


def base_key(one: Candidate) -> str:
    """The catalog's key of a candidate's image."""
    return one.choice.image.key


def asked_of(subject: Subject, layers: int) -> Requested:
    """What your lines ask the package manager for, by the Dockerfile or the history above the base's ``layers``."""
    lines = tuple(_lines(subject, layers))
    wanted = [request for instruction, scope in lines for request in requests(instruction, scope)]
    kinds = {program: one.type for program, one in ecosystems.OF_PROGRAM.items()}
    found = asked(wanted, kinds, upgrades=any(may_upgrade(instruction.original) for instruction, _ in lines))
    made = any(_ENVIRONMENT().search(instruction.original) for instruction, _ in lines)
    tools = frozenset(one.name for one in wanted if isinstance(one, PackageRequest) and kinds.get(one.manager) == _PYPI)
    return dataclasses.replace(found, environments=made, tools=tools)


def _breakable(subject: Subject) -> Lines:
    """What your lines do that not every base allows; only a Dockerfile tells it."""
    if subject.dockerfile is None:
        return Lines()
    lines = tuple(_lines(subject, 0))
    wanted = [
        one
        for instruction, scope in lines
        for one in requests(instruction, scope)
        if isinstance(one, PackageRequest) and not one.conditional
    ]
    system = [one for one in wanted if one.ecosystem in SYSTEM_TYPES]
    pips = (one.command for one in wanted if one.ecosystem == _PYPI and _SYSTEM_PIP().match(one.command))
    sets = any(_MAY_BREAK().search(instruction.original) for instruction, _ in lines)
    return Lines(
        removals=tuple(one for instruction, scope in lines for one in removals(instruction, scope)),
        pins=tuple(dict.fromkeys((one.name.partition(":")[0], one.version) for one in system if one.version)),
        installs=frozenset(one.name.partition(":")[0] for one in system),
        pip="" if sets else next(pips, ""),
        ran=subject.image is not None,
    )


def _companions(subject: Subject, name: str) -> Iterator[str]:
    """The FROMs of other stages that the build copies from and that start from an image of the same program."""
    if subject.dockerfile is None:
        return
    arguments = (subject.dockerfile, subject.target, subject.build_args)
    own = {one.index for one in lineage(*arguments)}
    found = bases(subject.dockerfile, subject.build_args)
    for stage in reaching(*arguments):
        base = found[stage.index]
        reference = reference_of(base) if isinstance(base, str) and stage.index not in own else None
        if reference is not None and program(wanted_repository(reference)) == name:
            yield f"line {stage.origin.span.line} ({' '.join(stage.origin.original.split())})"


def _lines(subject: Subject, layers: int) -> Iterator[tuple[Instruction, Scope]]:
    """Your instructions, each with the variables that are in force before it."""
    if subject.dockerfile is not None:
        for instruction, scope in scoped_lineage(subject.dockerfile, subject.target, subject.build_args):
            yield instruction, scope.copy()
        return
    for layer in subject.attribution.layers if subject.attribution else ():
        if layer.index >= layers and layer.origin is not Origin.BASE and layer.created_by.startswith("RUN "):
            try:
                parsed = parse(f"FROM scratch\n{layer.created_by}\n".encode())
            except DockerfileError:
                continue
            yield from ((one, Scope(is_open=True)) for one in parsed.stages[0].instructions)
