"""CycloneDX with vulnerabilities (1.4 and later): each with an analysis, and references to components or other documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

import msgspec

from garboard.model.vex import VexProduct, VexStatement, VexStatus
from garboard.policy.vex import subject
from garboard.policy.vex.flaws import first_flaw, time_flaw
from garboard.policy.vex.products import is_image, of_version, purl_flaw, version_flaw, versioned

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
_LINK: Final = "urn:cdx:"
_JUSTIFICATIONS: Final = frozenset(
    {
        "code_not_present",
        "code_not_reachable",
        "requires_configuration",
        "requires_dependency",
        "requires_environment",
        "protected_by_compiler",
        "protected_at_runtime",
        "protected_at_perimeter",
        "protected_by_mitigating_control",
    }
)


class _Analysis(msgspec.Struct):
    state: str = ""
    justification: str = ""
    detail: str = ""
    lastUpdated: str = ""  # noqa: N815
    firstIssued: str = ""  # noqa: N815


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


class _Component(msgspec.Struct, rename={"bom_ref": "bom-ref"}):
    bom_ref: str = ""
    purl: str = ""
    version: str = ""
    components: list[_Component] = []

    @property
    def product(self) -> str:
        """Its package URL; the version beside it is that of one without."""
        return versioned(self.purl, self.version)


class _Hash(msgspec.Struct):
    alg: str = ""
    content: str = ""


class _Property(msgspec.Struct):
    name: str = ""
    value: str = ""


class _Root(_Component):
    type: str = ""
    group: str = ""
    name: str = ""
    hashes: list[_Hash] = []
    properties: list[_Property] = []

    @property
    def subject(self) -> subject.VexSubject:
        """What the document is on."""
        return subject.of(
            subject.StatedSubject(
                type=self.type,
                group=self.group,
                name=self.name,
                version=self.version,
                purl=self.product,
                hashes=tuple(one.content for one in self.hashes if one.alg == "SHA-256"),
                properties=tuple((one.name, one.value) for one in self.properties),
            )
        )


class _Named(msgspec.Struct):
    name: str = ""


class _Metadata(msgspec.Struct):
    timestamp: str = ""
    authors: list[_Named] = []
    supplier: _Named | None = None
    component: _Root | None = None


class _Document(msgspec.Struct):
    vulnerabilities: list[Any] = []
    components: list[_Component] = []
    serialNumber: str = ""  # noqa: N815
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _Context(NamedTuple):
    """What the statements of a document refer to: its components by their references, of which some are of several.

    ``subject`` is what it is on as a whole, and ``itself`` the package URL of that.
    """

    subject: subject.VexSubject | None
    itself: str
    serial: str
    time: str
    purls: Mapping[str, str]
    versions: Mapping[str, str]
    ambiguous: frozenset[str]


def read(document: Any, name: str) -> Iterator[VexStatement]:
    """The statements of vulnerabilities that have an analysis.

    Raises:
        ValueError: it is not what the specification says.
    """
    found = msgspec.convert(document, type=_Document)
    supplier = found.metadata.supplier
    author = ", ".join(one.name for one in found.metadata.authors if one.name) or (supplier.name if supplier else "")
    context = _context(found)
    for number, one in enumerate(found.vulnerabilities):
        stated = _statement(one, context)
        if stated is not None:
            yield msgspec.structs.replace(stated, document=name, author=author, place=f"vulnerabilities[{number}]")


def _context(found: _Document) -> _Context:
    root = found.metadata.component
    every = [*_all(found.components, root)]
    count = Counter(one.bom_ref for one in every if one.bom_ref)
    return _Context(
        subject=root.subject if root else None,
        itself=root.product if root else "",
        serial=found.serialNumber,
        time=found.metadata.timestamp,
        purls={one.bom_ref: one.product for one in every if one.bom_ref},
        versions={one.bom_ref: one.version for one in every if one.bom_ref},
        ambiguous=frozenset(ref for ref, times in count.items() if times > 1),
    )


def _statement(stated: Any, context: _Context) -> VexStatement | None:
    """What is said of one vulnerability; None if nothing is."""
    try:
        one = msgspec.convert(stated, type=_Vulnerability)
    except msgspec.ValidationError as error:
        flaw = f"is not what the specification says: {error}"
        return VexStatement(ids=(), status=VexStatus.UNDER_INVESTIGATION, products=(), flaw=flaw)
    if one.analysis is None or not one.analysis.state:
        return None
    status = _STATUSES.get(one.analysis.state, VexStatus.UNDER_INVESTIGATION)
    products = [purl for each in one.affects for purl in _products(each, context, status)]
    return VexStatement(
        ids=tuple(dict.fromkeys(each for each in (one.id, *(other.id for other in one.references)) if each)),
        status=status,
        products=tuple(product for purl in products if purl for product in _within(context.subject, purl)),
        flaw=_flaw(one, one.analysis, context)
        or ("" if all(products) else "names products, or ranges of their versions, that are not known here")
        or _elsewhere(context, products),
        within=context.subject.name if context.subject else "",
        justification=one.analysis.justification,
        text=one.analysis.detail,
        timestamp=one.analysis.lastUpdated or one.analysis.firstIssued or context.time,
        dated=tuple(filter(None, (one.analysis.lastUpdated, one.analysis.firstIssued, context.time))),
    )


def _flaw(one: _Vulnerability, analysis: _Analysis, context: _Context) -> str:
    """What of a statement is not as the specification asks."""
    if not (one.id or any(other.id for other in one.references)):
        return "names no vulnerability"
    if analysis.state not in _STATUSES:
        return f"has {analysis.state[:100]} as the state of its analysis, which is none"
    if analysis.justification and analysis.justification not in _JUSTIFICATIONS:
        return f"has {analysis.justification[:100]} as its justification, which is none"
    shared = next((each.ref for each in one.affects if _local(each.ref, context.serial) in context.ambiguous), "")
    if shared:
        return f"refers to {shared[:200]}, and several components are referred to by that"
    named = [_product(each.ref, context) for each in one.affects]
    beside = [context.versions.get(_local(each.ref, context.serial), "") for each in one.affects]
    return first_flaw(
        (
            *map(time_flaw, (analysis.lastUpdated, analysis.firstIssued, context.time)),
            *(purl_flaw(purl) for purl in named if purl),
            *map(version_flaw, named, beside),
        )
    )


def _within(of: subject.VexSubject | None, purl: str) -> Iterator[VexProduct]:
    """What a document on an image says of a component, it says of that image's alone."""
    if of is None or not of.images or is_image(purl):
        yield VexProduct(purl=purl)
        return
    for image in of.images:
        yield VexProduct(purl=image, subcomponent=purl)


def _elsewhere(context: _Context, products: list[str]) -> str:
    """Why what is said of the parts of something that is no image closes nothing: it is of those in that alone."""
    of = context.subject
    if of is None or of.images or all(purl == context.itself or is_image(purl) for purl in products):
        return ""
    return f"is in a document on {of.name}, which is not known to be this image"


def _all(components: list[_Component], root: _Root | None) -> Iterator[_Component]:
    waiting = [*components, *([root] if root else [])]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.components


def _products(affects: _Affects, context: _Context, status: VexStatus) -> Iterator[str]:
    """The package URLs of a reference; empty for what is not known. Stated versions limit what is closed."""
    purl = _product(affects.ref, context)
    if not purl or not affects.versions or status in {VexStatus.AFFECTED, VexStatus.UNDER_INVESTIGATION}:
        yield purl
        return
    for one in affects.versions:
        if one.status == "unaffected":
            yield of_version(purl, one.version) if one.version else ""


def _product(ref: str, context: _Context) -> str:
    """The package URL of a reference: of a component here, or in another document (``urn:cdx:SERIAL/VERSION#REF``)."""
    local = _local(ref, context.serial)
    text = unquote(ref.partition("#")[2]) if ref.startswith(_LINK) else ref
    return context.purls.get(local, "") or (text if text.startswith("pkg:") else "")


def _local(ref: str, serial: str) -> str:
    """The reference of a component of this document; empty if it is one of another."""
    if not ref.startswith(_LINK):
        return ref
    of, _, text = ref.removeprefix(_LINK).partition("#")
    return unquote(text) if serial and of.partition("/")[0] == serial.removeprefix("urn:uuid:") else ""
