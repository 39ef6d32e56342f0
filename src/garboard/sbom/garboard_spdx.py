"""SPDX as `garboard.sbom.spdx_writer` and, put into the form of 2.3, `spdx3_writer` write it: read back without loss."""

from __future__ import annotations

from typing import Any

import msgspec

from garboard.model.image import Image
from garboard.model.package import Inventory
from garboard.sbom import garboard_properties as own

_IMAGE = "SPDXRef-Image"
_SYSTEM = "SPDXRef-OperatingSystem"
_OURS = '[["garboard:'
"""How the comment of one of this program's own annotations begins."""


class _Annotation(msgspec.Struct):
    comment: str = ""


class _Reference(msgspec.Struct, rename="camel"):
    reference_type: str = ""
    reference_locator: str = ""


class _Package(msgspec.Struct, rename="camel"):
    spdx_id: str = msgspec.field(name="SPDXID", default="")
    name: str = ""
    version_info: str = ""
    license_declared: str = ""
    external_refs: list[_Reference] = []
    annotations: list[_Annotation] = []


class _Relationship(msgspec.Struct, rename="camel"):
    spdx_element_id: str = ""
    related_spdx_element: str = ""
    relationship_type: str = ""


class _Creation(msgspec.Struct):
    created: str = ""


class _Document(msgspec.Struct, rename="camel"):
    creation_info: _Creation
    packages: list[_Package] = []
    relationships: list[_Relationship] = []
    annotations: list[_Annotation] = []


def parse(data: bytes, name: str) -> tuple[Image, Inventory]:
    """The image and the inventory that were written.

    Raises:
        msgspec.DecodeError: the document is malformed.
    """
    return _read(msgspec.json.decode(data, type=_Document), name)


def of_built(built: dict[str, Any], name: str) -> tuple[Image, Inventory]:
    """The same by the fields of a document, which another form was put into.

    Raises:
        msgspec.ValidationError: a field is of another type.
    """
    return _read(msgspec.convert(built, type=_Document), name)


def _read(document: _Document, name: str) -> tuple[Image, Inventory]:
    by_id = {one.spdx_id: one for one in document.packages}
    subject, system = by_id.get(_IMAGE, _Package()), by_id.get(_SYSTEM)
    return (
        own.image(name, document.creation_info.created, _properties(subject.annotations)),
        own.inventory(
            (_entry(one) for one in document.packages if one is not subject and one is not system),
            (
                (edge.spdx_element_id, edge.related_spdx_element)
                for edge in document.relationships
                if edge.relationship_type == "DEPENDS_ON"
            ),
            own.distro(system.name, system.version_info, _properties(system.annotations)) if system else None,
            own.gaps(_properties(document.annotations)),
        ),
    )


def _properties(annotations: list[_Annotation]) -> own.Properties:
    ours = (one.comment for one in annotations if one.comment.startswith(_OURS))
    return own.Properties(pair for text in ours for pair in msgspec.json.decode(text, type=list[tuple[str, str]]))


def _entry(package: _Package) -> own.Entry:
    stated = _properties(package.annotations)
    namespace = stated.one("namespace")
    declared = () if package.license_declared in {"NOASSERTION", "NONE", ""} else (package.license_declared,)
    return own.Entry(
        ref=package.spdx_id,
        purl=next((one.reference_locator for one in package.external_refs if one.reference_type == "purl"), ""),
        name=package.name.removeprefix(f"{namespace}/") if namespace else package.name,
        namespace=namespace,
        version=package.version_info,
        licenses=stated.all("license") or stated.all("licence") or declared,
        vendor=stated.one("vendor"),
        locations=tuple(
            own.location(path, layer) for layer, _, path in (text.partition(":") for text in stated.all("location"))
        ),
        properties=stated,
    )
