"""OpenVEX (specification 0.2.0): statements with products by package URL, each with subcomponents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garboard.model.vex import VexProduct, VexStatement, VexStatus

CONTEXT: Final = "https://openvex.dev/ns"


class _Component(msgspec.Struct, rename={"id": "@id"}):
    id: str = ""
    identifiers: dict[str, str] = {}
    subcomponents: list[_Component] = []


class _Vulnerability(msgspec.Struct, rename={"id": "@id"}):
    id: str = ""
    name: str = ""
    aliases: list[str] = []


class _Statement(msgspec.Struct):
    status: VexStatus
    vulnerability: _Vulnerability | str
    products: list[_Component | str] = []
    justification: str = ""
    impact_statement: str = ""
    timestamp: str = ""
    last_updated: str = ""


class _Document(msgspec.Struct):
    statements: list[_Statement]
    author: str = ""
    timestamp: str = ""
    last_updated: str = ""


def read(document: Any, name: str) -> Iterator[VexStatement]:
    """The document's statements; one without a time has that of the document.

    Raises:
        ValueError: it is not what the specification says.
    """
    found = msgspec.convert(document, type=_Document)
    for one in found.statements:
        yield VexStatement(
            ids=_ids(one.vulnerability),
            status=one.status,
            products=tuple(product for each in one.products for product in _products(each)),
            justification=one.justification,
            text=one.impact_statement,
            timestamp=one.last_updated or one.timestamp or found.last_updated or found.timestamp,
            document=name,
            author=found.author,
            flaw=_flaw(one),
        )


def _flaw(one: _Statement) -> str:
    """The specification asks for a reason of what is not affected."""
    if one.status is VexStatus.NOT_AFFECTED and not (one.justification or one.impact_statement):
        return "says not affected without a justification or an impact statement"
    return ""


def _ids(vulnerability: _Vulnerability | str) -> tuple[str, ...]:
    if isinstance(vulnerability, str):
        return (vulnerability,)
    name = vulnerability.name or vulnerability.id.rstrip("/").rpartition("/")[2]
    return tuple(dict.fromkeys(one for one in (name, *vulnerability.aliases) if one))


def _products(product: _Component | str) -> Iterator[VexProduct]:
    if isinstance(product, str):
        yield VexProduct(purl=product)
        return
    purl = _purl(product)
    within = [_purl(one) for one in product.subcomponents]
    if purl and not within:
        yield VexProduct(purl=purl)
    elif purl:
        yield from (VexProduct(purl=purl, subcomponent=one) for one in within if one)


def _purl(component: _Component) -> str:
    stated = component.identifiers.get("purl", "")
    return stated or (component.id if component.id.startswith("pkg:") else "")
