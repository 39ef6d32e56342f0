"""A policy's verdict and what was set aside, for programs."""

from __future__ import annotations

from garboard import ecosystems
from garboard.model.base import Value
from garboard.model.policy import PolicyResult, RuleResult, Suppressed
from garboard.model.report import Report


class _Out(Value, omit_defaults=False, rename="camel"):
    """A part of the document; every field is always written."""


class RuleOf(_Out):
    """What became of one rule."""

    level: str
    rule: str
    place: str
    state: str
    details: list[str]
    missing: list[str]
    ids: list[str]
    basis: list[str]


class PolicyOf(_Out):
    """The verdict; ``passed`` is null where there is no rule that fails, or it is not known."""

    file: str
    stage: str
    how: str
    passed: bool | None
    rules: list[RuleOf]
    notes: list[str]


class SuppressedOf(_Out):
    """A finding that does not count, and why."""

    id: str
    severity: str
    package_name: str
    version: str
    purl: str
    decision: str
    justification: str
    reason: str
    until: str
    owner: str
    place: str


class VexOf(_Out):
    """A VEX document that lies in the image or is attached to it."""

    place: str
    author: str
    statements: int
    trusted: bool
    signature: str
    problem: str


def vex(report: Report) -> list[VexOf]:
    """Every such document, whether it was applied or not; ``signature`` is empty where there can be none."""
    return [
        VexOf(
            place=one.place,
            author=one.author,
            statements=one.statements,
            trusted=one.trusted,
            signature="not checked" if one.unchecked else f"by {one.signer}" if one.signer else "",
            problem=one.problem,
        )
        for one in report.vex
    ]


def verdict(policy: PolicyResult | None) -> PolicyOf | None:
    """The policy's part; None without one."""
    if policy is None:
        return None
    return PolicyOf(
        file=policy.file,
        stage=policy.stage,
        how=policy.how,
        passed=None if policy.not_known or not policy.gated else not policy.failed,
        rules=[_rule(one) for one in policy.results],
        notes=list(policy.notes),
    )


def _rule(one: RuleResult) -> RuleOf:
    return RuleOf(
        level=one.rule.level.value,
        rule=one.rule.text,
        place=one.rule.place,
        state=one.state.value.replace(" ", "_"),
        details=list(one.details),
        missing=list(one.missing),
        ids=list(one.ids),
        basis=list(one.basis),
    )


def suppressed(report: Report) -> list[SuppressedOf]:
    """Every finding that was set aside."""
    return [_aside(one) for one in report.suppressed]


def _aside(one: Suppressed) -> SuppressedOf:
    finding, by = one.finding, one.by
    return SuppressedOf(
        id=finding.vulnerability.id,
        severity=finding.vulnerability.severity.word,
        package_name=ecosystems.displayed(finding.package),
        version=finding.package.version,
        purl=finding.package.purl,
        decision=by.decision.value,
        justification=by.justification,
        reason=by.reason,
        until=by.until,
        owner=by.owner,
        place=by.place,
    )
