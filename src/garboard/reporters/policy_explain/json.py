"""What decided about each finding, for programs."""

from __future__ import annotations

from collections.abc import Sequence

from garboard import ecosystems, json_text
from garboard.model.base import Value
from garboard.model.policy import Deciding
from garboard.model.report import Report
from garboard.reporters.policy.json import PolicyOf, verdict
from garboard.reporters.policy_explain.text import decisive, kind
from garboard.reporters.view import View

_WORDS = ("fails", "not_known", "warns", "passes", "suppressed")


class _Out(Value, omit_defaults=False, rename="camel"):
    """A part of the document; every field is always written."""


class DecidedOf(_Out):
    """One finding: what became of it, and the places of the rules that decided it."""

    id: str
    severity: str
    package_name: str
    version: str
    purl: str
    decision: str
    places: list[str]
    reason: str


class DecisionsOf(_Out):
    """The whole answer."""

    image: str
    gate: PolicyOf | None
    findings: list[DecidedOf]


def render(report: Report, decided: Sequence[Deciding], view: View) -> bytes:  # noqa: ARG001
    """The document, UTF-8, indented, ending in a line feed."""
    return json_text.document(
        DecisionsOf(image=report.image.name, gate=verdict(report.policy), findings=[_one(one) for one in decided])
    )


def _one(one: Deciding) -> DecidedOf:
    finding = one.finding
    return DecidedOf(
        id=finding.vulnerability.id,
        severity=finding.vulnerability.severity.word,
        package_name=ecosystems.displayed(finding.package),
        version=finding.package.version,
        purl=finding.package.purl,
        decision=_WORDS[kind(one)],
        places=[one.by.place] if one.by else [rule.place for rule in decisive(one)],
        reason=one.by.reason if one.by else "",
    )
