"""CycloneDX with vulnerabilities (1.4 and later): each with an analysis, and references to components or other documents."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from packageurl import PackageURL

from garboard.model.vex import VexProduct, VexStatement, VexStatus
from garboard.policy.vex.products import is_image, parsed

_STATUSES: Final = MappingProxyType(
    {
        "resolved": VexStatus.FIXED,
        "resolved_with_pedigree": VexStatus.FIXED,
        "exploitable": VexStatus.AFFECTED,
        "in_triage": VexStatus.UNDER_INVESTIGATION,
        "false_positive": VexStatus.NOT_AFFECTED,
        "not_affected": VexStatus.NOT_AFFECTED,
    }
)


class _Analysis(msgspec.Struct):
    state: str = ""
    justification: str = ""
    detail: str = ""
    lastUpdated: str = ""  # noqa: N815


class _Version(msgspec.Struct):
    version: str = ""
    range: str = ""
    status: str = "affected"


class _Affects(msgspec.Struct):
    ref: str
    versions: list[_Version] = []


class _Other(msgspec.Struct):
    id: str = ""


class _Vulnerability(msgspec.Struct):
    id: str = ""
    references: list[_Other] = []
    analysis: _Analysis | None = None
    affects: list[_Affects] = []
    updated: str = ""


class _Component(msgspec.Struct, rename={"bom_ref": "bom-ref"}):
    bom_ref: str = ""
    purl: str = ""
    components: list[_Component] = []


class _Named(msgspec.Struct):
    name: str = ""


class _Metadata(msgspec.Struct):
    timestamp: str = ""
    authors: list[_Named] = []
    supplier: _Named | None = None
    component: _Component | None = None


class _Document(msgspec.Struct):
    vulnerabilities: list[_Vulnerability] = []
    components: list[_Component] = []
    serialNumber: str = ""  # noqa: N815
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


def read(document: Any, name: str) -> Iterator[VexStatement]:
    """The statements of vulnerabilities that have an analysis.

    Raises:
        ValueError: it is not what the specification says.
    """
    found = msgspec.convert(document, type=_Document)
    supplier = found.metadata.supplier
    author = ", ".join(one.name for one in found.metadata.authors if one.name) or (supplier.name if supplier else "")
    root = found.metadata.component
    image = root.purl if root and is_image(root.purl) else ""
    purls = {one.bom_ref: one.purl for one in _all(found.components, found.metadata.component)}
    for one in found.vulnerabilities:
        status = _STATUSES.get(one.analysis.state) if one.analysis else None
        if one.analysis is None or status is None:
            continue
        products = [purl for each in one.affects for purl in _products(each, purls, found.serialNumber, status)]
        yield VexStatement(
            ids=tuple(dict.fromkeys(each for each in (one.id, *(other.id for other in one.references)) if each)),
            status=status,
            products=tuple(_within(image, purl) for purl in products if purl),
            flaw="" if all(products) else "names products, or ranges of their versions, that are not known here",
            justification=one.analysis.justification,
            text=one.analysis.detail,
            timestamp=one.analysis.lastUpdated or one.updated or found.metadata.timestamp,
            document=name,
            author=author,
        )


def _within(image: str, purl: str) -> VexProduct:
    """What a document on an image says of a component, it says of that image's alone."""
    return VexProduct(purl=image, subcomponent=purl) if image and not is_image(purl) else VexProduct(purl=purl)


def _all(components: list[_Component], root: _Component | None) -> Iterator[_Component]:
    waiting = [*components, *([root] if root else [])]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.components


def _products(affects: _Affects, purls: dict[str, str], serial: str, status: VexStatus) -> Iterator[str]:
    """The package URLs of a reference; empty for what is not known. Stated versions limit what is closed."""
    purl = _product(affects.ref, purls, serial)
    if not purl or not affects.versions or status in {VexStatus.AFFECTED, VexStatus.UNDER_INVESTIGATION}:
        yield purl
        return
    for one in affects.versions:
        if one.status == "unaffected":
            yield _of_version(purl, one.version) if one.version else ""


def _of_version(purl: str, version: str) -> str:
    found = parsed(purl)
    if found is None:
        return ""
    return PackageURL(found.type, found.namespace, found.name, version, found.qualifiers, found.subpath).to_string()


def _product(ref: str, purls: dict[str, str], serial: str) -> str:
    """The package URL of a reference: of a component here, or in another document (``urn:cdx:SERIAL/VERSION#REF``)."""
    if not ref.startswith("urn:cdx:"):
        return purls.get(ref) or (ref if ref.startswith("pkg:") else "")
    of, _, text = ref.removeprefix("urn:cdx:").partition("#")
    text = unquote(text)
    here = of.partition("/")[0] == serial.removeprefix("urn:uuid:") and bool(serial)
    return (purls.get(text, "") if here else "") or (text if text.startswith("pkg:") else "")
