"""What the bills of materials have no field for, as named properties: layers, source packages, owners, gaps.

The names are the same in CycloneDX (``properties``) and SPDX (annotations). The readers of `garboard.image.sources`
know them too; a name that is used here keeps its meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from garboard.model.gap import Gap
from garboard.model.image import Image, Layer
from garboard.model.package import Distro, Package
from garboard.packages.purl import published

Pair = tuple[str, str]
"""A property's name and value. A name may come several times."""


def of_package(package: Package, layers: tuple[Layer, ...]) -> Iterator[Pair]:
    """The layer, the source package as stated, the owner, and why it is there."""
    if package.layer is not None:
        yield "garboard:layer:index", str(package.layer)
        if package.layer < len(layers):
            yield "garboard:layer:diffID", layers[package.layer].diff_id
    yield from _of_source(package)
    if package.module:
        yield "garboard:module", package.module
    yield from _of_identity(package)
    for namespace in package.namespaces:
        yield "garboard:holds:namespace", namespace
    if package.ecosystem:
        yield "garboard:ecosystem", package.ecosystem
    yield from _of_carriers(package)
    if package.automatic is not None:
        yield "garboard:automatic", "true" if package.automatic else "false"
    if package.evidence is not None:
        yield "garboard:evidence:confidence", package.evidence.confidence
        yield "garboard:evidence:offset", str(package.evidence.offset)
    if package.application:
        yield "garboard:application", "true"


def _of_identity(package: Package) -> Iterator[Pair]:
    if package.purl and not published(package):
        yield "garboard:purl", package.purl
    if package.only_named:
        yield "garboard:declared", "true"


def _of_carriers(package: Package) -> Iterator[Pair]:
    if package.owner:
        yield "garboard:owner", package.owner
    if package.vendored_by:
        yield "garboard:vendoredBy", package.vendored_by


def _of_source(package: Package) -> Iterator[Pair]:
    if package.source_name:
        yield "garboard:source:name", package.source_name
    if package.source_version:
        yield "garboard:source:version", package.source_version
    if package.source_unknown:
        yield "garboard:source:unknown", "true"


def of_distro(distro: Distro) -> Iterator[Pair]:
    """os-release's ``ID``, and what the name and version of a component leave out."""
    yield "garboard:distro:id", distro.id
    if distro.codename:
        yield "garboard:distro:codename", distro.codename
    if distro.pretty_name:
        yield "garboard:distro:prettyName", distro.pretty_name
    if distro.ecosystem:
        yield "garboard:distro:ecosystem", distro.ecosystem
    for stream in distro.streams:
        yield "garboard:distro:stream", stream
    for repository in distro.repositories:
        yield "garboard:distro:repository", repository


def of_image(image: Image) -> Iterator[Pair]:
    """Where it came from, its digests, and its layers' diff ids, lowest first."""
    yield "garboard:image:source", image.source
    if image.layers:
        yield "garboard:image:platform", str(image.platform)
    if image.config_digest:
        yield "garboard:image:configDigest", image.config_digest
    if image.manifest_digest:
        yield "garboard:image:manifestDigest", image.manifest_digest
    for tag in image.tags:
        yield "garboard:image:tag", tag
    for layer in image.layers:
        yield "garboard:layer:diffID", layer.diff_id


def of_gaps(gaps: Iterable[Gap]) -> Iterator[Pair]:
    """What was not covered, each as a JSON object of stage, subject and reason, with all names where these have the first."""
    for gap in gaps:
        stated: dict[str, str | tuple[str, ...]] = {"stage": gap.stage, "subject": gap.subject, "reason": gap.reason}
        lists = {"subjects": gap.subjects, "names": gap.names}
        stated |= {name: every for name, every in lists.items() if every}
        yield "garboard:gap", msgspec.json.encode(stated).decode()
