"""A policy's verdict and what was set aside, for people."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from garboard import ecosystems
from garboard.model.policy import Level, PolicyResult, RuleResult, RuleState, Suppressed, Suppression
from garboard.model.report import Coverage, Report
from garboard.model.vex import VexSource
from garboard.reporters.terminal import paint
from garboard.reporters.view import View, number_of

_SHOWN: Final = 5
_MARKS: Final = MappingProxyType({RuleState.PASSED: "✔", RuleState.VIOLATED: "✗", RuleState.NOT_KNOWN: "?"})


def block(report: Report, view: View) -> Iterator[str]:
    """The verdict with each rule that does not pass, what was set aside by its reason, and what to know of the ignores."""
    policy = report.policy
    if policy is not None and policy.gated:
        yield ""
        yield paint(verdict(policy), _color(policy), color=view.color)
        for one in policy.results:
            yield from _rule(one)
        yield from (f"  {line}" for line in reservation(report, policy))
    if report.suppressed:
        yield ""
        yield from _aside(report)
    if report.vex:
        yield ""
        yield "VEX documents that come with the image:"
        yield from (f"  - {vex_line(one)}" for one in report.vex)
    if policy is not None and policy.notes:
        yield ""
        yield "Of the policy:"
        yield from (f"  - {note}" for note in policy.notes)


def reservation(report: Report, policy: PolicyResult) -> Iterator[str]:
    """What limits a verdict that it passes."""
    if not (policy.failed or policy.not_known or policy.about_coverage) and report.coverage is not Coverage.FULL:
        yield "? not everything could be judged (see Not covered): a rule `unjudged` says which parts have to be"


def vex_line(one: VexSource) -> str:
    """A VEX document that came with the image, and whether it counts."""
    signed = ", signature not checked" if one.unchecked else f", signed by {one.signer}" if one.signer else ""
    if one.problem:
        return f"{one.place}{signed}: not applied: {one.problem.removeprefix(one.place).strip()}"
    author = f"of {one.author}" if one.author else "of an author who is not named"
    count = number_of(one.statements, "statement")
    what = "applied" if one.trusted else "not trusted, so nothing of it is applied ([vex] trust or keys in the policy)"
    return f"{one.place}{signed}: {count} {author}: {what}"


def verdict(policy: PolicyResult) -> str:
    """The verdict on one line."""
    name = f"Policy {policy.file}" if policy.file else "Gate"
    stage = f", stage {policy.stage} ({policy.how})" if policy.stage else ""
    if policy.failed:
        word = "fails"
    elif policy.not_known:
        word = "not known whether it passes"
    else:
        fails = any(one.rule.level is Level.FAIL for one in policy.results)
        word = "passes" if fails else "passes: it has no rule `fail`"
    return f"{name}{stage}: {word}"


def _color(policy: PolicyResult) -> str:
    return "31" if policy.failed else "33" if policy.not_known else "32"


def _rule(one: RuleResult) -> Iterator[str]:
    basis = f"  [{'; '.join(one.basis)}]" if one.basis else ""
    if one.state is RuleState.PASSED:
        yield f"  {_MARKS[one.state]} {one.rule.text}{basis}"
        return
    warns = "warning: " if one.rule.level is Level.WARN else ""
    yield f"  {_MARKS[one.state]} {warns}{one.rule.text}  ({one.rule.place}){basis}"
    if one.missing:
        yield f"      not known: {'; '.join(one.missing)}"
    details = list(one.details)
    if one.ids:
        yield f"      {number_of(len(details), 'issue')}: {_some(details)}"
    else:
        yield from (f"      {text}" for text in details)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _aside(report: Report) -> Iterator[str]:
    """What was set aside, by what set it aside."""
    groups: dict[Suppression, list[Suppressed]] = {}
    for one in report.suppressed:
        groups.setdefault(one.by, []).append(one)
    issues = {one.finding.issue for one in report.suppressed}
    partly = issues & {one.issue for one in report.findings}
    counts = [number_of(len(issues - partly), "issue")] if issues - partly else []
    counts += [f"a part of {number_of(len(partly), 'issue')}"] if partly else []
    yield f"Set aside: {' and '.join(counts)}"
    for by, several in groups.items():
        names = list(
            dict.fromkeys(
                f"{one.finding.vulnerability.id} in {ecosystems.displayed(one.finding.package)}" for one in several
            )
        )
        until = f", until {'it is fixed' if by.until == 'until-fixed' else by.until}" if by.until else ""
        owner = f", {by.owner}" if by.owner else ""
        yield f"  - {_some(names)}"
        yield f"      {by.decision.value.replace('_', ' ')}: {by.reason}{until}{owner} ({by.place})"
