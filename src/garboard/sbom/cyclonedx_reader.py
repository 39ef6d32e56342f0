"""CycloneDX, versions 1.2 to 1.7 (ECMA-424): components, including nested ones, and their dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from garboard.model.image import Image
from garboard.model.package import Distro, Inventory
from garboard.sbom import garboard_cyclonedx
from garboard.sbom.collect import Collector
from garboard.sbom.garboard_properties import TOOL
from garboard.sbom.other_tools import of_properties, omits_the_same, operating_system
from garboard.sbom.purl_package import document_distro, has_ecosystem

_NOT_PACKAGES = frozenset({"operating-system", "file", "container"})
_SILENT = frozenset({"complete", "not_specified", ""})
"""Values of ``aggregate`` that do not say that something may be missing."""


class _Named(msgspec.Struct):
    id: str | None = None
    name: str | None = None


class _License(msgspec.Struct):
    license: _Named | None = None
    expression: str | None = None


class _Property(msgspec.Struct):
    name: str = ""
    value: Any = None


class _External(msgspec.Struct):
    type: str = ""
    url: str = ""


class _Component(msgspec.Struct, rename={"bom_ref": "bom-ref", "external_references": "externalReferences"}):
    type: str = ""
    name: str = ""
    version: str | None = None
    purl: str | None = None
    bom_ref: str | None = None
    licenses: list[_License] | None = None
    components: list[_Component] | None = None
    properties: list[_Property] | None = None
    external_references: list[_External] | None = None

    @property
    def pairs(self) -> Iterator[tuple[str, Any]]:
        """Its properties' names and values."""
        return ((one.name, one.value) for one in self.properties or ())


class _Dependency(msgspec.Struct, rename="camel"):
    ref: str
    depends_on: list[str] | None = None


class _Composition(msgspec.Struct):
    aggregate: str = ""
    assemblies: list[Any] | None = None
    dependencies: list[Any] | None = None
    vulnerabilities: list[Any] | None = None

    @property
    def of_components(self) -> bool:
        """Whether it speaks of components, and not of vulnerabilities alone."""
        return bool(self.assemblies or self.dependencies or not self.vulnerabilities)


class _Metadata(msgspec.Struct):
    timestamp: str | None = None
    component: _Component | None = None
    tools: Any = None

    @property
    def tool_names(self) -> tuple[str, ...]:
        """The tools that made the document, as version 1.5 or the older ones list them."""
        listed = self.tools.get("components") if isinstance(self.tools, dict) else self.tools
        found = (one.get("name") for one in listed or () if isinstance(one, dict)) if isinstance(listed, list) else ()
        return tuple(name for name in found if isinstance(name, str))

    @property
    def is_ours(self) -> bool:
        """Whether this program alone made the document."""
        return isinstance(self.tools, dict) and self.tool_names == (TOOL,)


class _Bom(msgspec.Struct, rename="camel"):
    serial_number: str | None = None
    external_references: list[_External] | None = None
    components: list[_Component] | None = None
    dependencies: list[_Dependency] | None = None
    metadata: _Metadata | None = None
    compositions: list[_Composition] | None = None


def parse(data: bytes, name: str) -> tuple[Image, Inventory]:
    """The packages of a document.

    Raises:
        msgspec.DecodeError: the document is malformed.
    """
    bom = msgspec.json.decode(data, type=_Bom)
    if bom.metadata is not None and bom.metadata.is_ours:
        return garboard_cyclonedx.parse(data, name)
    return _described(bom, name)


def of_others(data: bytes, name: str) -> tuple[Image, Inventory]:
    """The same for a document in which what this program alone writes was not kept.

    Raises:
        msgspec.DecodeError: the document is malformed.
    """
    return _described(msgspec.json.decode(data, type=_Bom), name)


def _described(bom: _Bom, name: str) -> tuple[Image, Inventory]:
    subject = bom.metadata.component if bom.metadata else None
    components = tuple(_all([*(bom.components or []), *((subject and subject.components) or [])]))
    tools = bom.metadata.tool_names if bom.metadata else ()
    found = Collector(_distro(components), omits_the_same=omits_the_same(tools))
    if subject is not None and subject.type not in _NOT_PACKAGES and has_ecosystem(subject.purl or ""):
        found.add(subject.bom_ref or "", subject.purl or "", of_properties(subject.pairs), _licenses(subject))
    for component in components:
        stated = of_properties(component.pairs)
        reference = component.bom_ref or component.purl or ""
        taken = found.add(reference, component.purl or "", stated, _licenses(component))
        if not taken and component.type not in _NOT_PACKAGES:
            found.unusable(component.type or "unknown", component.name)
    for edge in bom.dependencies or ():
        for target in edge.depends_on or ():
            found.needs(edge.ref, target)
    for composition in bom.compositions or ():
        if composition.aggregate not in _SILENT and composition.of_components:
            what = "dependencies" if composition.dependencies and not composition.assemblies else "components"
            found.incomplete(f"{what} (aggregate: {composition.aggregate})")
    for document in _others(bom, components):
        found.elsewhere(document)
    return _image(bom, name), found.inventory()


def _others(bom: _Bom, components: tuple[_Component, ...]) -> Iterator[str]:
    """Other documents that this one refers to; a BOM-Link may name this one, or a part of it."""
    serial = (bom.serial_number or "").lower().removeprefix("urn:uuid:")
    subject = (bom.metadata.component,) if bom.metadata and bom.metadata.component else ()
    for where in (bom, *subject, *components):
        for one in where.external_references or ():
            if one.type == "bom" and not (serial and one.url.lower().startswith(f"urn:cdx:{serial}/")):
                yield one.url


def _all(components: list[_Component]) -> Iterator[_Component]:
    """Every component, including nested ones."""
    waiting = components[::-1]
    while waiting:
        component = waiting.pop()
        yield component
        waiting.extend((component.components or [])[::-1])


def _licenses(component: _Component) -> Iterator[str]:
    for license_ in component.licenses or ():
        text = license_.expression or (license_.license and (license_.license.id or license_.license.name))
        if text:
            yield text


def _distro(components: tuple[_Component, ...]) -> Distro | None:
    system = next((component for component in components if component.type == "operating-system"), None)
    if system is None:
        return document_distro(component.purl for component in components if component.purl)
    return operating_system(system.name, system.version or "", system.pairs)


def _image(bom: _Bom, name: str) -> Image:
    subject = bom.metadata.component if bom.metadata else None
    tag = f"{subject.name}:{subject.version}" if subject and subject.version else (subject.name if subject else "")
    created = (bom.metadata.timestamp or "") if bom.metadata else ""
    return Image(name=name, source="sbom", tags=(tag,) if tag else (), created=created)
