"""Findings as the vulnerabilities of a CycloneDX 1.6 document, with what a policy or VEX says of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from garboard.model.advisory import Rating, Severity
from garboard.model.finding import Finding, Vulnerability
from garboard.model.policy import Decision, Suppressed
from garboard.model.vex import JUSTIFICATIONS, justification_of
from garboard.sbom.properties import Pair

_METHODS: Final = MappingProxyType({"CVSS:4": "CVSSv4", "CVSS:3.1": "CVSSv31", "CVSS:3.0": "CVSSv3"})
_SEVERITIES: Final = MappingProxyType(
    {
        Severity.CRITICAL: "critical",
        Severity.HIGH: "high",
        Severity.MEDIUM: "medium",
        Severity.LOW: "low",
        Severity.NEGLIGIBLE: "info",
        Severity.UNKNOWN: "unknown",
    }
)
_VECTOR_2: Final = re.compile(r"(?:AV|AC|Au|C|I|A):")
_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"{}|\\^`\[\]]+")


class _Out(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """A part of the document; empty fields are left out."""


class VulnerabilitySource(_Out):
    """Who says it."""

    name: str


class OtherName(_Out):
    """The same vulnerability under another name."""

    id: str
    source: VulnerabilitySource


class VulnerabilityRating(_Out, kw_only=True):
    """How severe it is, by one source."""

    source: VulnerabilitySource
    score: float | None = None
    severity: str | None = None
    method: str | None = None
    vector: str | None = None


class AdvisoryLink(_Out):
    """Where it is described."""

    url: str


class VulnerabilityAnalysis(_Out, kw_only=True):
    """What was decided about it."""

    state: str
    justification: str | None = None
    response: tuple[str, ...] = ()
    detail: str | None = None


class AffectedRef(_Out):
    """A component that has it."""

    ref: str


class Property(_Out):
    """A named value."""

    name: str
    value: str


class BomVulnerability(_Out, kw_only=True):
    """A vulnerability of components with one decision."""

    id: str
    source: VulnerabilitySource | None = None
    references: tuple[OtherName, ...] = ()
    ratings: tuple[VulnerabilityRating, ...] = ()
    cwes: tuple[int, ...] = ()
    description: str | None = None
    recommendation: str | None = None
    advisories: tuple[AdvisoryLink, ...] = ()
    published: str | None = None
    updated: str | None = None
    analysis: VulnerabilityAnalysis | None = None
    affects: tuple[AffectedRef, ...]
    properties: tuple[Property, ...] = ()


def vulnerabilities(
    findings: Iterable[Finding], suppressed: Iterable[Suppressed], refs: Mapping[str, str]
) -> Iterator[BomVulnerability]:
    """One for each finding; ``refs`` are the components' by the packages' ids."""
    for finding in findings:
        yield _vulnerability(finding, refs, None)
    for one in suppressed:
        yield _vulnerability(one.finding, refs, _analysis(one))


def _vulnerability(
    finding: Finding, refs: Mapping[str, str], analysis: VulnerabilityAnalysis | None
) -> BomVulnerability:
    stated = finding.vulnerability
    others = dict.fromkeys((*stated.aliases, *stated.advisories))
    known = finding.fixed_in
    return BomVulnerability(
        id=stated.id,
        source=VulnerabilitySource(name=finding.feed) if finding.feed else None,
        references=tuple(
            OtherName(id=one, source=VulnerabilitySource(name=one.partition("-")[0]))
            for one in others
            if one != stated.id
        ),
        ratings=tuple(_ratings(stated)),
        cwes=tuple(int(one[4:]) for one in stated.cwes if one.startswith("CWE-") and one[4:].isdecimal()),
        description=stated.description or stated.title or None,
        recommendation=f"Upgrade {finding.package.full_name} to {known}" if known else None,
        advisories=tuple(AdvisoryLink(url=one) for one in stated.references if _ADDRESS.fullmatch(one)),
        published=_stamp(stated.published),
        updated=_stamp(stated.modified),
        analysis=analysis,
        affects=(AffectedRef(ref=refs[finding.package.id]),) if finding.package.id in refs else (),
        properties=tuple(Property(name=name, value=value) for name, value in _properties(finding)),
    )


def _properties(finding: Finding) -> Iterator[Pair]:
    who, stated = finding.who, finding.vulnerability
    yield "garboard:origin", who.origin.value
    if who.place is not None:
        yield "garboard:dockerfile", f"{who.place.file}:{who.place.line}"
    if finding.fixed_in:
        yield "garboard:fixed-in", finding.fixed_in
    yield "garboard:status", finding.status.value
    if stated.epss is not None:
        yield "garboard:epss", f"{stated.epss:.5f}"
    if stated.kev_added:
        yield "garboard:kev-added", stated.kev_added


def _ratings(stated: Vulnerability) -> Iterator[VulnerabilityRating]:
    """The one that counts first, then those of all sources."""
    yield VulnerabilityRating(
        source=VulnerabilitySource(name=stated.severity_source or "unknown"),
        score=stated.cvss_score,
        severity=_SEVERITIES[stated.severity],
        method=_method(stated.cvss_vector),
        vector=stated.cvss_vector or None,
    )
    for one in stated.ratings:
        yield _rating(one)


def _rating(one: Rating) -> VulnerabilityRating:
    return VulnerabilityRating(
        source=VulnerabilitySource(name=one.source), method=_method(one.vector), vector=one.vector or None
    )


def _method(vector: str) -> str | None:
    if not vector:
        return None
    found = next((method for start, method in _METHODS.items() if vector.startswith(start)), "")
    return found or ("CVSSv2" if _VECTOR_2.match(vector.strip("()")) else "other")


def _analysis(one: Suppressed) -> VulnerabilityAnalysis:
    """What is ignored stays exploitable: nobody said that it is not."""
    by = one.by
    until = f" (until {by.until})" if by.until else ""
    detail = f"{by.reason}{until}; {by.place}"
    if by.decision is Decision.FIXED:
        return VulnerabilityAnalysis(state="resolved", detail=detail)
    if by.decision is Decision.NOT_AFFECTED:
        return VulnerabilityAnalysis(
            state="not_affected",
            justification=JUSTIFICATIONS.get(justification_of(by.justification)) or None,
            detail=detail,
        )
    return VulnerabilityAnalysis(state="exploitable", response=("will_not_fix",), detail=detail)


def _stamp(text: str) -> str | None:
    if len(text) == 10:
        text = f"{text}T00:00:00Z"
    return text if _STAMP.fullmatch(text) else None
