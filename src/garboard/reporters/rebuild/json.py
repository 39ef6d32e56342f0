"""What a rebuild would fix, as one JSON document."""

from __future__ import annotations

import msgspec

from garboard import json_text
from garboard.model.gap import Gap
from garboard.model.mirror import MirrorRepository, Moved, Offer, Outcome, Prospect, Rebuild
from garboard.model.timestamp import rfc3339
from garboard.reporters.view import View, issues


class Pinned(msgspec.Struct, rename="camel"):
    """Where a version is named."""

    file: str
    line: int


class Item(msgspec.Struct, rename="camel"):
    """One finding and what would clear it."""

    id: str
    severity: str
    outcome: str
    package: str
    source: str
    type: str
    purl: str
    installed: str
    fixed_in: str
    version: str
    reason: str
    origin: str
    place: Pinned | None


class Published(msgspec.Struct, rename="camel"):
    """What the mirrors have for one installed package, or for one that an upgrade adds (``installed`` is empty)."""

    name: str
    type: str
    arch: str
    installed: str
    version: str
    standing: str
    reason: str
    repository: str
    security: bool


class Base(msgspec.Struct, rename="camel"):
    """What the base's tag names today; ``moved`` is null if that is not known."""

    name: str
    moved: bool | None
    digest: str
    created: str


class Mirror(msgspec.Struct, rename="camel"):
    """A repository that was read."""

    url: str
    name: str
    date: str
    signed: str


class Missing(msgspec.Struct, rename="camel", omit_defaults=True):
    """What was not covered."""

    stage: str
    subject: str
    reason: str
    subjects: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Document(msgspec.Struct, rename="camel"):
    """The whole; ``counts`` are issues (one vulnerability of one source package) by outcome."""

    image: str
    digest: str
    created: str
    counts: dict[str, int]
    base: Base
    findings: list[Item]
    packages: list[Published]
    mirrors: list[Mirror]
    gaps: list[Missing]


def _item(one: Prospect) -> Item:
    finding = one.finding
    package, who = finding.package, finding.introduced
    return Item(
        id=finding.vulnerability.id,
        severity=finding.vulnerability.severity.word,
        outcome=one.outcome.value,
        package=package.full_name,
        source=package.source,
        type=package.type,
        purl=package.purl,
        installed=package.version,
        fixed_in=finding.fixed_in,
        version=one.version,
        reason=one.reason,
        origin=who.origin.value if who else "unknown",
        place=Pinned(one.place.file, one.place.line) if one.place else None,
    )


def _published(one: Offer) -> Published:
    return Published(
        one.name, one.type, one.arch, one.installed, one.version, one.standing.value, one.reason, one.repository, one.security
    )  # fmt: skip


def _mirror(one: MirrorRepository) -> Mirror:
    return Mirror(one.url, one.name, one.date, one.signed)


def _base(one: Moved) -> Base:
    return Base(one.name, one.moved, one.digest, one.created)


def _missing(one: Gap) -> Missing:
    return Missing(one.stage, one.subject, one.reason, one.subjects, one.names)


def render(result: Rebuild, view: View | None = None) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed; a view does not change it."""
    del view
    report = result.report
    document = Document(
        image=report.image.name,
        digest=report.image.manifest_digest,
        created=rfc3339(report.created),
        counts={kind.value: len(issues(p.finding for p in result.prospects if p.outcome is kind)) for kind in Outcome},
        base=_base(result.base),
        findings=[_item(one) for one in result.prospects],
        packages=[_published(one) for one in result.offers],
        mirrors=[_mirror(one) for one in result.repositories],
        gaps=[_missing(one) for one in result.gaps],
    )
    return json_text.document(document)
