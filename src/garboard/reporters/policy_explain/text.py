"""What decided about each finding, for people: first what fails, then what is not known, warns, passes, or is set aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from garboard.model.policy import Deciding, Level, Rule, RuleState
from garboard.model.report import Report
from garboard.reporters.policy.text import block, verdict
from garboard.reporters.terminal import document
from garboard.reporters.view import View, labeled

HEADINGS = ("Fails the gate", "Not known whether it passes", "Warns", "Passes every rule", "Set aside")


def kind(one: Deciding) -> int:
    """The place in `HEADINGS` of what became of a finding."""
    if one.by is not None:
        return 4
    fails = {state for rule, state in one.rules if rule.level is Level.FAIL}
    if fails:
        return 0 if RuleState.VIOLATED in fails else 1
    return 2 if one.rules else 3


def decisive(one: Deciding) -> list[Rule]:
    """The rules by which a finding is of its kind, and not of a milder one."""
    by_kind: dict[int, list[Rule]] = {}
    for rule, state in one.rules:
        by_kind.setdefault(_kind_of(rule, state), []).append(rule)
    return by_kind.get(kind(one), [])


def _kind_of(rule: Rule, state: RuleState) -> int:
    if rule.level is not Level.FAIL:
        return 2
    return 0 if state is RuleState.VIOLATED else 1


def _named(rule: Rule, state: RuleState, of: int) -> str:
    """A rule, with what it does where that is milder than what became of the finding."""
    own = _kind_of(rule, state)
    warns = "warns: " if own > max(of, 1) else ""
    unsure = "not known: " if state is RuleState.NOT_KNOWN and of != 1 else ""
    return f"{warns}{unsure}{rule.text} ({rule.place})"


def render(report: Report, decided: Sequence[Deciding], view: View) -> bytes:
    """The whole text, UTF-8, ending in a line feed."""
    lines = [verdict(report.policy) if report.policy and report.policy.results else "No rule applies to this image"]
    for number, heading in enumerate(HEADINGS):
        found = [one for one in decided if kind(one) == number]
        if found:
            lines += ["", f"{heading}: {len(found)}"]
            lines += dict.fromkeys(line for one in found for line in _lines(one))
    lines += block(report, view)
    return document(lines, color=view.color)


def _lines(one: Deciding) -> Iterator[str]:
    vulnerability = one.finding.vulnerability
    name = f"  {vulnerability.id} ({vulnerability.severity.word}) in {labeled(one.finding.package)}"
    if one.by is not None:
        yield f"{name}: {one.by.reason} ({one.by.place})"
    elif one.rules:
        yield f"{name}: {'; '.join(_named(rule, state, kind(one)) for rule, state in one.rules)}"
    else:
        yield name
