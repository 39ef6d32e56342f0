"""CycloneDX as JSON, versions 1.2 to 1.7 (ECMA-424): components, including nested ones, and their dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from garboard.model.image import Image
from garboard.model.package import Distro, Inventory, Package
from garboard.sbom import garboard_cyclonedx
from garboard.sbom import purl_package as purls
from garboard.sbom.garboard_properties import TOOL

_NOT_PACKAGES = frozenset({"operating-system", "file", "container"})


class _Named(msgspec.Struct):
    id: str | None = None
    name: str | None = None


class _License(msgspec.Struct):
    license: _Named | None = None
    expression: str | None = None


class _Component(msgspec.Struct, rename={"bom_ref": "bom-ref"}):
    type: str = ""
    name: str = ""
    version: str | None = None
    purl: str | None = None
    bom_ref: str | None = None
    licenses: list[_License] | None = None
    components: list[_Component] | None = None


class _Dependency(msgspec.Struct, rename="camel"):
    ref: str
    depends_on: list[str] | None = None


class _Metadata(msgspec.Struct):
    timestamp: str | None = None
    component: _Component | None = None
    tools: Any = None

    @property
    def is_ours(self) -> bool:
        """Whether this program alone made the document."""
        listed = self.tools.get("components") if isinstance(self.tools, dict) else None
        return isinstance(listed, list) and [isinstance(one, dict) and one.get("name") for one in listed] == [TOOL]


class _Bom(msgspec.Struct):
    components: list[_Component] | None = None
    dependencies: list[_Dependency] | None = None
    metadata: _Metadata | None = None


def parse(data: bytes, name: str) -> tuple[Image, Inventory]:
    """The packages of a document.

    Raises:
        msgspec.DecodeError: the document is malformed.
    """
    bom = msgspec.json.decode(data, type=_Bom)
    if bom.metadata is not None and bom.metadata.is_ours:
        return garboard_cyclonedx.parse(data, name)
    components = tuple(_all(bom.components or []))
    packages: dict[str, Package] = {}
    ids: dict[str, str] = {}
    unknown: dict[str, list[str]] = {}
    for component in components:
        package = purls.package(component.purl, _licenses(component)) if component.purl else None
        if package is not None:
            packages.setdefault(package.id, package)
            ids[component.bom_ref or component.purl or ""] = package.id
        elif component.type not in _NOT_PACKAGES:
            unknown.setdefault(component.type or "unknown", []).append(component.name)
    linked = _linked(packages, ids, bom.dependencies or [])
    return _image(bom, name), Inventory(packages=linked, distro=_distro(components), gaps=purls.gaps(unknown))


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


def _linked(packages: dict[str, Package], ids: dict[str, str], edges: list[_Dependency]) -> tuple[Package, ...]:
    needs: dict[str, dict[str, None]] = {}
    for edge in edges:
        if (source := ids.get(edge.ref)) is not None:
            found = (ids.get(target, source) for target in edge.depends_on or ())
            needs.setdefault(source, {}).update({target: None for target in found if target != source})
    return tuple(
        msgspec.structs.replace(package, depends_on=tuple(needs.get(key, ()))) for key, package in packages.items()
    )  # fmt: skip


def _distro(components: tuple[_Component, ...]) -> Distro | None:
    system = next((component for component in components if component.type == "operating-system"), None)
    if system is None:
        return purls.distro(component.purl for component in components if component.purl)
    return purls.named_distro(system.name, system.version or "")


def _image(bom: _Bom, name: str) -> Image:
    subject = bom.metadata.component if bom.metadata else None
    tag = f"{subject.name}:{subject.version}" if subject and subject.version else (subject.name if subject else "")
    created = (bom.metadata.timestamp or "") if bom.metadata else ""
    return Image(name=name, source="sbom", tags=(tag,) if tag else (), created=created)
