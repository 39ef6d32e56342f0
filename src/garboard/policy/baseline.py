"""Issues that were known before: of another report, or of one that was saved as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from garboard.model.advisory import Severity
from garboard.model.errors import UsageError
from garboard.model.finding import Finding
from garboard.model.report import Report
from garboard.policy.facts import Baseline


def key(finding: Finding) -> tuple[str, str]:
    """What makes a finding the same in two reports: the vulnerability, and the package whatever its version."""
    return finding.vulnerability.id, _unversioned(finding.package.purl)


def of_report(report: Report) -> Baseline:
    """All findings of a report, whether they count or not, and the numbers of those that do."""
    suppressed: Iterable[Finding] = (one.finding for one in report.suppressed)
    return Baseline(frozenset(map(key, (*report.findings, *suppressed))), counted(report))


def counted(report: Report) -> Counter[Severity]:
    """The numbers of a report's issues by severity."""
    return Counter({one.issue: one.vulnerability.severity for one in report.findings}.values())


class _Entry(msgspec.Struct):
    id: str
    purl: str
    severity: str
    package_name: str = msgspec.field(name="packageName")


class _Saved(msgspec.Struct):
    vulnerabilities: list[_Entry]


def of_json(data: bytes, name: str) -> Baseline:
    """What ``garboard scan --json`` wrote.

    Raises:
        UsageError: it is no such report.
    """
    try:
        saved = msgspec.json.decode(data, type=_Saved)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UsageError(
            f"the baseline {name} is no report on one image: {error}", "write one with garboard scan --json"
        ) from error
    words = {(one.id, one.package_name): one.severity.upper() for one in saved.vulnerabilities}
    counts = Counter(Severity[word] if word in Severity.__members__ else Severity.UNKNOWN for word in words.values())
    return Baseline(frozenset((one.id, _unversioned(one.purl)) for one in saved.vulnerabilities), counts)


def _unversioned(purl: str) -> str:
    head = purl.partition("?")[0].partition("#")[0]
    name, at, _ = head.rpartition("@")
    return name if at and "/" in name else head
