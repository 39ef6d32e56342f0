"""Makes a VEX document of what was decided about an image. It closes what is closed in the report, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec
from packageurl import PackageURL

from garboard import ecosystems
from garboard.image import reference as references
from garboard.model.errors import ImageError
from garboard.model.explanation import Consideration
from garboard.model.finding import Finding
from garboard.model.image import Image
from garboard.model.policy import Decision, Suppression
from garboard.model.report import Report
from garboard.model.timestamp import parsed as parsed_time
from garboard.model.vex import VexDocument, VexProduct, VexStatement, VexStatus, justification_of
from garboard.policy.of_findings import ids_of
from garboard.policy.vex.products import covers, parsed, qualifiers, subject
from garboard.sbom.identity import timestamp

UNKNOWN_AUTHOR: Final = "Unknown Author"
_HUB: Final = "docker.io/"
_SHOWN: Final = 3
_CLOSING: Final = {Decision.FIXED: VexStatus.FIXED, Decision.NOT_AFFECTED: VexStatus.NOT_AFFECTED}
_GRAVEST_LAST: Final = tuple(reversed(VexStatus))


class Composed(NamedTuple):
    """A document, and what was decided that it cannot say."""

    document: VexDocument
    left: tuple[str, ...]


def compose(
    report: Report, product: str, author: str = "", name: str = "", more: Sequence[VexStatement] = ()
) -> Composed:
    """A document of the decisions of a report whose policy was applied.

    Args:
        report: as `garboard.policy.apply.set_aside` returns it.
        product: the image's package URL.
        author: who answers for the document.
        name: the document's id.
        more: statements from elsewhere to add, which close no finding that counts.
    """
    said: dict[VexStatement, dict[VexProduct, None]] = {}
    left: dict[str, None] = {}
    denied = _denied(report)
    names = _own_names(report)
    for one, by in _decided(report, denied).items():
        within = one.purl
        if parsed(within) is None:
            left[f"{one.vulnerability} in {one.package}: its package has no package URL by which others know it"] = None
            continue
        found = _statement(one.vulnerability, names[one.vulnerability], by, one.copies, report)
        said.setdefault(found, {})[VexProduct(purl=product, subcomponent=within)] = None
    statements = (msgspec.structs.replace(one, products=tuple(sorted(said[one], key=_place))) for one in said)
    document = VexDocument(
        product=product,
        author=author or UNKNOWN_AUTHOR,
        created=report.created,
        statements=(*sorted(statements, key=_order), *sorted(more, key=_order)),
        id=name,
    )
    return Composed(document, tuple(left))


def of_data(considered: Iterable[Consideration], report: Report, product: str) -> tuple[VexStatement, ...]:
    """What the data say is not affected, as statements; nothing of what is a finding, whatever they say elsewhere."""
    every = (*report.findings, *(one.finding for one in report.suppressed))
    found = {(name, *_kind(one.package.purl)) for one in every for name in ids_of(one)}
    said: dict[VexStatement, dict[VexProduct, None]] = {}
    for one in considered:
        kind = _kind(one.package.purl)
        if not kind or (one.ids[0].upper(), *kind) in found:
            continue
        statement = VexStatement(
            ids=one.ids[:1],
            status=VexStatus.NOT_AFFECTED,
            products=(),
            text=one.reason or "not affected in this release",
            notes=f"stated by the data of {one.feed}: {one.matched_by}",
            timestamp=timestamp(report.created),
        )
        said.setdefault(statement, {})[VexProduct(purl=product, subcomponent=_written(one.package.purl))] = None
    return tuple(msgspec.structs.replace(one, products=tuple(sorted(said[one], key=_place))) for one in said)


def _place(product: VexProduct) -> tuple[str, str]:
    return product.purl, product.subcomponent


def _order(one: VexStatement) -> tuple[object, ...]:
    return (one.ids, one.status.value, *map(_place, one.products), one.text, one.action, one.notes)


class _Subject(NamedTuple):
    """A vulnerability of what has one package URL; ``copies`` says where that lies that counts."""

    vulnerability: str
    purl: str
    package: str
    copies: tuple[str, ...] = ()


def _decided(report: Report, denied: Mapping[tuple[str, str], tuple[str, ...]]) -> dict[_Subject, Suppression]:
    """What decided about each subject: of several the gravest, and the first of these."""
    found: dict[_Subject, Suppression] = {}
    for one in report.suppressed:
        package = one.finding.package
        key = one.finding.vulnerability.id, _written(package.purl)
        subject = _Subject(*key, ecosystems.displayed(package), denied.get(key, ()))
        before = found.get(subject)
        if before is None or _rank(one.by) > _rank(before):
            found[subject] = one.by
    return found


def _rank(by: Suppression) -> int:
    return _GRAVEST_LAST.index(_CLOSING.get(by.decision, VexStatus.AFFECTED))


def _denied(report: Report) -> dict[tuple[str, str], tuple[str, ...]]:
    """Subjects that a statement would close together with what counts, by id and package URL: where that lies.

    A reader closes what has any of a statement's ids and a package URL that the statement's covers; so of findings that
    are bound in this way all are closed, or none.
    """
    open_: dict[tuple[str, str], dict[str, None]] = {}
    names: dict[tuple[str, str], set[str]] = {}
    every = [*((one, False) for one in report.findings)]
    every += [(one.finding, one.by.decision in _CLOSING) for one in report.suppressed]
    for one, closing in every:
        key = one.vulnerability.id, _written(one.package.purl)
        names.setdefault(key, set()).update(ids_of(one))
        found = open_.setdefault(key, {})
        if not closing:
            found[_where(one)] = None
    by_name: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for key in names:
        by_name.setdefault((key[0].upper(), *_kind(key[1])), []).append(key)
    leader = {key: key for key in names}

    def root(key: tuple[str, str]) -> tuple[str, str]:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for key, known in names.items():
        for other in (each for name in known for each in by_name.get((name, *_kind(key[1])), ())):
            if covers(key[1], other[1]) or covers(other[1], key[1]):
                leader[root(other)] = root(key)
    bound: dict[tuple[str, str], dict[str, None]] = {}
    for key, where in open_.items():
        bound.setdefault(root(key), {}).update(where)
    return {key: tuple(sorted(bound[root(key)])) for key in names}


@lru_cache(maxsize=4096)
def _written(purl: str) -> str:
    """As others know the package: without the distribution, which each tool spells in its own way, and the image tells."""
    found = parsed(purl)
    if found is None or "distro" not in qualifiers(found):
        return purl
    whole, number, subpath = purl.partition("#")
    head, _, stated = whole.partition("?")
    kept = "&".join(one for one in stated.split("&") if one.partition("=")[0].lower() != "distro")
    return head + (f"?{kept}" if kept else "") + number + subpath


def _kind(purl: str) -> tuple[str, ...]:
    """What a package URL is about, in lower case: readers do not agree whether letters' case counts."""
    return tuple(one.lower() for one in subject(purl)) if parsed(purl) else ()


def _where(finding: Finding) -> str:
    package = finding.package
    place = f" at {package.locations[0].path}" if package.locations else ""
    return f"{finding.vulnerability.id} in {ecosystems.displayed(package)} {package.version}{place}"


def _own_names(report: Report) -> dict[str, tuple[str, ...]]:
    """Aliases of each vulnerability that no other one of the report has too: of an advisory on several none is denied."""
    holders: dict[str, set[str]] = {}
    every = (*report.findings, *(one.finding for one in report.suppressed))
    for one in every:
        for name in ids_of(one):
            holders.setdefault(name, set()).add(one.vulnerability.id)
    aliases: dict[str, set[str]] = {}
    for one in every:
        own = one.vulnerability.id
        aliases.setdefault(own, set()).update(
            name for name in one.vulnerability.aliases if holders[name.upper()] == {own} and name != own
        )
    return {own: tuple(sorted(names)) for own, names in aliases.items()}


def _statement(
    vulnerability: str, aliases: tuple[str, ...], by: Suppression, copies: tuple[str, ...], report: Report
) -> VexStatement:
    """What a decision is in words of VEX; one that says nothing of why it does not affect accepts it."""
    status = _CLOSING.get(by.decision, VexStatus.AFFECTED)
    stated = by.statement
    action = ""
    if copies and status is not VexStatus.AFFECTED:
        status = VexStatus.AFFECTED
        more = f" and {len(copies) - _SHOWN} more" if len(copies) > _SHOWN else ""
        action = f"{by.reason}; but not so for {'; '.join(copies[:_SHOWN])}{more}"
    elif status is VexStatus.AFFECTED:
        until = {"": "", "until-fixed": " until there is a fixed version"}.get(by.until, f" until {by.until}")
        action = f"accepted{until}: {by.reason}"
    return VexStatement(
        ids=(vulnerability, *aliases),
        status=status,
        products=(),
        justification=justification_of(by.justification) if status is VexStatus.NOT_AFFECTED else "",
        text=by.reason if status is VexStatus.NOT_AFFECTED else "",
        action=action,
        notes="; ".join(_evidence(by)),
        timestamp=timestamp((parsed_time(stated.timestamp) if stated else None) or report.created),
    )


def _evidence(by: Suppression) -> Iterator[str]:
    if by.statement is not None:
        yield f"stated by {by.statement.author or 'an author who is not named'} in {by.place}"
        yield from (note for note in (by.statement.notes,) if note)
        return
    yield f"decided in {by.place}"
    if by.owner:
        yield f"owner: {by.owner}"
    if by.until:
        yield f"until: {by.until}"


def product(image: Image) -> str:
    """The image's package URL by its digest, with its repository if it has a name there; empty if it has no digest."""
    digest = image.manifest_digest or image.config_digest
    if not digest:
        return ""
    repository = next(filter(None, map(_repository, _names(image))), "")
    if not image.manifest_digest:
        kind, name = "docker", repository.rpartition("/")[2] or "image"
        return PackageURL(kind, None, name, digest).to_string()
    name = repository.rpartition("/")[2] or "image"
    at = repository.replace(_HUB, f"index.{_HUB}", 1) if repository.startswith(_HUB) else repository
    return PackageURL("oci", None, name, digest, {"repository_url": at} if at else None).to_string()


def _names(image: Image) -> Iterable[str]:
    """What may name its repository: its tags, and the user's name for it if that is one of a registry."""
    return (*((image.name,) if image.source in {"registry", "docker", "podman"} else ()), *image.tags)


def _repository(name: str) -> str:
    try:
        found = references.parse(name.removeprefix("//"))
    except ImageError:
        return ""
    return f"{found.registry}/{found.repository}"
