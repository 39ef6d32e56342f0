"""Syft's own JSON (``syft -o json``): artifacts with their package URLs, their relationships, and the distribution."""

from __future__ import annotations

from typing import Any

import msgspec

from garboard.model.image import Image
from garboard.model.package import Distro, Inventory
from garboard.packages import distro
from garboard.sbom.collect import Collector
from garboard.sbom.other_tools import Stated
from garboard.sbom.purl_package import document_distro, source


class _Place(msgspec.Struct):
    path: str = ""


class _Metadata(msgspec.Struct, rename="camel"):
    source: str = ""
    source_version: str = ""
    origin_package: str = ""
    source_rpm: str = ""
    modularity_label: str | None = None


class _Artifact(msgspec.Struct):
    id: str = ""
    name: str = ""
    type: str = "unknown"
    purl: str = ""
    locations: list[_Place] = []
    licenses: list[Any] = []
    metadata: msgspec.Raw = msgspec.Raw(b"{}")


class _Relationship(msgspec.Struct):
    parent: str = ""
    child: str = ""
    type: str = ""


class _Distro(msgspec.Struct):
    id: str = ""
    version: str = msgspec.field(name="versionID", default="")
    codename: str = msgspec.field(name="versionCodename", default="")
    pretty_name: str = msgspec.field(name="prettyName", default="")


class _Source(msgspec.Struct):
    name: str = ""
    version: str = ""


class _Document(msgspec.Struct, rename="camel"):
    artifacts: list[_Artifact] = []
    artifact_relationships: list[_Relationship] = []
    distro: _Distro | None = None
    source: _Source | None = None


def parse(data: bytes, name: str) -> tuple[Image, Inventory]:
    """The packages of a document.

    Raises:
        msgspec.DecodeError: the document is malformed.
    """
    document = msgspec.json.decode(data, type=_Document)
    found = Collector(_distro(document), omits_the_same=True)
    for artifact in document.artifacts:
        if not found.add(artifact.id, artifact.purl, _stated(artifact), _licenses(artifact)):
            found.unusable(artifact.type, artifact.name)
    for edge in document.artifact_relationships:
        if edge.type == "dependency-of":
            found.needs(edge.child, edge.parent)
        elif edge.type == "ownership-by-file-overlap":
            found.owns(edge.parent, edge.child)
    subject = document.source or _Source()
    return Image(name=name, source="sbom", tags=(subject.name,) if subject.name else ()), found.inventory()


def _stated(artifact: _Artifact) -> Stated:
    try:
        metadata = msgspec.json.decode(artifact.metadata, type=_Metadata)
    except msgspec.DecodeError:
        metadata = _Metadata()  # every kind of package has metadata of its own shape
    rpm = source(metadata.source_rpm)
    return Stated(
        source_name=metadata.source or metadata.origin_package or rpm[0],
        source_version=metadata.source_version or rpm[1],
        module=metadata.modularity_label or "",
        path=artifact.locations[0].path if artifact.locations else "",
    )


def _licenses(artifact: _Artifact) -> list[str]:
    """Texts in old versions, objects in the newer ones."""
    stated = (one.get("value") if isinstance(one, dict) else one for one in artifact.licenses)
    return [text for text in stated if isinstance(text, str) and text]


def _distro(document: _Document) -> Distro | None:
    stated = document.distro
    if stated is None or not stated.id:
        return document_distro(one.purl for one in document.artifacts if one.purl)
    stream = stated.id == "centos" and "Stream" in stated.pretty_name
    found = distro.named(stated.id, stated.version, "stream" if stream else stated.codename)
    return msgspec.structs.replace(found, pretty_name=stated.pretty_name)
