"""OpenVEX (specification 0.2.0): statements with products by package URL, each with subcomponents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garboard.model.vex import JUSTIFICATIONS, VexProduct, VexStatement, VexStatus
from garboard.policy.vex.flaws import first_flaw, time_flaw
from garboard.policy.vex.products import narrower, purl_flaw

CONTEXT: Final = "https://openvex.dev/ns"
_STATUSES: Final = frozenset(one.value for one in VexStatus)
_ASKED: Final = ("@id", "author", "timestamp", "version")
"""What the specification asks of a document, besides its statements."""


class _Component(msgspec.Struct, rename={"id": "@id"}):
    id: str = ""
    identifiers: dict[str, str] = {}
    subcomponents: list[_Component] = []


class _Vulnerability(msgspec.Struct, rename={"id": "@id"}):
    id: str = ""
    name: str = ""
    aliases: list[str] = []


class _Statement(msgspec.Struct):
    vulnerability: _Vulnerability | str
    status: str
    products: list[_Component | str] = []
    justification: str = ""
    impact_statement: str = ""
    timestamp: str = ""
    last_updated: str = ""


class _Document(msgspec.Struct):
    statements: list[Any]
    author: str = ""
    timestamp: str = ""
    last_updated: str = ""


def read(document: Any, name: str) -> Iterator[VexStatement]:
    """The document's statements; one without a time has that of the document.

    Raises:
        ValueError: it is not what the specification says.
    """
    found = msgspec.convert(document, type=_Document)
    missing = next((key for key in _ASKED if not str(document.get(key) or "").strip()), "")
    lacking = f"is in a document without {missing}, which OpenVEX asks for" if missing else ""
    for number, one in enumerate(found.statements):
        read_one = _statement(one, found)
        flaw = lacking or read_one.flaw
        yield msgspec.structs.replace(
            read_one, document=name, author=found.author, place=f"statements[{number}]", flaw=flaw
        )


def _statement(stated: Any, document: _Document) -> VexStatement:
    try:
        one = msgspec.convert(stated, type=_Statement)
    except msgspec.ValidationError as error:
        flaw = f"is not what the specification says: {error}"
        return VexStatement(ids=(), status=VexStatus.UNDER_INVESTIGATION, products=(), flaw=flaw)
    known = one.status in _STATUSES
    return VexStatement(
        ids=_ids(one.vulnerability),
        status=VexStatus(one.status) if known else VexStatus.UNDER_INVESTIGATION,
        products=tuple(product for each in one.products for product in _products(each)),
        justification=one.justification,
        text=one.impact_statement,
        timestamp=one.last_updated or one.timestamp or document.last_updated or document.timestamp,
        dated=tuple(filter(None, _times(one, document))),
        flaw=_flaw(one, document) if known else f"has {one.status[:100] or 'nothing'} as its status, which is none",
    )


def _flaw(one: _Statement, document: _Document) -> str:
    """What of a statement is not as the specification asks."""
    if not any(_ids(one.vulnerability)):
        return "names no vulnerability"
    if one.justification and one.justification not in JUSTIFICATIONS:
        return f"has {one.justification[:100]} as its justification, which is none"
    if one.status == VexStatus.NOT_AFFECTED and not (one.justification.strip() or one.impact_statement.strip()):
        return "says not affected without a justification or an impact statement"
    return first_flaw(
        (*map(time_flaw, _times(one, document)), *(flaw for each in one.products for flaw in _product_flaws(each)))
    )


def _times(one: _Statement, document: _Document) -> tuple[str, ...]:
    return one.timestamp, one.last_updated, document.timestamp, document.last_updated


def _ids(vulnerability: _Vulnerability | str) -> tuple[str, ...]:
    if isinstance(vulnerability, str):
        return tuple(filter(None, (vulnerability.strip(),)))
    name = vulnerability.name or vulnerability.id.rstrip("/").rpartition("/")[2]
    return tuple(dict.fromkeys(one for one in (name, *vulnerability.aliases) if one))


def _products(product: _Component | str) -> Iterator[VexProduct]:
    if isinstance(product, str):
        if product.startswith("pkg:"):
            yield VexProduct(purl=product)
        return
    purl = _purl(product)
    within = [_purl(one) for one in product.subcomponents]
    if purl and not within:
        yield VexProduct(purl=purl)
    elif purl:
        yield from (VexProduct(purl=purl, subcomponent=one) for one in within if one)


def _purls(component: _Component) -> tuple[str, ...]:
    own = component.id if component.id.startswith("pkg:") else ""
    return tuple(filter(None, (component.identifiers.get("purl", ""), own)))


def _purl(component: _Component) -> str:
    """The package URL that names it; of two, the one that says more."""
    stated = _purls(component)
    return narrower(stated[0], stated[-1]) if stated else ""


def _product_flaws(product: _Component | str) -> Iterator[str]:
    if isinstance(product, str):
        yield purl_flaw(product) if product.startswith("pkg:") else ""
        return
    for one in (product, *product.subcomponents):
        stated = _purls(one)
        yield from map(purl_flaw, stated)
        if stated and not narrower(stated[0], stated[-1]):
            yield f"names one product by two package URLs that contradict, {stated[-1][:200]} and {stated[0][:200]}"
