"""CycloneDX as XML, put into the form of its JSON: both have the same fields (ECMA-424)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from xml.etree.ElementTree import Element

import msgspec

from garboard import xml_stream
from garboard.model.errors import ImageError
from garboard.xml_stream import text

_NAMESPACE: Final = b"cyclonedx.org/schema/bom"


def is_one(head: bytes) -> bool:
    """Whether a document that begins so is one."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" and _NAMESPACE in head


def as_json(data: bytes, name: str) -> bytes:
    """The document as JSON.

    Raises:
        ImageError: It is malformed.
    """
    try:
        [bom] = xml_stream.elements((data,), depth=1)
    except xml_stream.BadXml as error:
        raise ImageError(f"{name}: {error}", "write it again with the tool that made it") from error
    metadata = bom.find("metadata")
    fields = {
        "bomFormat": "CycloneDX",
        "serialNumber": bom.get("serialNumber", ""),
        "metadata": _metadata(metadata) if metadata is not None else None,
        "components": _components(bom),
        "externalReferences": _references(bom),
        "dependencies": [_dependency(one) for one in bom.iterfind("dependencies/dependency")],
        "compositions": [_composition(one) for one in bom.iterfind("compositions/composition")],
    }
    return msgspec.json.encode(fields)


def _metadata(metadata: Element) -> dict[str, Any]:
    subject = metadata.find("component")
    tools = (*metadata.iterfind("tools/tool"), *metadata.iterfind("tools/components/component"))
    return {
        "timestamp": text(metadata, "timestamp"),
        "component": _component(subject) if subject is not None else None,
        "tools": [{"name": text(tool, "name")} for tool in tools],
    }


def _components(parent: Element) -> list[dict[str, Any]]:
    return [_component(one) for one in parent.iterfind("components/component")]


def _component(component: Element) -> dict[str, Any]:
    return {
        "name": text(component, "name"),
        "version": text(component, "version") or None,
        "purl": text(component, "purl") or None,
        "type": component.get("type", ""),
        "bom-ref": component.get("bom-ref"),
        "licenses": list(_licenses(component)),
        "components": _components(component),
        "properties": [
            {"name": one.get("name", ""), "value": (one.text or "").strip()}
            for one in component.iterfind("properties/property")
        ],
        "externalReferences": _references(component),
    }


def _licenses(component: Element) -> Iterator[dict[str, Any]]:
    for one in component.iterfind("licenses/license"):
        yield {"license": {"id": text(one, "id") or None, "name": text(one, "name") or None}}
    for one in component.iterfind("licenses/expression"):
        yield {"expression": (one.text or "").strip()}


def _references(parent: Element) -> list[dict[str, str]]:
    found = parent.iterfind("externalReferences/reference")
    return [{"type": one.get("type", ""), "url": text(one, "url")} for one in found]


def _dependency(dependency: Element) -> dict[str, Any]:
    return {"ref": dependency.get("ref", ""), "dependsOn": _refs(dependency, "dependency")}


def _composition(composition: Element) -> dict[str, Any]:
    return {
        "aggregate": text(composition, "aggregate"),
        "assemblies": _refs(composition, "assemblies/assembly"),
        "dependencies": _refs(composition, "dependencies/dependency"),
        "vulnerabilities": _refs(composition, "vulnerabilities/vulnerability"),
    }


def _refs(parent: Element, path: str) -> list[str]:
    return [one.get("ref") or one.get("bom-ref") or "" for one in parent.iterfind(path)]
