"""Decides each rule of a stage: three-valued, so that a fact that is not known never lets one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from garboard import ecosystems
from garboard.model.finding import Finding
from garboard.model.policy import Deciding, Rule, RuleResult, RuleState
from garboard.policy import ages, of_findings, of_images
from garboard.policy.baseline import key
from garboard.policy.facts import Facts


def judge(rules: Sequence[Rule], facts: Facts) -> tuple[RuleResult, ...]:
    """The result of each rule; their order does not matter."""
    return tuple(_one(rule, facts._replace(rule={one.name: one.value for one in rule.conditions})) for rule in rules)


def deciding(rules: Sequence[Rule], facts: Facts) -> tuple[Deciding, ...]:
    """What decides about each finding; rules about the whole image decide about none."""
    aside = (Deciding(finding=one.finding, by=one.by) for one in facts.report.suppressed)
    counted = (Deciding(finding=one, rules=tuple(_unpassed(one, rules, facts))) for one in facts.report.findings)
    return (*counted, *aside)


def _unpassed(finding: Finding, rules: Sequence[Rule], facts: Facts) -> Iterator[tuple[Rule, RuleState]]:
    for rule in rules:
        if all(one.name in of_findings.CONDITIONS for one in rule.conditions):
            state, _ = _state(rule, finding, facts._replace(rule={one.name: one.value for one in rule.conditions}))
            if state is not RuleState.PASSED:
                yield rule, state


def _one(rule: Rule, facts: Facts) -> RuleResult:
    of_image = [one for one in rule.conditions if one.name in of_images.CONDITIONS]
    return _of_image(rule, facts) if of_image else _of_findings(rule, facts)


def _of_image(rule: Rule, facts: Facts) -> RuleResult:
    """All conditions are about the image (`garboard.policy.document` mixes none)."""
    answers = [of_images.CONDITIONS[one.name].answer(one.value, facts) for one in rule.conditions]
    state = _all(one.holds for one in answers)
    texts = tuple(one.text for one in answers if one.text and one.holds is not False)
    if state is RuleState.NOT_KNOWN:
        missing = tuple(one.text for one in answers if one.holds is None)
        return RuleResult(rule=rule, state=state, missing=missing)
    return RuleResult(rule=rule, state=state, details=texts if state is RuleState.VIOLATED else ())


def _of_findings(rule: Rule, facts: Facts) -> RuleResult:
    bad: dict[tuple[str, str, str], Finding] = {}
    unsure: dict[tuple[str, str, str], Finding] = {}
    missing: dict[str, None] = {}
    for finding in facts.report.findings:
        state, lacking = _state(rule, finding, facts)
        if state is RuleState.VIOLATED:
            bad.setdefault(finding.issue, finding)
        elif state is RuleState.NOT_KNOWN:
            unsure.setdefault(finding.issue, finding)
            missing |= dict.fromkeys(lacking)
    state = RuleState.VIOLATED if bad else RuleState.NOT_KNOWN if unsure else RuleState.PASSED
    shown = bad or unsure
    return RuleResult(
        rule=rule,
        state=state,
        details=tuple(f"{one.vulnerability.id} in {ecosystems.displayed(one.package)}" for one in shown.values()),
        missing=tuple(missing) if not bad else (),
        ids=tuple(dict.fromkeys(one.vulnerability.id for one in shown.values())),
        basis=_basis(rule, facts),
    )


def _basis(rule: Rule, facts: Facts) -> tuple[str, ...]:
    """How old the data are of facts that age."""
    feeds = (of_findings.CONDITIONS[one.name].feed for one in rule.conditions)
    return tuple(filter(None, (ages.told(feed, facts.report) for feed in feeds if feed)))


def _state(rule: Rule, finding: Finding, facts: Facts) -> tuple[RuleState, tuple[str, ...]]:
    """What becomes of the rule for one finding, and the facts that are missing for that."""
    if facts.baseline is not None and "new" not in facts.rule and key(finding) in facts.baseline.known:
        return RuleState.PASSED, ()
    answers = {one.name: of_findings.CONDITIONS[one.name].holds(one.value, finding, facts) for one in rule.conditions}
    return _all(answers.values()), tuple(
        of_findings.CONDITIONS[name].missing(facts) for name, holds in answers.items() if holds is None
    )


def _all(answers: Iterable[bool | None]) -> RuleState:
    found = [*answers]
    if False in found:
        return RuleState.PASSED
    return RuleState.NOT_KNOWN if None in found else RuleState.VIOLATED
