"""CycloneDX with vulnerabilities (1.4 and later): each with an analysis, and references to components or other documents."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from garboard.policy.vex.statements import VexProduct, VexStatement, VexStatus

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


class _Affects(msgspec.Struct):
    ref: str


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


class _Metadata(msgspec.Struct):
    timestamp: str = ""
    component: _Component | None = None


class _Document(msgspec.Struct):
    vulnerabilities: list[_Vulnerability] = []
    components: list[_Component] = []
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


def read(document: Any, name: str) -> Iterator[VexStatement]:
    """The statements of vulnerabilities that have an analysis.

    Raises:
        ValueError: it is not what the specification says.
    """
    found = msgspec.convert(document, type=_Document)
    purls = {one.bom_ref: one.purl for one in _all(found.components, found.metadata.component)}
    for one in found.vulnerabilities:
        status = _STATUSES.get(one.analysis.state) if one.analysis else None
        if one.analysis is None or status is None:
            continue
        products = (_product(each.ref, purls) for each in one.affects)
        yield VexStatement(
            ids=tuple(dict.fromkeys(each for each in (one.id, *(other.id for other in one.references)) if each)),
            status=status,
            products=tuple(VexProduct(purl=purl) for purl in products if purl),
            justification=one.analysis.justification,
            text=one.analysis.detail,
            timestamp=one.analysis.lastUpdated or one.updated or found.metadata.timestamp,
            document=name,
        )


def _all(components: list[_Component], root: _Component | None) -> Iterator[_Component]:
    waiting = [*components, *([root] if root else [])]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.components


def _product(ref: str, purls: dict[str, str]) -> str:
    """The package URL of a reference: of a component here, or in another document (``urn:cdx:SERIAL/VERSION#REF``)."""
    text = unquote(ref.partition("#")[2]) if ref.startswith("urn:cdx:") else ref
    return purls.get(ref) or purls.get(text) or (text if text.startswith("pkg:") else "")
