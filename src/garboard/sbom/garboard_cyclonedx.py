"""CycloneDX as `garboard.sbom.cyclonedx_writer` writes it: read back without loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from garboard.model.image import Image
from garboard.model.package import Inventory
from garboard.sbom import garboard_properties as own


class _Property(msgspec.Struct):
    name: str = ""
    value: Any = None


class _Text(msgspec.Struct):
    content: str = ""


class _Named(msgspec.Struct):
    id: str = ""
    name: str = ""
    text: _Text | None = None
    properties: list[_Property] = []


class _License(msgspec.Struct):
    license: _Named | None = None
    expression: str = ""


class _Occurrence(msgspec.Struct, rename="camel"):
    location: str = ""
    additional_context: str = ""


class _Evidence(msgspec.Struct):
    occurrences: list[_Occurrence] = []


class _Component(msgspec.Struct, rename={"bom_ref": "bom-ref"}):
    type: str = ""
    bom_ref: str = ""
    publisher: str = ""
    group: str = ""
    name: str = ""
    version: str = ""
    purl: str = ""
    licenses: list[_License] = []
    evidence: _Evidence | None = None
    properties: list[_Property] = []


class _Dependency(msgspec.Struct, rename="camel"):
    ref: str
    depends_on: list[str] = []


class _Metadata(msgspec.Struct):
    timestamp: str = ""
    component: _Component | None = None


class _Bom(msgspec.Struct):
    metadata: _Metadata
    components: list[_Component] = []
    dependencies: list[_Dependency] = []
    properties: list[_Property] = []


def parse(data: bytes, name: str) -> tuple[Image, Inventory]:
    """The image and the inventory that were written.

    Raises:
        msgspec.DecodeError: the document is malformed.
    """
    bom = msgspec.json.decode(data, type=_Bom)
    subject = bom.metadata.component or _Component()
    system = next((one for one in bom.components if one.type == "operating-system"), None)
    return (
        own.image(name, bom.metadata.timestamp, _properties(subject.properties)),
        own.inventory(
            (_entry(one) for one in bom.components if one.type != "operating-system"),
            ((edge.ref, target) for edge in bom.dependencies for target in edge.depends_on),
            own.distro(system.name, system.version, _properties(system.properties)) if system else None,
            own.gaps(_properties(bom.properties)),
        ),
    )


def _properties(stated: list[_Property]) -> own.Properties:
    return own.Properties((one.name, one.value) for one in stated)


def _entry(component: _Component) -> own.Entry:
    places = component.evidence.occurrences if component.evidence else []
    properties = _properties(component.properties)
    return own.Entry(
        ref=component.bom_ref or component.purl,
        purl=component.purl,
        name=component.name,
        namespace=component.group,
        version=component.version,
        licenses=properties.all("license") or tuple(map(_license, component.licenses)),
        vendor=component.publisher,
        locations=tuple(
            own.location(place.location, place.additional_context.removeprefix("layer ")) for place in places
        ),
        properties=properties,
    )


def _license(license_: _License) -> str:
    """The text as the package stated it."""
    if license_.license is None:
        return license_.expression
    stated: Iterator[Any] = (one.value for one in license_.license.properties if one.name == "garboard:stated")
    text = license_.license.text.content if license_.license.text else license_.license.id or license_.license.name
    original = next(stated, None)
    return original if isinstance(original, str) else text
