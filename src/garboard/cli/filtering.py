"""The options that choose which issues of a report count, and the exit code that follows, for every command that has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.cli.params import Given, flag, value
from garboard.model.errors import UsageError
from garboard.model.report import Coverage, Report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from garboard.model.advisory import Severity
    from garboard.model.policy import PolicyResult
    from garboard.reporters.view import View

_MILDEST_FIRST: Final = (0, 3, 1, 2)
SEVERITIES: Final = ("low", "medium", "high", "critical")


def _severity(given: str) -> Severity:
    from garboard.model.advisory import Severity

    if "," in given:
        return _lowest(given)
    if given and given.lower() not in SEVERITIES:
        raise UsageError("--severity takes only 'low', 'medium', 'high' or 'critical' values")
    return Severity[given.upper()] if given else Severity.UNKNOWN


def _lowest(given: str) -> Severity:
    """The severity that stands for a list of it and all higher ones, which other scanners take."""
    from garboard.model.advisory import Severity

    named = {one.strip().lower() for one in given.split(",")}
    for place, lowest in enumerate(SEVERITIES):
        if named == {*SEVERITIES[place:]}:
            return Severity[lowest.upper()]
    if named - {"negligible"} == {"unknown", *SEVERITIES}:
        return Severity.UNKNOWN
    least = next((one for one in SEVERITIES if one in named), "high")
    raise UsageError(
        f"--severity takes one severity, which stands for all higher ones too, not {given}", f"--severity {least}"
    )


EXCLUDE_BASE: Final = flag("--exclude-base", help="Leave out what the base image brought (see --file, --base).")
SEVERITY: Final = value(
    "--severity", parse=_severity, metavar="low|medium|high|critical", help="Only this severity and higher."
)
ONLY_FIXED: Final = flag("--only-fixed", help="Only issues that a published version fixes.")
FILTERS: Final = (EXCLUDE_BASE, SEVERITY, ONLY_FIXED)


def filtering(given: Given) -> View:
    """The view that shows what these options choose."""
    from garboard.model.advisory import Severity
    from garboard.reporters.view import View

    return View(
        severity=given[SEVERITY] or Severity.UNKNOWN, only_fixed=given[ONLY_FIXED], exclude_base=given[EXCLUDE_BASE]
    )


def worst(codes: Iterable[int]) -> int:
    """The exit code of several images, as if they were one: an error, else findings, else what was not judged, else 0."""
    return max(codes, key=_MILDEST_FIRST.index)


def exit_code(report: Report, view: View, *, require_coverage: bool = True) -> int:
    """0 clean, 1 findings shown, 3 none shown, but not everything could be judged; with a gate, what that says."""
    if report.policy is not None and report.policy.gated:
        return _of_gate(report, report.policy, require_coverage=require_coverage)
    if any(view.shows(finding) for finding in report.findings):
        return 1
    enough = {Coverage.FULL} if require_coverage else {Coverage.FULL, Coverage.PARTIAL}
    return 0 if report.coverage in enough else 3


def _of_gate(report: Report, policy: PolicyResult, *, require_coverage: bool) -> int:
    """0 it passes, 1 it fails, 3 it is not known; a rule about coverage is in place of full coverage."""
    if policy.failed:
        return 1
    enough = {Coverage.FULL, Coverage.PARTIAL} if policy.about_coverage or not require_coverage else {Coverage.FULL}
    return 0 if report.coverage in enough and not policy.not_known else 3
