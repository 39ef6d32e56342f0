"""SPDX 2.2 and 2.3 as JSON: packages with a package URL among their external references, and their relationships."""

from __future__ import annotations

import msgspec

from garboard.model.image import Image
from garboard.model.package import Distro, Inventory, Package
from garboard.sbom import garboard_spdx
from garboard.sbom import purl_package as purls
from garboard.sbom.garboard_properties import TOOL

_NOTHING = frozenset({"NOASSERTION", "NONE", ""})


class _Reference(msgspec.Struct, rename="camel"):
    reference_type: str = ""
    reference_locator: str = ""


class _Package(msgspec.Struct, rename="camel"):
    spdx_id: str = msgspec.field(name="SPDXID", default="")
    name: str = ""
    version_info: str | None = None
    external_refs: list[_Reference] | None = None
    license_declared: str | None = None
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


class _Creation(msgspec.Struct):
    created: str = ""
    creators: list[str] | None = None

    @property
    def is_ours(self) -> bool:
        """Whether this program alone made the document."""
        return [one.partition("-")[0] for one in self.creators or ()] == [f"Tool: {TOOL}"]


class _Document(msgspec.Struct, rename="camel"):
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
    described = _described(document)
    packages: dict[str, Package] = {}
    ids: dict[str, str] = {}
    unknown: dict[str, list[str]] = {}
    for entry in document.packages or ():
        license_ = entry.license_declared or ""
        package = purls.package(entry.purl, () if license_ in _NOTHING else (license_,)) if entry.purl else None
        purpose = (entry.primary_package_purpose or "").upper().replace("_", "-")
        if package is not None and purpose != "CONTAINER":
            packages.setdefault(package.id, package)
            ids[entry.spdx_id] = package.id
        elif entry.spdx_id not in described and purpose not in {"OPERATING-SYSTEM", "CONTAINER", "FILE"}:
            unknown.setdefault("package", []).append(entry.name)
    linked = _linked(packages, ids, document.relationships or [])
    created = document.creation_info.created if document.creation_info else ""
    image = Image(name=name, source="sbom", tags=(document.name,) if document.name else (), created=created)
    return image, Inventory(packages=linked, distro=_distro(document), gaps=purls.gaps(unknown))


def _described(document: _Document) -> frozenset[str]:
    """What the document is about: the image itself, which is not one of its packages."""
    return frozenset(document.document_describes or ()) | {
        edge.related_spdx_element
        for edge in document.relationships or ()
        if edge.relationship_type == "DESCRIBES" and edge.spdx_element_id == "SPDXRef-DOCUMENT"
    }


def _linked(packages: dict[str, Package], ids: dict[str, str], edges: list[_Relationship]) -> tuple[Package, ...]:
    needs: dict[str, dict[str, None]] = {}
    for edge in edges:
        ends = ids.get(edge.spdx_element_id), ids.get(edge.related_spdx_element)
        source, target = ends[::-1] if edge.relationship_type == "DEPENDENCY_OF" else ends
        if edge.relationship_type in {"DEPENDS_ON", "DEPENDENCY_OF"} and source and target and source != target:
            needs.setdefault(source, {})[target] = None
    return tuple(
        msgspec.structs.replace(package, depends_on=tuple(needs.get(key, ()))) for key, package in packages.items()
    )


def _distro(document: _Document) -> Distro | None:
    for entry in document.packages or ():
        if (entry.primary_package_purpose or "").upper().replace("_", "-") == "OPERATING-SYSTEM":
            return purls.named_distro(entry.name, entry.version_info or "")
    return purls.distro(entry.purl for entry in document.packages or () if entry.purl)
