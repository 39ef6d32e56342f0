"""What decided about each finding, for people: first what fails, then what is not known, warns, passes, or is set aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from garboard.model.policy import Deciding, Level, RuleState
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
        yield f"{name}: {'; '.join(f'{rule.text} ({rule.place})' for rule, _ in one.rules)}"
    else:
        yield name
