"""What a reader of a report chose to see, and findings in the order in which ``docker scan`` prints them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from garboard.model.advisory import Severity
from garboard.model.finding import Finding, Vulnerability
from garboard.model.gap import Gap
from garboard.model.report import Report


@dataclass(frozen=True, slots=True)
class View:
    """``severity`` is the lowest to show; ``only_fixed`` leaves out what has no fix. What is left out is counted and said."""

    severity: Severity = Severity.UNKNOWN
    only_fixed: bool = False
    group_issues: bool = False
    dependency_tree: bool = False
    show_paths: int = 3
    colour: bool = False

    def shows(self, finding: Finding) -> bool:
        """Whether a finding is to be shown."""
        return finding.vulnerability.severity >= self.severity and (bool(finding.fixed_in) or not self.only_fixed)

    def hidden(self, report: Report) -> tuple[Gap, ...]:
        """What this view leaves out of a report."""
        gaps = []
        low = [f for f in report.findings if f.vulnerability.severity < self.severity]
        unknown = issues(f for f in low if f.vulnerability.severity is Severity.UNKNOWN)
        if self.severity > Severity.UNKNOWN and unknown:
            gaps.append(
                Gap(
                    stage="report",
                    subject=f"--severity {self.severity.word}",
                    reason=f"{len(unknown)} issues that nobody has rated yet are left out",
                )
            )
        unfixed = issues(
            f for f in report.findings if f.vulnerability.severity >= self.severity and not f.fixed_in and self.only_fixed
        )
        if unfixed:
            gaps.append(
                Gap(stage="report", subject="--only-fixed", reason=f"{len(unfixed)} issues without a fix are left out")
            )
        return tuple(gaps)


@dataclass(frozen=True, slots=True)
class Issue:
    """One vulnerability of one source package, with all the installed packages that it affects."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding that speaks for all."""
        return self.findings[0]

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it one."""
        package = self.first.package
        return self.first.vulnerability.id, package.type, package.source if package.type != "npm" else package.full_name


def headline(vulnerability: Vulnerability, longest: int) -> str:
    """Its title, else the beginning of its description, on one line; empty where there is neither."""
    text = " ".join((vulnerability.title or vulnerability.description).split())
    if len(text) <= longest:
        return text
    return text[:longest].rpartition(" ")[0] + " …"


def issues(findings: Iterable[Finding]) -> list[Issue]:
    """Findings by issue: severity ascending, so that the worst stands last, then name descending, then identifier."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(Issue((finding,)).key, []).append(finding)
    found = [Issue(tuple(group)) for group in groups.values()]
    found.sort(key=lambda issue: issue.first.vulnerability.id)
    found.sort(key=lambda issue: issue.first.package.display_name, reverse=True)
    found.sort(key=lambda issue: issue.first.vulnerability.severity)
    return found


def counted(report: Report) -> int:
    """Dependencies tested: every package but the image's own application and copies that another package owns."""
    return sum(1 for package in report.inventory.packages if not package.owner and not package.application)
