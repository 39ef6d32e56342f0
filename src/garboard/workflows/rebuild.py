"""What a rebuild would fix: whether a pull, a build without cache, or nothing available clears each finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard import ecosystems
from garboard import image as images
from garboard.actions.staying import Staying, Why
from garboard.image.options import Options
from garboard.matching import ranges
from garboard.model.advisory import Lookup
from garboard.model.attribution import Introduction, Origin, Place
from garboard.model.errors import GarboardError
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.image import Image
from garboard.model.mirror import Moved, Offer, Offers, Outcome, Prospect, Rebuild, UpgradeState
from garboard.model.package import SYSTEM_TYPES, Inventory, Package
from garboard.model.report import Report
from garboard.packages.pins import pinned
from garboard.shellcommands.upgrades import Doing, doings
from garboard.versions.invalid import InvalidVersion
from garboard.workflows.judge import judge

Take = Callable[[str], tuple[Image, Inventory]]
"""Returns an image and the packages it holds, given its reference."""
_SHOWN: Final = 1000
"""How many characters of a command a reason quotes."""


@dataclass(frozen=True, slots=True)
class NewerBase:
    """What the base image's tag names today, and the issues of that image: (vulnerability, package type, name).

    ``issues`` is None if they are not known. ``pinned`` is the place where a Dockerfile names the base by its digest.
    """

    moved: Moved = field(default_factory=Moved)
    issues: frozenset[tuple[str, str, str]] | None = None
    gaps: tuple[Gap, ...] = ()
    pinned: Place | None = None

    def clears(self, finding: Finding) -> bool:
        """Whether the newer image is free of the finding."""
        return bool(self.moved.moved) and self.issues is not None and _issue(finding) not in self.issues


def _issue(finding: Finding) -> tuple[str, str, str]:
    return finding.vulnerability.id, finding.package.type, finding.package.full_name


def _gap(subject: str, reason: str) -> Gap:
    return Gap(stage="rebuild", subject=subject, reason=reason)


def newer_base(
    report: Report, database: Lookup, options: Options, take: Take, *, instead: str = "", pinned: Place | None = None
) -> NewerBase:
    """Look the base image's tag up in its registry (or ``instead``, any reference), and judge what it names today.

    What cannot be looked up is a gap, never an error.
    """
    base = report.attribution.base if report.attribution else None
    name = (base.name if base else "") or report.base_image
    tag = name.partition("@")[0]
    if not instead and not tag:
        return NewerBase(
            gaps=(
                _gap(
                    "base image",
                    "its name is not known, so whether its tag has moved is not either: name it with -f or --base",
                ),
            )
        )
    if not instead and ":" not in tag.rpartition("/")[2] and "@" in name:
        return NewerBase(
            Moved(name=name), gaps=(_gap(name, "the base is named by digest alone: no tag can have moved"),)
        )
    reference = instead or f"registry:{tag.removeprefix('registry:')}"
    try:
        now = images.configuration(reference, options)
        below = [layer.diff_id for layer in report.image.layers]
        ours = [layer.diff_id for layer in now.layers]
        if ours and ours == below[: len(ours)] and (base is None or base.layers in {None, len(ours)}):
            return NewerBase(
                Moved(name=tag, moved=False, digest=now.manifest_digest, created=now.created), pinned=pinned
            )
        moved = Moved(name=tag, moved=True, digest=now.manifest_digest, created=now.created)
        return _judged(moved, take(reference)[1], database, pinned)
    except GarboardError as error:
        reason = f"whether the tag has moved is not known: {error.message}"
        return NewerBase(Moved(name=tag), gaps=(_gap(tag or instead, reason),), pinned=pinned)


def _judged(moved: Moved, inventory: Inventory, database: Lookup, pinned: Place | None) -> NewerBase:
    """The issues of the newer image; None if any of its packages has no data."""
    bare = sorted({p.ecosystem for p in inventory.packages if p.ecosystem and not database.covers(p.ecosystem)})
    if bare or not inventory.packages:
        what = f"there are no data of {', '.join(bare)}" if bare else "it has no package that is known to this program"
        return NewerBase(
            moved,
            gaps=(_gap(moved.name, f"the tag has moved, and what that fixes is not known: {what}"),),
            pinned=pinned,
        )
    findings = judge(inventory, database).findings
    return NewerBase(moved, frozenset(map(_issue, findings)), pinned=pinned)


class _Line(NamedTuple):
    """What one instruction does: its layer, its commands, its place."""

    layer: int
    doings: tuple[Doing, ...]
    place: Place | None

    @property
    def held_after_installing(self) -> Iterable[str]:
        """Packages that the instruction holds after one of its own commands has installed something."""
        installs = False
        for one in self.doings:
            installs = installs or bool(one.installs)
            yield from one.holds if installs else ()


@dataclass(frozen=True, slots=True)
class _Lines:
    """What the lines above the base do, as far as it matters for a rebuild."""

    lines: tuple[_Line, ...]
    """Lowest first."""
    by_id: Mapping[str, Package] = field(default_factory=lambda: MappingProxyType({}))
    _later: dict[int | None, frozenset[str]] = field(default_factory=dict)

    def upgrading(self, package: Package) -> str:
        """The line that updates an installed package of the base, by a general upgrade or by name."""
        for line in self.lines:
            if any(package.type in one.upgrades for one in line.doings):
                return f"a line upgrades all packages{_at(line.place)}"
            if any(package.name in one.installs.get(package.type, ()) for one in line.doings):
                return f"a line asks for it{_at(line.place)}"
        return ""

    def holding(self, package: Package) -> Place | None:
        """The place of the line that makes dpkg hold the package; None if no line does (the base may)."""
        found = (line for line in self.lines if any(package.name in one.holds for one in line.doings))
        first = next(found, None)
        return first.place if first else None

    def held_later(self, layer: int | None) -> frozenset[str]:
        """Packages that lines hold after a layer's packages are installed: a rebuild installs those before the hold."""
        if layer not in self._later:
            found: set[str] = set()
            for line in self.lines if layer is not None else ():
                if line.layer == layer:
                    found.update(line.held_after_installing)
                elif line.layer > (layer or 0):
                    found.update(*(one.holds for one in line.doings))
            self._later[layer] = frozenset(found)
        return self._later[layer]


def _at(place: Place | None) -> str:
    return f" ({place.file}:{place.line})" if place else ""


Released = Callable[[frozenset[str]], Offers]
"""Returns what the mirrors offer if dpkg holds all but these packages."""


def rebuild(
    report: Report, found: Offers, base: NewerBase, gaps: Sequence[Gap] = (), released: Released | None = None
) -> Rebuild:
    """Decide the outcome of every finding of a report from what the mirrors offer and what the base's tag names.

    ``released`` is called if a line of the Dockerfile holds packages that earlier lines install.
    """
    lines = _Lines(
        tuple(_Line(one.index, doings(one.text), one.place) for one in report.own_layers),
        {package.id: package for package in report.inventory.packages},
    )
    judge = _Judge(lines, base, found, released, Staying(report, asked=True))
    prospects = tuple(judge.prospect(finding) for finding in report.findings)
    return Rebuild(
        report=report,
        prospects=prospects,
        offers=found.offers,
        repositories=found.repositories,
        base=base.moved,
        gaps=tuple(dict.fromkeys((*report.gaps, *base.gaps, *found.gaps, *gaps, *_unsure(prospects)))),
    )


def _unsure(prospects: Iterable[Prospect]) -> Iterable[Gap]:
    """One gap for each reason why an outcome is not known."""
    counts: dict[str, int] = {}
    for one in prospects:
        if one.outcome is Outcome.UNKNOWN:
            counts[one.reason] = counts.get(one.reason, 0) + 1
    for reason, count in counts.items():
        yield _gap(f"{count} finding{'s' if count != 1 else ''}", reason)


_Offers = Mapping[tuple[str, str, str, str], Offer]


def _by_package(found: Offers) -> _Offers:
    return {(one.type, one.name, one.arch, one.installed): one for one in found.offers if one.installed}


class _Judge:
    def __init__(
        self, lines: _Lines, base: NewerBase, found: Offers, released: Released | None, staying: Staying
    ) -> None:
        self._staying = staying
        self._lines = lines
        self._base = base
        self._asked = bool(found.repositories)
        self._ask = released
        self._offers: dict[frozenset[str], _Offers] = {frozenset(): _by_package(found)}

    def _offer(self, package: Package, who: Introduction) -> Offer | None:
        """What the mirrors offer when a rebuild installs the package."""
        later = self._lines.held_later(who.layer) if who.origin is Origin.DOCKERFILE else frozenset()
        if later not in self._offers:
            self._offers[later] = _by_package(self._ask(later)) if self._ask else self._offers[frozenset()]
        return self._offers[later].get((package.type, package.name, package.arch, package.version))

    def prospect(self, finding: Finding) -> Prospect:
        """What would clear one finding."""
        who = finding.who
        if who.origin is Origin.BASE and self._base.clears(finding):
            if self._base.pinned:
                reason = (
                    f"the base is named by its digest; its tag {self._base.moved.name} has moved to an image without it"
                )
                return Prospect(finding=finding, outcome=Outcome.HELD, reason=reason, place=self._base.pinned)
            return Prospect(
                finding=finding, outcome=Outcome.PULL, reason=f"{self._base.moved.name} names a newer image"
            )
        if not finding.fixed_in:
            reason = finding.status.why_unfixed or "no fixed version is known"
            note = f" ({finding.note})" if finding.note else ""
            return Prospect(finding=finding, outcome=Outcome.NO_FIX, reason=reason + note)
        if finding.package.type not in SYSTEM_TYPES:
            return self._language(finding, who)
        return self._system(finding, who)

    def _language(self, finding: Finding, who: Introduction) -> Prospect:
        package = finding.package
        if who.copied_from:
            return _copied(finding, who)
        stay = self._staying.why(finding)
        if stay is not None:
            return Prospect(finding=finding, outcome=Outcome.HELD, reason=stay.reason, place=who.place)
        if pinned(package, who):
            return Prospect(
                finding=finding, outcome=Outcome.HELD, reason=f"`{_words(who)}` names the version", place=who.place
            )
        index = ecosystems.of(package.type).index or "its package index"
        reason = (
            f"a rebuild installs what the lines ask for; which version that is, only {index} knows, which was not asked"
        )
        if who.origin is Origin.BASE:
            reason = "they are language packages of the base image, which no package mirror speaks of"
        return Prospect(finding=finding, outcome=Outcome.UNKNOWN, reason=reason)

    def _system(self, finding: Finding, who: Introduction) -> Prospect:
        package = finding.package
        offer = self._offer(package, who)
        if offer is None or offer.standing is UpgradeState.ABSENT:
            reason = (
                "no mirror that the image names has the package" if self._asked else "no package mirror could be read"
            )
            return Prospect(finding=finding, outcome=Outcome.UNKNOWN, reason=reason)
        version = offer.source_version or offer.version if ecosystems.of(package.type).by_source else offer.version
        try:
            fixed = ranges.key(package.scheme, version) >= ranges.key(package.scheme, finding.fixed_in)
        except InvalidVersion as error:
            return Prospect(finding=finding, outcome=Outcome.UNKNOWN, reason=str(error))
        if not fixed:
            reason = f"the mirrors have {version}, and the fix is in {finding.fixed_in}"
            return Prospect(finding=finding, outcome=Outcome.UNPUBLISHED, version=offer.version, reason=reason)
        return self._published(finding, who, offer)

    def _published(self, finding: Finding, who: Introduction, offer: Offer) -> Prospect:
        package, version = finding.package, offer.version
        if offer.standing is not UpgradeState.UPGRADE:
            place = self._lines.holding(package) if offer.standing is UpgradeState.HELD else None
            return Prospect(finding=finding, outcome=Outcome.HELD, version=version, reason=offer.reason, place=place)
        if who.copied_from:
            return _copied(finding, who)
        pin = self._pin(package, who)
        if pin:
            return Prospect(finding=finding, outcome=Outcome.HELD, version=version, reason=pin, place=who.place)
        stay = self._staying.why(finding)
        if stay is not None and stay.why is not Why.HELD:
            return Prospect(finding=finding, outcome=Outcome.HELD, version=version, reason=stay.reason, place=who.place)
        return self._by_lines(finding, who, version)

    def _by_lines(self, finding: Finding, who: Introduction, version: str) -> Prospect:
        """The outcome for a version that is published, and that nothing keeps from being installed."""
        package = finding.package
        if who.origin is Origin.DOCKERFILE:
            reason = f"`{_words(who)}` names no version" if who.command else "its line names no version"
            return Prospect(finding=finding, outcome=Outcome.PUBLISHED, version=version, reason=reason, place=who.place)
        line = self._lines.upgrading(package)
        if line:
            return Prospect(finding=finding, outcome=Outcome.PUBLISHED, version=version, reason=line)
        whose = "it is the base image's" if who.origin is Origin.BASE else "whose it is, is not known"
        upgrades = ecosystems.commands(package.type).upgrades
        command = upgrades.command if upgrades else "an upgrade of all packages"
        reason = f"{whose}: only `{command}`, or a newer base, brings it"
        return Prospect(finding=finding, outcome=Outcome.BASE_BEHIND, version=version, reason=reason)

    def _pin(self, package: Package, who: Introduction) -> str:
        """Why a line of the Dockerfile keeps the version; empty if no line does."""
        if pinned(package, who):
            return f"`{_words(who)}` names the version"
        asked = next(
            (p for p in self._lines.by_id.values() if p.type == package.type and p.name == who.asked_for), None
        )
        if asked is not None and asked.name != package.name and asked.source == package.source and pinned(asked, who):
            return f"it comes with {asked.name}, whose version `{_words(who)}` names"
        return ""


def _copied(finding: Finding, who: Introduction) -> Prospect:
    reason = f"copied from {who.copied_from}: what a rebuild of that brings is not known here"
    return Prospect(finding=finding, outcome=Outcome.UNKNOWN, reason=reason, place=who.place)


def _words(who: Introduction) -> str:
    """The command, shortened for a message: a command from an image's own history may be of any size."""
    text = who.text
    return " ".join(text[:_SHOWN].split()) + (" …" if len(text) > _SHOWN else "")
