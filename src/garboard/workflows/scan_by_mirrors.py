"""A report without a vulnerability database, from what the newer packages of an image's own mirrors say they fix.

It reports only what an update would clear. It does not know issues without a fix, and the report says so.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from garboard.matching import trace
from garboard.model.advisory import FeedState, Status
from garboard.model.finding import Finding, Vulnerability
from garboard.model.gap import Gap
from garboard.model.mirror import FixNote, MirrorRepository, Offer, Offers, UpgradeState
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.model.timestamp import rfc3339
from garboard.repositories import KINDS
from garboard.workflows import query_mirrors
from garboard.workflows.query_mirrors import NEWER, Fetch
from garboard.workflows.scan import base_name, nothing_found

if TYPE_CHECKING:
    from garboard.workflows.attribute import Build, Whose
    from garboard.workflows.scan import Taken

MARK: Final = "fixable only"
"""Begins the title and the note of every finding of this kind."""
_KINDS: Final = MappingProxyType({kind.PURL_TYPE: kind for kind in KINDS})
_STANDS_IN_THE_WAY: Final = frozenset({UpgradeState.HELD, UpgradeState.PINNED, UpgradeState.KEPT_BACK})
_LISTED: Final = 10


class Fixable(NamedTuple):
    """The report, and the mirrors' offers for judging a rebuild."""

    report: Report
    offers: Offers


def fixable(taken: Taken, fetch: Fetch, now: dt.datetime, build: Build, attributed: Whose | None = None) -> Fixable:
    """Find what the mirrors that an image names would fix in it. ``now`` is the report's time.

    A mirror that cannot be used is a gap.

    Raises:
        GarboardError: no connection may be opened.
    """
    image = query_mirrors.installed(taken.image, taken.inventory, taken.files, now)
    found = query_mirrors.offers(image, fetch)
    more = query_mirrors.notes(found.offers, fetch)
    told = Offers(notes=(*found.notes, *more.notes), gaps=more.gaps)
    attribution = attributed.attribution if attributed else None
    findings = tuple(_findings(taken.inventory.packages, found, told))
    if attributed is not None:
        findings = attributed.of(findings)
    gaps = (
        *nothing_found(taken.image, taken.inventory),
        *taken.inventory.gaps,
        _only(found),
        *found.gaps,
        *query_mirrors.uncovered(found),
        *_other_kinds(taken.inventory.packages),
        *told.gaps,
        *(attribution.gaps if attribution else ()),
    )
    known = {_key(one) for one in found.offers if one.installed and one.standing is not UpgradeState.ABSENT}
    tested = [one for one in taken.inventory.packages if not one.owner and not one.application]
    unjudged = tuple(one for one in tested if (one.type, one.name, one.arch, one.version) not in known)
    report = Report(
        image=taken.image,
        inventory=taken.inventory,
        findings=trace(findings, taken.inventory.packages),
        gaps=tuple(dict.fromkeys(gaps)),
        feeds=tuple(_state(one, now) for one in found.repositories),
        judged=len(tested) - len(unjudged),
        unjudged=unjudged,
        updates_only=True,
        created=now,
        target_file=build.file_name,
        base_image=base_name(build.on(taken.image.platform).named_base, attribution),
        attribution=attribution,
    )
    return Fixable(report, found)


def _only(found: Offers) -> Gap:
    newer = [one for one in found.offers if one.installed and one.standing in NEWER]
    plain = sorted({one.source_name for one in newer if not one.security})
    reason = (
        f"{MARK}: no vulnerability database was asked, so what has no published fix is not known; "
        f"{len(newer)} package{'s have' if len(newer) != 1 else ' has'} a newer version in the mirrors"
    )
    if plain and len(plain) < len({one.source_name for one in newer}):
        reason += f", {', '.join(plain[:_LISTED])}{' …' if len(plain) > _LISTED else ''} not as a security update"
    return Gap(stage="mirrors", subject="--from-mirror", reason=reason)


def _other_kinds(packages: Iterable[Package]) -> Iterator[Gap]:
    """Gaps for language packages: a distribution's mirrors say nothing about them."""
    counts = Counter(p.type for p in packages if p.type not in _KINDS and not p.owner and not p.application)
    for kind, count in sorted(counts.items()):
        plural = "s are" if count != 1 else " is"
        reason = f"{count} package{plural} not in any package mirror of a distribution, so nothing is known of {'them' if count != 1 else 'it'}"
        yield Gap(stage="mirrors", subject=f"{kind} packages", reason=reason)


def _state(one: MirrorRepository, now: dt.datetime) -> FeedState:
    try:
        date = parsedate_to_datetime(one.date).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        date = one.date
    return FeedState(shard=one.name, url=one.url, fetched=rfc3339(now), data_date=date)


def _key(one: Offer) -> tuple[str, str, str, str]:
    """The installed package that an offer is for."""
    return one.type, one.name, one.arch, one.installed


def _findings(packages: Iterable[Package], found: Offers, told: Offers) -> list[Finding]:
    by_package = {_key(one): one for one in found.offers if one.standing in NEWER}
    notes: defaultdict[tuple[str, str], list[FixNote]] = defaultdict(list)
    for note in told.notes:
        notes[note.type, note.source].append(note)
    findings: list[Finding] = []
    for package in packages:
        offer = by_package.get((package.type, package.name, package.arch, package.version))
        if offer is None:
            continue
        mine = [n for n in notes[offer.type, offer.source_name] if not n.names or package.name in n.names]
        findings += [_finding(package, offer, note, cve) for note in mine for cve in note.cves]
        if offer.security and not any(note.cves for note in mine):
            findings.append(_unnamed(package, offer, next((note.advisory for note in mine if note.advisory), "")))
    return findings


def _finding(package: Package, offer: Offer, note: FixNote, cve: str) -> Finding:
    says = f"{MARK}, from {_KINDS[offer.type].PUBLISHED_IN}"
    text = note.text.removeprefix(cve).lstrip(" :,")
    vulnerability = Vulnerability(
        id=cve,
        advisories=(note.advisory,) if note.advisory else (),
        title=f"{says}: {text}" if text else says,
        published=note.date,
    )
    return _made(package, offer, vulnerability, note.fixed_in, says)


def _unnamed(package: Package, offer: Offer, advisory: str) -> Finding:
    """A security update that names no CVE still counts as one."""
    says = f"{MARK}, from {_KINDS[offer.type].PUBLISHED_IN}"
    vulnerability = Vulnerability(
        id=advisory or f"UPDATE-{offer.source_name}-{offer.source_version or offer.version}",
        title=f"{says}: a published security update that names no CVE",
    )
    return _made(package, offer, vulnerability, offer.source_version or offer.version, says)


def _made(package: Package, offer: Offer, vulnerability: Vulnerability, fixed_in: str, says: str) -> Finding:
    kept = f"; an upgrade leaves it: {offer.reason}" if offer.standing in _STANDS_IN_THE_WAY else ""
    return Finding(
        vulnerability=vulnerability,
        package=package,
        status=Status.FIXED,
        fixed_in=fixed_in,
        all_fixed_in=(fixed_in,),
        matched_by=f"{offer.repository} {offer.source_name}",
        feed=_KINDS[offer.type].FEED,
        note=f"{says}{kept}",
    )
