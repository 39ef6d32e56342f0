"""This program's own JSON, read back: the inventory without loss, and of a report the packages that have issues."""

from __future__ import annotations

import msgspec

from garboard import ecosystems
from garboard.model.gap import Gap
from garboard.model.image import Digest, Image, Layer, Platform
from garboard.model.package import SYSTEM_TYPES, Distro, Evidence, Inventory, Location, Package
from garboard.sbom import purl_package as purls

INVENTORY = "garboard-inventory-"
"""How the format's name begins."""


class _Place(msgspec.Struct, rename="camel"):
    path: str = ""
    line: int = 0
    layer_index: int = 0


class _Told(msgspec.Struct):
    confidence: str = ""
    offset: int = 0


class _Entry(msgspec.Struct, rename="camel"):
    type: str
    name: str
    version: str
    namespace: str = ""
    namespaces: tuple[str, ...] = ()
    version_scheme: str = ""
    arch: str = ""
    purl: str = ""
    ecosystem: str = ""
    source_name: str = ""
    source_version: str = ""
    source_unknown: bool = False
    module: str = ""
    licenses: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    """The same, in older documents."""
    vendor: str = ""
    automatic: bool | None = None
    application: bool = False
    sha1: str = ""
    declared: bool = False
    asked: tuple[_Place, ...] = ()
    scope: str = ""
    evidence: _Told | None = None
    same_as: str = ""
    vendored_by: str = ""
    owner: str = ""
    layer_index: int | None = None
    locations: tuple[_Place, ...] = ()
    requires: tuple[tuple[str, ...], ...] = ()
    recommends: tuple[tuple[str, ...], ...] = ()
    suggests: tuple[tuple[str, ...], ...] = ()
    essential: bool = False
    held: str = ""
    provides: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()


class _Layer(msgspec.Struct, rename="camel"):
    diff_id: str = ""


class _Subject(msgspec.Struct, rename="camel"):
    platform: str = ""
    config_digest: str = ""
    manifest_digest: str = ""
    tags: tuple[str, ...] = ()
    created: str = ""
    layers: tuple[_Layer, ...] = ()


class _Distribution(msgspec.Struct, rename="camel"):
    id: str = ""
    version: str = ""
    codename: str = ""
    streams: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    pretty_name: str = ""


class _Inventory(msgspec.Struct):
    image: _Subject
    packages: tuple[_Entry, ...]
    distribution: _Distribution | None = None
    gaps: tuple[Gap, ...] = ()


def inventory(data: bytes, name: str) -> tuple[Image, Inventory]:
    """The image and the packages of ``garboard inventory --format json``.

    Raises:
        msgspec.DecodeError: the document is malformed.
    """
    document = msgspec.json.decode(data, type=_Inventory)
    stated = document.distribution
    distro = Distro(
        id=stated.id, version=stated.version, codename=stated.codename, pretty_name=stated.pretty_name, streams=stated.streams,
        repositories=stated.repositories,
    ) if stated else None  # fmt: skip
    return _image(document.image, name), Inventory(
        packages=tuple(map(_package, document.packages)), distro=distro, gaps=document.gaps
    )


def _places(places: tuple[_Place, ...]) -> tuple[Location, ...]:
    return tuple(Location(path=place.path, layer=place.layer_index, line=place.line) for place in places)


def _software(entry: _Entry) -> str:
    """The ecosystem of software that is there; of a runtime that only a file names the release is not known."""
    return "" if entry.declared else purls.software(entry.type, entry.name)


def _package(entry: _Entry) -> Package:
    return Package(
        type=entry.type,
        name=entry.name,
        namespace=entry.namespace,
        namespaces=entry.namespaces,
        version=entry.version,
        scheme=ecosystems.of(entry.type).order,
        arch=entry.arch,
        purl=entry.purl,
        ecosystem=entry.ecosystem if entry.type in SYSTEM_TYPES else _software(entry),
        source_name=entry.source_name,
        source_version=entry.source_version,
        source_unknown=entry.source_unknown,
        module=entry.module,
        licenses=entry.licenses or entry.licences,
        vendor=entry.vendor,
        automatic=entry.automatic,
        application=entry.application,
        sha1=entry.sha1,
        declared=entry.declared,
        asked=_places(entry.asked),
        scope=entry.scope,
        evidence=Evidence(confidence=entry.evidence.confidence, offset=max(0, entry.evidence.offset))
        if entry.evidence
        else None,
        same_as=entry.same_as,
        vendored_by=entry.vendored_by,
        owner=entry.owner,
        layer=entry.layer_index,
        locations=_places(entry.locations),
        requires=entry.requires,
        recommends=entry.recommends,
        suggests=entry.suggests,
        essential=entry.essential,
        held=entry.held,
        provides=entry.provides,
        depends_on=entry.depends_on,
    )


def _image(subject: _Subject, name: str) -> Image:
    os, _, rest = subject.platform.partition("/")
    architecture, _, variant = rest.partition("/")
    return Image(
        name=name,
        source="sbom",
        layers=tuple(Layer(diff_id=Digest(layer.diff_id)) for layer in subject.layers),
        platform=Platform(os=os, architecture=architecture, variant=variant) if os else Platform(),
        config_digest=subject.config_digest,
        manifest_digest=subject.manifest_digest,
        tags=subject.tags,
        created=subject.created,
    )


class _Issue(msgspec.Struct):
    purl: str = ""
    locations: tuple[Location, ...] = ()


class _Docker(msgspec.Struct, rename="camel"):
    image_id: str = ""
    manifest_digest: str = ""


class _Report(msgspec.Struct, rename="camel"):
    vulnerabilities: tuple[_Issue, ...]
    dependency_count: int
    docker: _Docker
    created: str = ""
    gaps: tuple[Gap, ...] = ()


def report(data: bytes, name: str) -> tuple[Image, Inventory]:
    """The packages of ``garboard scan --json``: a report lists those with issues only, and the others are a gap.

    Raises:
        msgspec.DecodeError: the document is malformed.
    """
    document = msgspec.json.decode(data, type=_Report)
    distro = purls.document_distro(one.purl for one in document.vulnerabilities)
    found: dict[str, Package] = {}
    for issue in document.vulnerabilities:
        package = purls.package(issue.purl, (), distro)
        if package is not None:
            package = msgspec.structs.replace(package, locations=issue.locations)
            found.setdefault(package.id, package)
    gaps = [gap for gap in document.gaps if gap.stage not in {"database", "match"}]
    missing = document.dependency_count - len(found)
    if missing > 0:
        reason = (
            f"a report lists only the packages with issues: {missing} of {document.dependency_count} are not known here, "
            "and not judged; scan the image, or an inventory of it (garboard inventory --format json)"
        )
        gaps.append(Gap(stage="image", subject="report as SBOM", reason=reason))
    image = Image(
        name=name,
        source="sbom",
        config_digest=document.docker.image_id,
        manifest_digest=document.docker.manifest_digest,
        created=document.created,
    )
    return image, Inventory(packages=tuple(found.values()), distro=distro, gaps=tuple(gaps))
