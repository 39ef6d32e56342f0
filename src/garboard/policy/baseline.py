"""Issues that were known before: of another report, or of one that was saved as JSON."""

from __future__ import annotations

from collections import Counter

import msgspec

from garboard import ecosystems
from garboard.model import filtered
from garboard.model.advisory import Severity
from garboard.model.errors import UsageError
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.report import Report
from garboard.policy.facts import Baseline


def key(finding: Finding) -> tuple[str, str]:
    """What makes a finding the same in two reports: the vulnerability, and the package whatever its version."""
    return finding.vulnerability.id, _unversioned(finding.package.purl) or ecosystems.displayed(finding.package)


def of_report(report: Report) -> Baseline:
    """The findings of a report, and their numbers; what was set aside and counts again is new."""
    return Baseline(frozenset(map(key, report.findings)), counted(report), report.image.name)


def counted(report: Report) -> Counter[Severity]:
    """The numbers of a report's issues by severity."""
    return Counter({one.issue: one.vulnerability.severity for one in report.findings}.values())


class _Entry(msgspec.Struct):
    id: str
    purl: str
    severity: str
    package_name: str = msgspec.field(name="packageName")
    name: str | list[str] = ""


class _Saved(msgspec.Struct):
    vulnerabilities: list[_Entry]
    image: str = ""
    gaps: list[Gap] = []
    threshold: str = msgspec.field(name="severityThreshold", default="")


def of_json(data: bytes, name: str) -> Baseline:
    """What ``garboard scan --json`` wrote.

    Raises:
        UsageError: it is no such report, or does not hold all issues.
    """
    try:
        saved = msgspec.json.decode(data, type=_Saved)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UsageError(
            f"the baseline {name} is no report on one image: {error}", "write one with garboard scan --json"
        ) from error
    several = any(not isinstance(one.name, str) and len(one.name) > 1 for one in saved.vulnerabilities)
    filtered.refuse(f"the baseline {name}", saved.gaps, saved.threshold, grouped=several)
    words = {(one.id, one.package_name): one.severity.upper() for one in saved.vulnerabilities}
    counts = Counter(Severity[word] if word in Severity.__members__ else Severity.UNKNOWN for word in words.values())
    known = frozenset((one.id, _unversioned(one.purl) or one.package_name) for one in saved.vulnerabilities)
    return Baseline(known, counts, saved.image)


def mismatch(baseline: Baseline, name: str) -> str:
    """What to say where a baseline is of an image of another name, whatever its registry and tag; empty if it is not."""
    if not baseline.image or _bare(baseline.image) == _bare(name):
        return ""
    return f"the baseline is of {baseline.image}, and this is {name}: what both have counts as known"


def _bare(name: str) -> str:
    return name.partition("@")[0].rpartition("/")[2].partition(":")[0]


def _unversioned(purl: str) -> str:
    head = purl.partition("?")[0].partition("#")[0]
    name, at, _ = head.rpartition("@")
    return name if at and "/" in name else head
