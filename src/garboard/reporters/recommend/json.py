"""A recommendation for programs."""

from __future__ import annotations

from typing import Final

import msgspec

from garboard import json_text
from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.lifecycle import Lifespan
from garboard.model.recommendation import Counts, FindingKey, Objection, Recommendation, Row, Verdict
from garboard.model.timestamp import rfc3339
from garboard.reporters.recommend import table as tables


class _Out(Value, omit_defaults=False, rename="camel"):
    """A part of the document; every field is always written."""


class CountsOf(_Out):
    """Issues by severity."""

    total: int
    critical: int
    high: int
    medium: int
    low: int
    negligible: int
    unknown: int


class LifespanOf(_Out):
    """How long something is maintained."""

    name: str
    product: str
    cycle: str
    eol: str
    extended: str
    state: str
    lts: bool | None


class FindingOf(_Out):
    """One finding."""

    id: str
    type: str
    package: str
    version: str


class PredictionOf(_Out):
    """Your image on the base. The lists are of findings, the numbers of issues."""

    issues: CountsOf
    removes: int
    adds: int
    packages: int
    unknown: list[str]
    least: bool
    remaining: list[FindingOf]
    removed: list[FindingOf]
    added: list[FindingOf]
    gaps: list[str]


class RowOf(_Out):
    """One base."""

    base_image: str
    group: str
    aliases: list[str]
    digest: str
    key: str
    recommended: bool
    better: bool
    judged: bool
    vulnerabilities: CountsOf | None
    your_image: PredictionOf | None
    packages: int | None
    size: int | None
    created: str
    distro: str
    support: list[LifespanOf]
    warnings: list[str]
    objections: list[Objection]
    approved: bool | None


class Recommendations(_Out):
    """The whole."""

    verdict: str
    base: RowOf | None
    wanted: str
    how: str
    your_image: CountsOf | None
    rows: list[RowOf]
    compared: int
    created: str
    data_date: str
    gaps: list[Gap]


class Advice(Value, omit_defaults=True):
    """A text for people, as ``docker scan`` prints it."""

    message: str
    bold: bool = False


class Remediation(_Out):
    """``docker scan``'s own form of a recommendation: its code and its tables as text."""

    code: str
    advice: list[Advice]


_CODES: Final = {
    Verdict.BETTER: "REMEDIATION_AVAILABLE",
    Verdict.BEST: "NO_REMEDIATION_AVAILABLE",
    Verdict.UNKNOWN: "UNTRACKED_BASE_IMAGE",
}


def remediation(found: Recommendation) -> Remediation:
    """The recommendation as ``docker scan`` wrote it: each text is printed on lines of its own."""
    if found.base is None:
        return Remediation(code=_CODES[Verdict.UNKNOWN], advice=[])
    advice = [Advice(message=tables.guide([found.base]))]
    if found.verdict is Verdict.BEST:
        advice.append(Advice(message=tables.most_secure(found)))
    elif found.verdict is Verdict.BETTER:
        advice.append(Advice(message=f"{tables.HEADLINE}\n", bold=True))
        for group, rows in tables.grouped(found.recommended):
            advice.append(Advice(message=tables.TITLES[group], bold=True))
            advice.append(Advice(message=tables.guide(rows[: tables.SHOWN])))
    return Remediation(code=_CODES[found.verdict], advice=advice)


def document(found: Recommendation) -> Recommendations:
    """The recommendation with its fields named as they are written."""
    return Recommendations(
        verdict=found.verdict.value,
        base=_row(found.base) if found.base else None,
        wanted=found.wanted,
        how=found.how,
        your_image=_counts(found.yours),
        rows=[_row(row) for row in found.rows],
        compared=found.compared,
        created=rfc3339(found.created),
        data_date=found.data_date,
        gaps=list(found.gaps),
    )


def render(found: Recommendation, *, everything: bool = False, color: bool = False) -> bytes:
    """One JSON document with everything, UTF-8, indented, ending in a line feed."""
    del everything, color
    return json_text.document(document(found))


def _counts(counts: Counts | None) -> CountsOf | None:
    if counts is None:
        return None
    return CountsOf(total=counts.total, **msgspec.structs.asdict(counts))


def _row(row: Row) -> RowOf:
    return RowOf(
        base_image=row.reference,
        group=row.group.value if row.group else "",
        aliases=list(row.aliases),
        digest=row.digest,
        key=row.key,
        recommended=row.better and not row.objections,
        better=row.better,
        judged=row.judged,
        vulnerabilities=_counts(row.counts),
        your_image=_prediction(row),
        packages=row.packages,
        size=row.size,
        created=row.created,
        distro=row.distro,
        support=[_lifespan(one) for one in row.lifespans],
        warnings=list(row.warnings),
        objections=list(row.objections),
        approved=row.approved,
    )


def _lifespan(one: Lifespan) -> LifespanOf:
    return LifespanOf(
        name=one.name,
        product=one.product,
        cycle=one.cycle,
        eol=one.eol,
        extended=one.extended,
        state=one.state.value,
        lts=one.lts,
    )


def _prediction(row: Row) -> PredictionOf | None:
    one = row.prediction
    counts = _counts(one.counts) if one else None
    if one is None or counts is None:
        return None
    return PredictionOf(
        issues=counts,
        removes=one.removes,
        adds=one.adds,
        packages=one.packages,
        unknown=list(one.unknown),
        least=one.least or bool(one.unknown),
        remaining=[_finding(key) for key in one.remaining],
        removed=[_finding(key) for key in one.removed],
        added=[_finding(new.key) for new in one.added],
        gaps=list(one.gaps),
    )


def _finding(key: FindingKey) -> FindingOf:
    return FindingOf(id=key.vulnerability, type=key.type, package=key.package, version=key.version)
