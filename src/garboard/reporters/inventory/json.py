"""An inventory for programs: every fact of every package, the distribution, the image, and what was not covered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat

import msgspec

from garboard import json_text
from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.image import History, Image
from garboard.model.package import Location, Package
from garboard.model.report import Report
from garboard.model.timestamp import rfc3339
from garboard.reporters.inventory.text import totals
from garboard.reporters.several import JsonArray
from garboard.reporters.view import View


class _Out(msgspec.Struct, rename="camel", gc=False):
    """A part of the document; every field is always written."""


class Place(_Out):
    """Evidence for a package: a path without a leading slash, the line of a file that declares it, and the layer."""

    path: str
    line: int
    layer_index: int
    layer_diff_id: str


class Told(_Out):
    """What tells software that no metadata describe: how surely, by what technique, and where in its file, in bytes."""

    confidence: str
    technique: str
    offset: int


class Entry(_Out):
    """One package, with the fields of `garboard.model.package.Package`."""

    id: str
    type: str
    namespace: str
    namespaces: tuple[str, ...]
    name: str
    version: str
    version_scheme: str
    arch: str
    purl: str
    ecosystem: str
    source_name: str
    source_version: str
    source_unknown: bool
    module: str
    licenses: tuple[str, ...]
    vendor: str
    automatic: bool | None
    application: bool
    sha1: str
    declared: bool
    asked: tuple[Place, ...]
    scope: str
    evidence: Told | None
    same_as: str
    vendored_by: str
    owner: str
    layer_index: int | None
    layer_diff_id: str
    locations: tuple[Place, ...]
    requires: tuple[tuple[str, ...], ...]
    recommends: tuple[tuple[str, ...], ...]
    suggests: tuple[tuple[str, ...], ...]
    essential: bool
    installed_size: int
    held: str
    provides: tuple[str, ...]
    depends_on: tuple[str, ...]


class Distribution(_Out):
    """The distribution as os-release states it; ``ecosystem`` is empty if no advisories cover it, ``streams`` and ``repositories`` are Red Hat's."""

    id: str
    version: str
    codename: str
    pretty_name: str
    ecosystem: str
    streams: tuple[str, ...]
    repositories: tuple[str, ...]


class Step(_Out):
    """One entry of the image's history."""

    created: str
    created_by: str
    comment: str
    author: str
    empty_layer: bool


class Stratum(_Out):
    """One layer, lowest first, and the step of the history that made it."""

    index: int
    diff_id: str
    digest: str
    media_type: str
    size: int | None
    created_by: str


class Subject(_Out):
    """The image."""

    name: str
    source: str
    platform: str
    config_digest: str
    manifest_digest: str
    tags: tuple[str, ...]
    labels: dict[str, str]
    created: str
    layers: tuple[Stratum, ...]
    history: tuple[Step, ...]


class Document(_Out):
    """The whole answer. ``totals`` counts neither owned packages nor applications."""

    format: str
    created: str
    image: Subject
    distribution: Distribution | None
    totals: dict[str, int]
    packages: tuple[Entry, ...]
    gaps: tuple[Gap, ...]


_TECHNIQUE = "binary-analysis"
"""As CycloneDX names it."""
FORMAT = "garboard-inventory-1"


def render(report: Report, view: View) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, at once."""
    del view
    distro = report.inventory.distro
    layers = tuple(layer.diff_id for layer in report.image.layers)
    document = Document(
        format=FORMAT,
        created=rfc3339(report.created),
        image=_subject(report.image),
        distribution=Distribution(
            id=distro.id,
            version=distro.version,
            codename=distro.codename,
            pretty_name=distro.pretty_name,
            ecosystem=distro.ecosystem,
            streams=distro.streams,
            repositories=distro.repositories,
        )
        if distro
        else None,
        totals=totals(report.inventory.packages),
        packages=tuple([_entry(package, layers) for package in report.inventory.packages]),
        gaps=report.gaps,
    )
    yield json_text.document(document)


def _diff_id(layers: tuple[str, ...], index: int | None) -> str:
    return layers[index] if index is not None and index < len(layers) else ""


def _places(found: tuple[Location, ...], layers: tuple[str, ...]) -> tuple[Place, ...]:
    return tuple(
        [
            Place(
                path=place.path,
                line=place.line,
                layer_index=place.layer,
                layer_diff_id=_diff_id(layers, place.layer),
            )
            for place in found
        ]
    )


def _entry(package: Package, layers: tuple[str, ...]) -> Entry:
    return Entry(
        id=package.id,
        type=package.type,
        namespace=package.namespace,
        namespaces=package.namespaces,
        name=package.name,
        version=package.version,
        version_scheme=package.scheme,
        arch=package.arch,
        purl=package.purl,
        ecosystem=package.ecosystem,
        source_name=package.source_name,
        source_version=package.source_version,
        source_unknown=package.source_unknown,
        module=package.module,
        licenses=package.licenses,
        vendor=package.vendor,
        automatic=package.automatic,
        application=package.application,
        sha1=package.sha1,
        declared=package.declared,
        asked=_places(package.asked, layers),
        scope=package.scope,
        evidence=Told(package.evidence.confidence, _TECHNIQUE, package.evidence.offset) if package.evidence else None,
        same_as=package.same_as,
        vendored_by=package.vendored_by,
        owner=package.owner,
        layer_index=package.layer,
        layer_diff_id=_diff_id(layers, package.layer),
        locations=_places(package.locations, layers),
        requires=package.requires,
        recommends=package.recommends,
        suggests=package.suggests,
        essential=package.essential,
        installed_size=package.installed_size,
        held=package.held,
        provides=package.provides,
        depends_on=package.depends_on,
    )


def several(_count: int, view: View) -> JsonArray:
    """An array of such documents."""
    return JsonArray(parts, _failure, view)


class Unread(Value):
    """An image on which there is no report."""

    name: str


class Failure(Value, omit_defaults=False):
    """What stands in place of its document."""

    image: Unread
    ok: bool
    error: str
    hint: str


def _failure(name: str, error: str, hint: str) -> Failure:
    return Failure(image=Unread(name=name), ok=False, error=error, hint=hint)


def _subject(image: Image) -> Subject:
    steps = chain((step.created_by for step in image.history if not step.empty_layer), repeat(""))
    return Subject(
        name=image.name,
        source=image.source,
        platform=str(image.platform) if image.layers else "",
        config_digest=image.config_digest,
        manifest_digest=image.manifest_digest,
        tags=image.tags,
        labels=dict(image.labels),
        created=image.created,
        layers=tuple(
            Stratum(
                index=index,
                diff_id=layer.diff_id,
                digest=layer.digest or "",
                media_type=layer.media_type,
                size=layer.size,
                created_by=step,
            )
            for index, (layer, step) in enumerate(zip(image.layers, steps, strict=False))
        ),
        history=tuple(map(_step, image.history)),
    )


def _step(step: History) -> Step:
    return Step(
        created=step.created,
        created_by=step.created_by,
        comment=step.comment,
        author=step.author,
        empty_layer=step.empty_layer,
    )
