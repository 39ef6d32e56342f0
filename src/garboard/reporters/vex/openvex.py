"""A VEX document as OpenVEX 0.2.0: one image, and in it packages by their package URLs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from garboard import json_text
from garboard._version import __version__
from garboard.model.vex import VexDocument, VexProduct, VexStatement
from garboard.sbom import identity


class _Out(msgspec.Struct, omit_defaults=True):
    """A part of the document; empty fields are left out."""


class _Identified(_Out, rename={"id": "@id"}):
    id: str


class _Product(_Out, kw_only=True, rename={"id": "@id"}):
    id: str
    identifiers: dict[str, str]
    subcomponents: tuple[_Identified, ...] = ()


class _Vulnerability(_Out, kw_only=True):
    name: str
    aliases: tuple[str, ...] = ()


class _Statement(_Out, kw_only=True):
    vulnerability: _Vulnerability
    timestamp: str
    products: tuple[_Product, ...]
    status: str
    status_notes: str = ""
    justification: str = ""
    impact_statement: str = ""
    action_statement: str = ""


class _Document(_Out, kw_only=True, rename={"context": "@context", "id": "@id"}):
    context: str
    id: str
    author: str
    timestamp: str
    version: int
    tooling: str
    statements: tuple[_Statement, ...]


def render(document: VexDocument) -> bytes:
    """The document; its id is made of its content where none is given."""
    found = _Document(
        context="https://openvex.dev/ns/v0.2.0",
        id=document.id or f"urn:uuid:{identity.PLACEHOLDER}",
        author=document.author,
        timestamp=identity.timestamp(document.created),
        version=1,
        tooling=f"garboard {__version__}",
        statements=tuple(map(_statement, document.statements)),
    )
    data = json_text.encoded(found)
    return json_text.formatted(data if document.id else identity.stamped(data))


def _statement(one: VexStatement) -> _Statement:
    return _Statement(
        vulnerability=_Vulnerability(name=one.ids[0], aliases=one.ids[1:]),
        timestamp=one.timestamp,
        products=tuple(_products(one.products)),
        status=one.status.value,
        status_notes=one.notes,
        justification=one.justification,
        impact_statement=one.text,
        action_statement=one.action,
    )


def _products(products: Iterable[VexProduct]) -> Iterator[_Product]:
    within: dict[str, list[_Identified]] = {}
    for one in products:
        found = within.setdefault(one.purl, [])
        if one.subcomponent:
            found.append(_Identified(one.subcomponent))
    for purl, several in within.items():
        yield _Product(id=purl, identifiers={"purl": purl}, subcomponents=tuple(several))
