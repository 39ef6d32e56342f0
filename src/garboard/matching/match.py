"""Matches every package against everything the database says about it. Pure: the database is an argument."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from garboard import ecosystems
from garboard.matching.advisory_names import advised, by_an_unknown_source
from garboard.matching.aliases import identities, linked, preferred
from garboard.matching.linked_functions import evidence
from garboard.matching.modules import NOT_STATED, Builds
from garboard.matching.partial_names import PartialNames
from garboard.matching.ranges import Judged, describe, judge, key, moves
from garboard.matching.severity import assess
from garboard.matching.streams import streams_of
from garboard.matching.subscriptions import concerning as concerning_build
from garboard.model.advisory import Advisory, Hit, Lookup, Rating, Status
from garboard.model.base import Value
from garboard.model.ecosystem import AdvisedName
from garboard.model.finding import Finding, Vulnerability
from garboard.model.gap import Gap, some
from garboard.model.package import NAMED_RUNTIMES, SOFTWARE, SYSTEM_TYPES, Inventory, Package

_STATUS_ORDER: Final = (
    Status.FIXED,
    Status.AFFECTED,
    Status.SUBSCRIBERS,
    Status.DEFERRED,
    Status.WILL_NOT_FIX,
    Status.END_OF_LIFE,
    Status.UNDETERMINED,
)
_NAMED_IN_A_GAP: Final = 5
_WITHOUT_DATA: Final = {
    "CentOS": ": its publisher has none, and Red Hat's are about builds of other times",
    "CentOS Stream": ": Red Hat publishes none of it, and its builds come before those of Enterprise Linux",
}
"""Why nobody has data of a distribution."""


class Matched(Value):
    """Findings before enrichment, how many packages were judged, which could not be, and why."""

    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    judged: int = 0
    unjudged: tuple[Package, ...] = ()


class _Positive(NamedTuple):
    """A matching hit, under the identifiers of one vulnerability."""

    ids: tuple[str, ...]
    hit: Hit
    fixed: str


def match(inventory: Inventory, database: Lookup) -> Matched:
    """All findings, in the inventory's order.

    The image's own application is not judged (where data know a program's by its name, that is told), nor is a package that
    a package of the distribution owns: the distribution's data speak of that one, and of the fixes that it took over from
    later versions.
    """
    return _Match(database).run(inventory)


class _Match:
    def __init__(self, database: Lookup) -> None:
        self._database = database
        self._findings: list[Finding] = []
        self._unknown: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._uncovered: dict[str, list[str]] = defaultdict(list)
        self._sourceless: dict[str, list[str]] = defaultdict(list)
        self._undetermined: dict[str, list[str]] = defaultdict(list)
        self._for_fips: list[str] = []
        self._moving: list[str] = []
        self._partial = PartialNames(database)
        self._ambiguous: dict[str, str] = {}
        self._covered: dict[str, bool] = {}
        self._foreign: list[Package] = []
        self._built: list[Package] = []
        self._named: list[Package] = []
        self._judged = 0
        self._unjudged: list[Package] = []
        self._streams: tuple[str, ...] = ()

    def run(self, inventory: Inventory) -> Matched:
        self._streams = streams_of(inventory.distro, self._database)
        owners = {package.purl: package for package in inventory.packages if package.type in SYSTEM_TYPES}
        places = {package.id: package for package in inventory.packages if not package.owner}
        for package in inventory.packages:
            same = places.get(package.same_as) if package.same_as else None
            if same is not None and self._covers(same.ecosystem):
                continue
            if package.owner and self._answers(owners.get(package.owner), package):
                continue
            if package.application:
                self._own(package)
                continue
            if package.only_named:
                self._named.append(package)
                continue
            if not self._covers(package.ecosystem):
                self._uncovered[_kind(package)].append(package.display_name)
                self._unjudged.append(package)
                if self._is_known(package):  # to a source that does not cover its ecosystem
                    self._package(package)
            else:
                self._one(package)
        return Matched(
            findings=tuple(self._findings),
            gaps=tuple(self._gaps()),
            judged=self._judged,
            unjudged=tuple(self._unjudged),
        )

    def _answers(self, owner: Package | None, package: Package) -> bool:
        """Whether the distribution's data on its owner are about a package: they are if it published the owner."""
        if owner is None:
            return True
        known = ecosystems.published(owner, package.locations[0].file if package.locations else "")
        return known if known is not None else not self._covers(owner.ecosystem) or self._is_known(owner)

    def _one(self, package: Package) -> None:
        """Judge a package; a stranger's of which nothing was found was not: its versions are not the distribution's."""
        before = len(self._findings)
        if not self._package(package):
            self._unjudged.append(package)
        elif len(self._findings) == before and ecosystems.published(package) is False:
            self._foreign.append(package)
            self._unjudged.append(package)
        else:
            self._judged += 1

    def _own(self, package: Package) -> None:
        """Tell that a program that was built in a folder may be one that the data know."""
        built = ecosystems.of(package.type).built_in_a_folder and not package.declared
        if built and self._covers(package.ecosystem) and self._is_known(package):
            self._built.append(package)
            self._unjudged.append(package)

    def _is_known(self, package: Package) -> bool:
        """Whether there is any record of it."""
        return any(next(iter(self._database.hits(package.ecosystem, one.name)), None) for one in advised(package))

    def _covers(self, ecosystem: str) -> bool:
        if ecosystem not in self._covered:
            self._covered[ecosystem] = bool(ecosystem) and self._database.covers(ecosystem)
        return self._covered[ecosystem]

    def _package(self, package: Package) -> bool:
        """Judge one package; False if its version could not be compared with anything."""
        positives: list[_Positive] = []
        advisories: list[Advisory] = []
        compared = unknown = 0
        lacking = False
        questions = advised(package)
        try:
            names = self._partial.of(package)
        except ValueError as error:
            self._ambiguous[package.display_name] = str(error)
            return False
        if names is not None:
            questions = tuple(AdvisedName(name, package.version) for name in names)
        answered: set[str] = set()
        for question in questions:
            hits = concerning_build(
                self._database.hits(package.ecosystem, question.name), question.version, self._streams
            )
            advisories += [hit.advisory for hit in hits]
            builds = Builds(package, question.version, hits)
            lacking = lacking or builds.lack_fixes
            concerning = [hit for hit in hits if builds.concern(hit)]
            if question.only_else:
                concerning = [hit for hit in concerning if hit.advisory.id not in answered]
            answered |= {hit.advisory.id for hit in concerning}
            for hit in concerning:
                reason = "" if builds.are_fixed_by(hit) else self._judge(package, question, hit, builds, positives)
                unknown += bool(reason)
                compared += not reason
        self._findings += _fold(package, positives, advisories)
        if lacking:
            self._for_fips.append(package.display_name)
            return False
        if not compared and not unknown and moves(package.scheme, package.version):
            self._moving.append(f"{package.display_name} {package.version}")
            return False
        if not compared and by_an_unknown_source(package):
            self._sourceless[package.ecosystem].append(package.display_name)
            return False
        return bool(compared or not unknown)

    def _judge(
        self, package: Package, question: AdvisedName, hit: Hit, builds: Builds, positives: list[_Positive]
    ) -> str:
        judged = judge(hit.affected, question.version)
        if judged.affected and not builds.certain(hit):
            judged = Judged(affected=False, unknown=NOT_STATED)
        if judged.unknown:
            self._unknown[f"{package.display_name} {question.version}", judged.unknown].append(hit.advisory.id)
            return judged.unknown
        if not judged.affected:
            return ""
        if hit.affected.status is Status.UNDETERMINED:
            self._undetermined[hit.advisory.id].append(package.display_name)
            return ""
        positives += [_Positive(ids, hit, judged.fixed) for ids in identities(hit.advisory)]
        return ""

    def _gaps(self) -> Iterator[Gap]:
        for ecosystem, names in self._uncovered.items():
            yield _naming(ecosystem, f"{_no_data(ecosystem)}, so {_packages(len(names))} could not be judged", names)
        for ecosystem, names in self._sourceless.items():
            reason = f"its advisories list source packages, and the SBOM does not name those of {_packages(len(names))}"
            yield _naming(ecosystem, reason, names)
        for name, reason in self._ambiguous.items():
            yield Gap(stage="match", subject=name, reason=f"{reason}: it was not judged")
        yield from self._not_compared()
        for one in self._built:
            reason = "the data know issues of it, and which version it was built of is not stated: it was not judged"
            yield Gap(stage="match", subject=one.display_name, reason=reason)
        for (subject, reason), ids in self._unknown.items():
            named = some(ids, _NAMED_IN_A_GAP)
            yield Gap(stage="match", subject=subject, reason=f"{reason}; not compared with {named}", names=named.names)
        if self._undetermined:
            affected = some(self._undetermined, _NAMED_IN_A_GAP)
            names = sorted({name for names in self._undetermined.values() for name in names})
            gap = _naming(affected.text, "the distribution has not yet determined whether these affect it", names)
            yield msgspec.structs.replace(gap, subjects=affected.names)

    def _not_compared(self) -> Iterator[Gap]:
        """A gap for each reason why packages were not compared with what the data have."""
        foreign = [package.display_name for package in self._foreign]
        for reason, names in (
            ("built for FIPS 140, and the data name fixes of other builds only", self._for_fips),
            ("of branches, with which no version can be compared: they were not judged", self._moving),
            ("not published by the distribution, whose data say nothing of them", foreign),
        ):
            if names:
                yield _naming(_packages(len(names)), reason, names)
        if self._named:
            reason = "which builds of these run is not known: their vulnerabilities were not looked up"
            yield _naming(NAMED_RUNTIMES, reason, sorted({f"{one.name} {one.version}" for one in self._named}))


def _naming(subject: str, reason: str, names: Iterable[str]) -> Gap:
    """A gap that ends with names."""
    named = some(names, _NAMED_IN_A_GAP)
    return Gap(stage="match", subject=subject, reason=f"{reason}: {named}", names=named.names)


def _kind(package: Package) -> str:
    """What a gap calls the packages that have no data: their ecosystem, or their type; software is of one kind."""
    family, _, _ = package.ecosystem.partition(":")
    return family if family == SOFTWARE else package.ecosystem or f"({package.type})"


def _no_data(ecosystem: str) -> str:
    if not ecosystem.startswith("("):
        return f"the database has no data of it{_WITHOUT_DATA.get(ecosystem.partition(':')[0], '')}"
    system = ecosystem.strip("()") in SYSTEM_TYPES
    return "no distribution of theirs is known" if system else "no advisories are read for packages of this kind"


def _packages(count: int) -> str:
    return f"{count} package{'s' if count != 1 else ''}"


def _fold(package: Package, positives: list[_Positive], advisories: Sequence[Advisory]) -> list[Finding]:
    """One finding for each vulnerability, however many records name it.

    ``advisories`` are all that there are on the package: one that does not apply to its version may still tell that
    two names are of one vulnerability.
    """
    if not positives:
        return []
    groups, linking = linked(advisories)
    folded: dict[object, list[_Positive]] = defaultdict(list)
    for positive in positives:
        folded[groups.root(positive.ids[0])].append(positive)
    more: dict[object, list[str]] = defaultdict(list)
    for name in linking:
        more[groups.root(name)].append(name)
    return [_finding(package, group, more[root]) for root, group in folded.items()]


def _finding(package: Package, group: list[_Positive], linking: Sequence[str] = ()) -> Finding:
    hits = [positive.hit for positive in group]
    names = list(dict.fromkeys((*(name for positive in group for name in positive.ids), *linking)))
    fixes = list(dict.fromkeys(positive.fixed for positive in group if positive.fixed))
    status = min((hit.affected.status for hit in hits), key=_STATUS_ORDER.index)
    if fixes:
        status = Status.FIXED
    elif status is Status.FIXED:
        status = Status.AFFECTED
    first = hits[0]
    nearest = _nearest(hits, fixes)
    return Finding(
        vulnerability=_vulnerability(names, hits),
        package=package,
        status=status,
        fixed_in=nearest,
        fix_known=min(filter(None, map(_last_changed, (one for one in group if one.fixed == nearest))), default=""),
        all_fixed_in=tuple(fixes),
        ranges=tuple(dict.fromkeys(text for hit in hits for text in describe(hit.affected))),
        matched_by=f"{first.affected.ecosystem} {first.affected.package}",
        feed=first.advisory.feed,
        more_feeds=tuple(dict.fromkeys(hit.advisory.feed for hit in hits))[1:],
        note=next((hit.affected.note for hit in hits if hit.affected.note), "") or evidence(package, hits),
    )


def _last_changed(positive: _Positive) -> str:
    """When what a record says was known at the latest; empty if it names no fix, or no day that can be right."""
    advisory = positive.hit.advisory
    changed = advisory.modified or advisory.published
    return changed if positive.fixed and changed >= advisory.published else ""


def _nearest(hits: Sequence[Hit], fixes: list[str]) -> str:
    """The version that satisfies every record: the highest of several fixes, and past what any says of that one."""
    nearest = _highest(hits[0].affected.scheme, fixes)
    for _ in hits[1:]:
        later = [judged.fixed for hit in hits if nearest and (judged := judge(hit.affected, nearest)).fixed]
        if not later:
            break
        nearest = _highest(hits[0].affected.scheme, later)
    return nearest


def _highest(scheme: str, fixes: list[str]) -> str:
    return max(fixes, key=lambda fix: key(scheme, fix)) if len(fixes) > 1 else "".join(fixes)


def _vulnerability(names: list[str], hits: list[Hit]) -> Vulnerability:
    advisories = [hit.advisory for hit in hits]
    shown = preferred(names)
    own, ratings = ratings_of(hits)
    assessed = assess(own, ratings)
    details = next((advisory.details for advisory in advisories if advisory.details), "")
    return Vulnerability(
        id=shown,
        aliases=tuple(name for name in names if name != shown),
        advisories=tuple(dict.fromkeys(advisory.id for advisory in advisories)),
        title=next((advisory.summary for advisory in advisories if advisory.summary), ""),
        description=details,
        severity=assessed.severity,
        severity_source=assessed.source,
        ratings=tuple(dict.fromkeys((*own, *ratings))),
        cvss_score=assessed.cvss.score if assessed.cvss else None,
        cvss_vector=assessed.cvss.vector if assessed.cvss else "",
        cwes=tuple(dict.fromkeys(cwe for advisory in advisories for cwe in advisory.cwes)),
        references=tuple(dict.fromkeys(url for advisory in advisories for url in advisory.references)),
        published=min((a.published for a in advisories if a.published), default=""),
        modified=max((a.modified for a in advisories if a.modified), default=""),
        malicious=any(advisory.malicious for advisory in advisories),
    )


def ratings_of(hits: Iterable[Hit]) -> tuple[list[Rating], list[Rating]]:
    """(the package's own ratings, those of the whole records)."""
    hits = list(hits)
    own = [hit.affected.rating for hit in hits if hit.affected.rating is not None]
    return own, [rating for hit in hits for rating in hit.advisory.ratings]
