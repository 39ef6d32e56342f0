"""A VEX document as CycloneDX 1.6: the image, the packages that statements name, and vulnerabilities with an analysis."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import msgspec
from packageurl import PackageURL

from garboard import json_text
from garboard._version import __version__
from garboard.model.errors import UsageError
from garboard.model.vex import JUSTIFICATIONS, VexDocument, VexStatement, VexStatus, justification_of
from garboard.sbom import identity

_STATES: Final = MappingProxyType(
    {
        VexStatus.AFFECTED: "exploitable",
        VexStatus.UNDER_INVESTIGATION: "in_triage",
        VexStatus.FIXED: "resolved",
        VexStatus.NOT_AFFECTED: "not_affected",
    }
)
_SERIAL: Final = "urn:uuid:"


class _Out(msgspec.Struct, rename="camel", omit_defaults=True):
    """A part of the document; empty fields are left out."""


class _Component(_Out, kw_only=True):
    type: str
    bom_ref: str = msgspec.field(name="bom-ref", default="")
    group: str = ""
    name: str
    version: str = ""
    purl: str = ""


class _Tools(_Out, kw_only=True):
    components: tuple[_Component, ...]


class _Author(_Out, kw_only=True):
    name: str


class _Metadata(_Out, kw_only=True):
    timestamp: str
    tools: _Tools
    authors: tuple[_Author, ...]
    component: _Component


class _Analysis(_Out, kw_only=True):
    state: str
    justification: str = ""
    detail: str = ""
    last_updated: str = ""


class _Affects(_Out, kw_only=True):
    ref: str


class _Source(_Out, kw_only=True):
    name: str


class _Reference(_Out, kw_only=True):
    id: str
    source: _Source


class _Vulnerability(_Out, kw_only=True):
    id: str
    references: tuple[_Reference, ...] = ()
    analysis: _Analysis
    affects: tuple[_Affects, ...]


class _Document(_Out, kw_only=True):
    bom_format: str
    spec_version: str
    serial_number: str
    version: int
    metadata: _Metadata
    components: tuple[_Component, ...] = ()
    vulnerabilities: tuple[_Vulnerability, ...]


def render(document: VexDocument) -> bytes:
    """The document; its serial number is made of its content where no id is given.

    Raises:
        UsageError: the id is no UUID.
    """
    if document.id and not _is_serial(document.id):
        raise UsageError(f"the id of a CycloneDX document is a UUID, not {document.id}", "as in --id urn:uuid:…")
    within = {product.subcomponent: None for one in document.statements for product in one.products}
    found = _Document(
        bom_format="CycloneDX",
        spec_version="1.6",
        serial_number=document.id or f"{_SERIAL}{identity.PLACEHOLDER}",
        version=1,
        metadata=_Metadata(
            timestamp=identity.timestamp(document.created),
            tools=_Tools(components=(_Component(type="application", name="garboard", version=__version__),)),
            authors=(_Author(name=document.author),),
            component=_component("container", document.product),
        ),
        components=tuple(_component("library", purl) for purl in sorted(within) if purl),
        vulnerabilities=tuple(map(_vulnerability, document.statements)),
    )
    data = json_text.encoded(found)
    return json_text.formatted(data if document.id else identity.stamped(data))


def _is_serial(text: str) -> bool:
    from uuid import UUID

    try:
        return text == f"{_SERIAL}{UUID(text.removeprefix(_SERIAL))}"
    except ValueError:
        return False


def _component(kind: str, purl: str) -> _Component:
    found = PackageURL.from_string(purl)
    return _Component(
        type=kind, bom_ref=purl, group=found.namespace or "", name=found.name, version=found.version or "", purl=purl
    )


def _vulnerability(one: VexStatement) -> _Vulnerability:
    there = JUSTIFICATIONS.get(one.justification, "")
    lost = one.justification.replace("_", " ") if justification_of(there) != one.justification else ""
    return _Vulnerability(
        id=one.ids[0],
        references=tuple(_Reference(id=name, source=_Source(name=name.partition("-")[0])) for name in one.ids[1:]),
        analysis=_Analysis(
            state=_STATES[one.status],
            justification=there,
            detail="; ".join(filter(None, (one.text, one.action, lost, one.notes))),
            last_updated=one.timestamp,
        ),
        affects=tuple(
            _Affects(ref=ref) for ref in dict.fromkeys(product.subcomponent or product.purl for product in one.products)
        ),
    )
