"""SPDX 2.2 and 2.3: packages with a package URL among their external references, and their relationships."""

from __future__ import annotations

from typing import Any

import msgspec

from garboard.model.image import Image
from garboard.model.package import Distro, Inventory
from garboard.sbom import garboard_spdx
from garboard.sbom.collect import Collector
from garboard.sbom.garboard_properties import TOOL
from garboard.sbom.other_tools import of_source_info, omits_the_same, operating_system
from garboard.sbom.purl_package import document_distro

_NOTHING = frozenset({"NOASSERTION", "NONE", ""})
_NOT_PACKAGES = frozenset({"OPERATING-SYSTEM", "CONTAINER", "FILE"})
_COMPLETE = frozenset({"CONTAINS", "CONTAINED_BY", "DEPENDS_ON", "DEPENDENCY_OF"})
"""Relationships that say of what there may be more, where they lead to ``NOASSERTION``."""
_OWNS = "ownership-by-file-overlap"
"""How the comment begins by which Syft says that one package's files are another's."""


class _Reference(msgspec.Struct, rename="camel"):
    reference_type: str = ""
    reference_locator: str = ""


class _Package(msgspec.Struct, rename="camel"):
    spdx_id: str = msgspec.field(name="SPDXID", default="")
    name: str = ""
    version_info: str | None = None
    external_refs: list[_Reference] | None = None
    license_declared: str | None = None
    source_info: str | None = None
    primary_package_purpose: str | None = None

    @property
    def purl(self) -> str:
        """Its package URL; empty if it has none."""
        found = (ref.reference_locator for ref in self.external_refs or () if ref.reference_type == "purl")
        return next(found, "")


class _Relationship(msgspec.Struct, rename="camel"):
    spdx_element_id: str = ""
    related_spdx_element: str = ""
    relationship_type: str = ""
    comment: str | None = None


class _Creation(msgspec.Struct):
    created: str = ""
    creators: list[str] | None = None

    @property
    def is_ours(self) -> bool:
        """Whether this program alone made the document."""
        return [one.partition("-")[0] for one in self.creators or ()] == [f"Tool: {TOOL}"]


class _Other(msgspec.Struct, rename="camel"):
    spdx_document: str = ""
    external_document_id: str = ""


class _Document(msgspec.Struct, rename="camel"):
    external_document_refs: list[_Other] | None = None
    name: str = ""
    packages: list[_Package] | None = None
    relationships: list[_Relationship] | None = None
    creation_info: _Creation | None = None
    document_describes: list[str] | None = None


def parse(data: bytes, name: str) -> tuple[Image, Inventory]:
    """The packages of a document.

    Raises:
        msgspec.DecodeError: the document is malformed.
    """
    document = msgspec.json.decode(data, type=_Document)
    if document.creation_info is not None and document.creation_info.is_ours:
        return garboard_spdx.parse(data, name)
    return _read(document, name)


def of_built(built: dict[str, Any], name: str) -> tuple[Image, Inventory]:
    """The same for the fields of a document, which another form was put into.

    Raises:
        msgspec.ValidationError: a field is of another type.
    """
    document = msgspec.convert(built, type=_Document)
    if document.creation_info is not None and document.creation_info.is_ours:
        return garboard_spdx.of_built(built, name)
    return _read(document, name)


def of_others(data: bytes, name: str) -> tuple[Image, Inventory]:
    """The same for a document in which what this program alone writes was not kept.

    Raises:
        msgspec.DecodeError: the document is malformed.
    """
    return _read(msgspec.json.decode(data, type=_Document), name)


def _read(document: _Document, name: str) -> tuple[Image, Inventory]:
    described = _described(document)
    tools = [one.removeprefix("Tool: ") for one in (document.creation_info and document.creation_info.creators) or ()]
    found = Collector(_distro(document), omits_the_same=omits_the_same(tools))
    for entry in document.packages or ():
        license_ = entry.license_declared or ""
        stated = of_source_info(entry.source_info or "")
        licenses = () if license_ in _NOTHING else (license_,)
        purpose = (entry.primary_package_purpose or "").upper().replace("_", "-")
        taken = purpose != "CONTAINER" and found.add(entry.spdx_id, entry.purl, stated, licenses)
        if not taken and entry.spdx_id not in described and purpose not in _NOT_PACKAGES:
            found.unusable("package", entry.name)
    for edge in document.relationships or ():
        _relate(found, edge)
    for other in document.external_document_refs or ():
        found.elsewhere(other.spdx_document or other.external_document_id)
    created = document.creation_info.created if document.creation_info else ""
    image = Image(name=name, source="sbom", tags=(document.name,) if document.name else (), created=created)
    return image, found.inventory()


def _described(document: _Document) -> frozenset[str]:
    """What the document is about: the image itself, which is not one of its packages."""
    return frozenset(document.document_describes or ()) | {
        edge.related_spdx_element
        for edge in document.relationships or ()
        if edge.relationship_type == "DESCRIBES" and edge.spdx_element_id == "SPDXRef-DOCUMENT"
    }


def _relate(found: Collector, edge: _Relationship) -> None:
    if edge.relationship_type in _COMPLETE and "NOASSERTION" in {edge.spdx_element_id, edge.related_spdx_element}:
        found.incomplete(f"packages ({edge.relationship_type}: NOASSERTION)")
    if edge.relationship_type == "DEPENDS_ON":
        found.needs(edge.spdx_element_id, edge.related_spdx_element)
    elif edge.relationship_type == "DEPENDENCY_OF":
        found.needs(edge.related_spdx_element, edge.spdx_element_id)
    elif edge.relationship_type == "OTHER" and (edge.comment or "").startswith(_OWNS):
        found.owns(edge.spdx_element_id, edge.related_spdx_element)


def _distro(document: _Document) -> Distro | None:
    for entry in document.packages or ():
        if (entry.primary_package_purpose or "").upper().replace("_", "-") == "OPERATING-SYSTEM":
            return operating_system(entry.name, entry.version_info or "")
    return document_distro(entry.purl for entry in document.packages or () if entry.purl)
