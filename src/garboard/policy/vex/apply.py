"""Applies statements to findings: the latest on a product counts; fixed and not affected close it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
from packageurl import PackageURL

from garboard import ecosystems
from garboard.model.finding import Finding
from garboard.model.image import Image
from garboard.model.policy import Decision, Suppressed, Suppression
from garboard.model.report import Report
from garboard.model.timestamp import parsed
from garboard.model.vex import VexProduct, VexStatement, VexStatus
from garboard.policy.of_findings import ids_of
from garboard.policy.vex.products import IMAGES, covers, qualifiers
from garboard.policy.vex.products import parsed as parsed_purl

_CLOSES: Final[Mapping[VexStatus, Decision]] = {
    VexStatus.FIXED: Decision.FIXED,
    VexStatus.NOT_AFFECTED: Decision.NOT_AFFECTED,
}
_GRAVEST_LAST: Final = tuple(reversed(VexStatus))


class Stated(NamedTuple):
    """The report without what statements close, and what to say of the others."""

    report: Report
    notes: tuple[str, ...]


def apply(report: Report, statements: Sequence[VexStatement]) -> Stated:
    """Close what the latest statements say is fixed or not affected; the order of the documents does not matter.

    Of two at the same time the graver counts. A statement on one product says nothing of another.
    """
    by_id: dict[str, list[VexStatement]] = {}
    for one in statements:
        moment = parsed(one.timestamp)
        if one.flaw or (moment is not None and moment > report.created):
            continue
        for name in one.ids:
            by_id.setdefault(name.upper(), []).append(one)
    kept: list[Finding] = []
    closed: list[Suppressed] = []
    open_: dict[str, None] = {}
    for finding in report.findings:
        latest = _latest(finding, report.image, by_id)
        if latest is not None and latest.status in _CLOSES:
            closed.append(Suppressed(finding=finding, by=_suppression(latest)))
            continue
        kept.append(finding)
        if latest is not None and latest.status is VexStatus.UNDER_INVESTIGATION:
            name = ecosystems.displayed(finding.package)
            open_[f"{latest.document}: {finding.vulnerability.id} in {name} is under investigation"] = None
    for one in statements:
        if one.flaw:
            open_[
                f"{one.document}: what it says of {one.ids[0] if one.ids else 'nothing'} closes nothing: it {one.flaw}"
            ] = None
        elif not one.products:
            open_[
                f"{one.document}: what it says of {one.ids[0] if one.ids else 'nothing'} names no product by a package URL"
            ] = None
    found = msgspec.structs.replace(report, findings=tuple(kept), suppressed=(*report.suppressed, *closed))
    return Stated(found, tuple(open_))


def _latest(finding: Finding, image: Image, by_id: Mapping[str, list[VexStatement]]) -> VexStatement | None:
    about = {id(one): one for name in ids_of(finding) for one in by_id.get(name, ()) if _is_about(one, finding, image)}
    return max(about.values(), key=_rank, default=None)


def _rank(one: VexStatement) -> tuple[float, int]:
    moment = parsed(one.timestamp)
    return moment.timestamp() if moment else 0.0, _GRAVEST_LAST.index(one.status)


def _suppression(one: VexStatement) -> Suppression:
    reason = (
        one.text or one.justification.replace("_", " ") or f"{one.status.value.replace('_', ' ')}, says the document"
    )
    return Suppression(
        reason=reason,
        place=one.document,
        decision=_CLOSES[one.status],
        owner=one.author,
        justification=one.justification,
        statement=one,
    )


def _is_about(one: VexStatement, finding: Finding, image: Image) -> bool:
    return any(_is_product(product, finding, image) for product in one.products)


def _is_product(product: VexProduct, finding: Finding, image: Image) -> bool:
    wanted = parsed_purl(product.purl)
    if wanted is None:
        return False
    if wanted.type in IMAGES:
        return _is_image(wanted, image) and (
            not product.subcomponent or covers(product.subcomponent, finding.package.purl)
        )
    return covers(product.purl, finding.package.purl) and not product.subcomponent


def _is_image(wanted: PackageURL, image: Image) -> bool:
    """By its digest, or by its whole repository and tag; a name alone is any image's."""
    stated = qualifiers(wanted)
    version = wanted.version or ""
    arch = stated.get("arch", "")
    if arch and arch != image.platform.architecture:
        return False
    if version.startswith("sha256:"):
        return version in {image.manifest_digest, image.config_digest, *image.index_digests}
    own = "/".join(filter(None, (wanted.namespace, wanted.name))) if wanted.type == "docker" else ""
    repository, tag = _short(stated.get("repository_url") or own), stated.get("tag") or version
    named = (one.partition("@")[0] for one in {image.name, *image.tags})
    return bool(repository) and any((of, at) == (repository, tag or at) for of, at in map(_named, named))


def _named(name: str) -> tuple[str, str]:
    head, colon, tag = name.rpartition(":")
    return (_short(head), tag) if colon and "/" not in tag else (_short(name), "latest")


def _short(repository: str) -> str:
    return repository.removeprefix("index.").removeprefix("docker.io/").removeprefix("library/")


def documents(statements: Iterable[VexStatement]) -> tuple[str, ...]:
    """The names of the documents that these are of."""
    return tuple(dict.fromkeys(one.document for one in statements))
