"""Applies statements to findings: the latest on a product counts; fixed and not affected close it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
_NAMED: Final = frozenset({"registry", "docker", "podman"})
"""Sources that find an image by its name; of others the name is of a file, and what is in that is only said."""
_SHOWN: Final = 3
_GRAVEST_LAST: Final = tuple(reversed(VexStatus))


class Stated(NamedTuple):
    """The report without what statements close, and what to say of the others."""

    report: Report
    notes: tuple[str, ...]


def apply(report: Report, statements: Sequence[VexStatement]) -> Stated:
    """Close what the latest statements say is fixed or not affected; the order of the documents does not matter.

    Of two at the same time the graver counts. A statement on one product says nothing of another. One with a flaw closes
    nothing; where it leaves a finding open it counts, so that no older one closes that.
    """
    by_id: dict[str, list[VexStatement]] = {}
    for one in statements:
        if _counts(one, report):
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
        if latest is not None and latest.status is VexStatus.UNDER_INVESTIGATION and not latest.flaw:
            name = ecosystems.displayed(finding.package)
            open_[f"{latest.document}: {finding.vulnerability.id} in {name} is under investigation"] = None
    found = msgspec.structs.replace(report, findings=tuple(kept), suppressed=(*report.suppressed, *closed))
    return Stated(found, (*open_, *_told(statements, report)))


def _counts(one: VexStatement, report: Report) -> bool:
    """What closes has to be right and of a day before; what keeps a finding open is heeded however it is."""
    return one.status not in _CLOSES or not (one.flaw or _later(one, report))


def _later(one: VexStatement, report: Report) -> str:
    """A time of the statement or its document that is after the report; empty if none is."""
    times = ((text, parsed(text)) for text in (one.timestamp, *one.dated))
    return next((text for text, moment in times if moment is not None and moment > report.created), "")


def _told(statements: Iterable[VexStatement], report: Report) -> Iterator[str]:
    """What closes nothing and why, those of one document that have the same reason together."""
    alike: dict[tuple[str, str], dict[str, None]] = {}
    for one in statements:
        why = _why(one, report)
        if why:
            alike.setdefault((one.document, why), {})[_place(one)] = None
    for (document, why), places in alike.items():
        shown = ", ".join([*places][:_SHOWN])
        more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
        what = "closes nothing: it" if len(places) == 1 else "close nothing: each"
        yield f"{document}: {shown}{more} {what} {why}"


def _place(one: VexStatement) -> str:
    named = one.ids[0] if one.ids else ""
    return f"{one.place} ({named})" if one.place and named else one.place or f"what it says of {named or 'nothing'}"


def _why(one: VexStatement, report: Report) -> str:
    """Why a statement closes nothing, if that is no matter of what it says; a verb and what follows."""
    if one.flaw:
        return one.flaw
    if not one.products:
        return "names no product by a package URL"
    if later := _later(one, report):
        return f"is dated {later}, after this report"
    return _of_images(one, report.image) if one.status in _CLOSES else ""


def _of_images(one: VexStatement, image: Image) -> str:
    if any(_is_claimed(product, image) for product in one.products):
        return f"names the image by a name that only the {image.source} states; its digest would do"
    if one.within and all(_is_of_another(product, image) for product in one.products):
        return f"is in a document on {one.within}, which is not known to be this image"
    return ""


def _latest(finding: Finding, image: Image, by_id: Mapping[str, list[VexStatement]]) -> VexStatement | None:
    about = {id(one): one for name in ids_of(finding) for one in by_id.get(name, ()) if _is_about(one, finding, image)}
    return max(about.values(), key=_rank, default=None)


def _rank(one: VexStatement) -> tuple[float, int]:
    """A time that cannot be read may be any, and such a statement closes nothing; without one it is the earliest."""
    moment = parsed(one.timestamp)
    unread = math.inf if one.timestamp else -math.inf
    return moment.timestamp() if moment else unread, _GRAVEST_LAST.index(one.status)


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
    """By its digest, or by its whole repository and tag where it was opened by that; a name alone is any image's."""
    if qualifiers(wanted).get("arch") not in {None, "", image.platform.architecture}:
        return False
    if (wanted.version or "").startswith("sha256:"):
        return wanted.version in {image.manifest_digest, image.config_digest, *image.index_digests}
    return image.source in _NAMED and _is_called(wanted, {image.name, *image.tags})


def _is_of_another(product: VexProduct, image: Image) -> bool:
    wanted = parsed_purl(product.purl)
    return wanted is not None and wanted.type in IMAGES and not _is_image(wanted, image)


def _is_claimed(product: VexProduct, image: Image) -> bool:
    """Whether it is the image by a name that stands in an archive alone, which whoever made that chose."""
    wanted = parsed_purl(product.purl)
    return (
        wanted is not None
        and wanted.type in IMAGES
        and image.source not in _NAMED
        and not (wanted.version or "").startswith("sha256:")
        and _is_called(wanted, {*image.tags})
    )


def _is_called(wanted: PackageURL, names: Iterable[str]) -> bool:
    stated = qualifiers(wanted)
    own = "/".join(filter(None, (wanted.namespace, wanted.name))) if wanted.type == "docker" else ""
    repository, tag = _short(stated.get("repository_url") or own), stated.get("tag") or wanted.version or ""
    named = (one.partition("@")[0] for one in names)
    return bool(repository) and any((of, at) == (repository, tag or at) for of, at in map(_named, named))


def _named(name: str) -> tuple[str, str]:
    head, colon, tag = name.rpartition(":")
    return (_short(head), tag) if colon and "/" not in tag else (_short(name), "latest")


def _short(repository: str) -> str:
    return repository.removeprefix("index.").removeprefix("docker.io/").removeprefix("library/")


def documents(statements: Iterable[VexStatement]) -> tuple[str, ...]:
    """The names of the documents that these are of."""
    return tuple(dict.fromkeys(one.document for one in statements))
