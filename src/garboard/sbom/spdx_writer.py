"""An inventory as SPDX 2.3 JSON: packages, their declared licenses, and their relationships.

What the format has no field for is an annotation: a JSON list of names and values, as in `garboard.sbom.properties`.
Gaps are annotations of the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from garboard import json_text
from garboard._version import __version__
from garboard.model.image import Image
from garboard.model.package import Distro, Package
from garboard.model.report import Report
from garboard.packages.purl import published
from garboard.sbom import identity, properties, spdx_names, suppliers
from garboard.sbom.licenses import NO_ASSERTION, References
from garboard.sbom.spdx_ids import LIST_VERSION
from garboard.sbom.spdx_names import DOCUMENT, IMAGE, SITE, SYSTEM, first_line
from garboard.sbom.suppliers import Supplier


class _Out(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """A part of the document; what is empty is left out."""


class Annotation(_Out):
    """A remark of this program."""

    annotation_date: str
    annotation_type: str
    annotator: str
    comment: str


class Creation(_Out):
    """What made the document, and when."""

    created: str
    creators: tuple[str, ...]
    license_list_version: str


class ExternalRef(_Out):
    """A name elsewhere."""

    reference_category: str
    reference_locator: str
    reference_type: str


class Checksum(_Out):
    """A digest."""

    algorithm: str
    checksum_value: str


class SpdxPackage(_Out, kw_only=True):
    """A package, the operating system or the image."""

    name: str
    spdx_id: str = msgspec.field(name="SPDXID")
    version_info: str | None = None
    supplier: str
    download_location: str
    files_analyzed: bool
    checksums: tuple[Checksum, ...] = ()
    license_concluded: str
    license_declared: str
    copyright_text: str
    external_refs: tuple[ExternalRef, ...] = ()
    primary_package_purpose: str
    summary: str | None = None
    annotations: tuple[Annotation, ...] = ()


class Relationship(_Out):
    """How one element belongs to another."""

    spdx_element_id: str
    relationship_type: str
    related_spdx_element: str


class Extracted(_Out):
    """A license that is not on SPDX's list."""

    license_id: str
    extracted_text: str
    name: str


class Document(_Out):
    """The document."""

    spdx_version: str
    data_license: str
    spdx_id: str = msgspec.field(name="SPDXID")
    document_namespace: str
    name: str
    creation_info: Creation
    packages: tuple[SpdxPackage, ...]
    relationships: tuple[Relationship, ...]
    has_extracted_licensing_infos: tuple[Extracted, ...] = ()
    annotations: tuple[Annotation, ...] = ()


_TOOL: Final = f"Tool: garboard-{__version__}"


def render(report: Report) -> bytes:
    """The document, UTF-8, ending in a line feed. Its namespace is derived from its content."""
    return json_text.formatted(identity.stamped(json_text.encoded(_Writer(report).document())))


class _Writer:
    def __init__(self, report: Report) -> None:
        self._image = report.image
        self._inventory = report.inventory
        self._gaps = report.gaps
        self._date = identity.timestamp(report.created)
        self._references = References()
        self._names = spdx_names.Names(report.inventory.packages)

    def document(self) -> Document:
        distro = self._inventory.distro
        packages = [_subject(self._image, self._notes(properties.of_image(self._image)))]
        if distro is not None:
            packages.append(_system(distro, self._notes(properties.of_distro(distro))))
        packages += map(self._package, self._inventory.packages, self._names.own)
        return Document(
            spdx_version="SPDX-2.3",
            data_license="CC0-1.0",
            spdx_id=DOCUMENT,
            name=self._image.name or "image",
            document_namespace=f"{SITE}garboard-{identity.PLACEHOLDER}",
            creation_info=Creation(created=self._date, creators=(_TOOL,), license_list_version=LIST_VERSION),
            packages=tuple(packages),
            relationships=tuple(self._relationships(distro)),
            has_extracted_licensing_infos=tuple(
                Extracted(license_id=name, extracted_text=text, name=first_line(text))
                for name, text in self._references.texts.items()
            ),
            annotations=tuple(note for pair in properties.of_gaps(self._gaps) for note in self._notes((pair,))),
        )

    def _notes(self, pairs: Iterable[properties.Pair]) -> tuple[Annotation, ...]:
        stated = list(pairs)
        if not stated:
            return ()
        comment = msgspec.json.encode(stated).decode()
        return (Annotation(annotation_date=self._date, annotation_type="OTHER", annotator=_TOOL, comment=comment),)

    def _package(self, package: Package, name: str) -> SpdxPackage:
        declared = self._references.declared(package.licenses)
        return SpdxPackage(
            name=package.full_name or "unnamed",
            spdx_id=name,
            version_info=package.version or None,
            supplier=_supplier(suppliers.of_package(package, self._names.by_id)),
            download_location=NO_ASSERTION,
            files_analyzed=False,
            license_concluded=NO_ASSERTION,
            license_declared=declared,
            copyright_text=NO_ASSERTION,
            external_refs=_purl(published(package)),
            primary_package_purpose="APPLICATION" if package.application else "LIBRARY",
            annotations=self._notes(
                (*properties.of_package(package, self._image.layers), *spdx_names.more(package, declared))
            ),
        )

    def _relationships(self, distro: Distro | None) -> Iterator[Relationship]:
        """An owned package is contained in its owner, all others in the image."""
        yield _related(DOCUMENT, "DESCRIBES", IMAGE)
        if distro is not None:
            yield _related(IMAGE, "CONTAINS", SYSTEM)
        for package, name in zip(self._inventory.packages, self._names.own, strict=True):
            yield _related(self._names.known.get(package.owner, IMAGE), "CONTAINS", name)
            for need in package.depends_on:
                if need in self._names.known:
                    yield _related(name, "DEPENDS_ON", self._names.known[need])


def _related(source: str, kind: str, target: str) -> Relationship:
    return Relationship(spdx_element_id=source, relationship_type=kind, related_spdx_element=target)


def _purl(purl: str) -> tuple[ExternalRef, ...]:
    if not purl:
        return ()
    return (ExternalRef(reference_category="PACKAGE-MANAGER", reference_locator=purl, reference_type="purl"),)


def _supplier(found: Supplier | None) -> str:
    if found is None:
        return NO_ASSERTION
    return f"{found.kind}: {found.name}" + (f" ({found.email})" if found.email else "")


def _subject(image: Image, notes: tuple[Annotation, ...]) -> SpdxPackage:
    algorithm, _, digest = image.manifest_digest.partition(":")
    known = algorithm in {"sha256", "sha512"}
    return SpdxPackage(
        name=image.name or "image",
        spdx_id=IMAGE,
        supplier=_supplier(suppliers.of_image(image)),
        version_info=image.manifest_digest or image.config_digest or None,
        download_location=NO_ASSERTION,
        files_analyzed=False,
        checksums=(Checksum(algorithm=algorithm.upper(), checksum_value=digest),) if known else (),
        license_concluded=NO_ASSERTION,
        license_declared=NO_ASSERTION,
        copyright_text=NO_ASSERTION,
        external_refs=_purl(identity.oci_purl(image)),
        primary_package_purpose="CONTAINER",
        annotations=notes,
    )


def _system(distro: Distro, notes: tuple[Annotation, ...]) -> SpdxPackage:
    return SpdxPackage(
        name=distro.id,
        supplier=_supplier(suppliers.of_distro(distro)),
        spdx_id=SYSTEM,
        version_info=distro.version or None,
        download_location=NO_ASSERTION,
        files_analyzed=False,
        license_concluded=NO_ASSERTION,
        license_declared=NO_ASSERTION,
        copyright_text=NO_ASSERTION,
        primary_package_purpose="OPERATING-SYSTEM",
        summary=distro.pretty_name or None,
        annotations=notes,
    )
