"""Counts issues of many sets of packages that share most of them: each package is judged once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from garboard import ecosystems
from garboard.model.advisory import Severity
from garboard.model.finding import Finding
from garboard.model.package import Package
from garboard.model.recommendation import Counts, FindingKey

Identity = tuple[str, ...]
IssueKey = tuple[str, str, str]

_WORDS: Final = tuple(Severity(number).word for number in range(len(Severity)))


def identity(package: Package) -> Identity:
    """What a package is judged by: packages of equal identity have the same vulnerabilities."""
    if ecosystems.of(package.type).by_source:
        return package.type, package.source, package.source_version_or_own, package.ecosystem
    return (
        package.type,
        package.full_name,
        package.version,
        package.source_name,
        package.source_version,
        package.ecosystem,
        package.module,
    )


def is_judged(package: Package) -> bool:
    """Whether it is judged on its own, not through its owner and not skipped."""
    return not package.owner and not package.application


def distinct(inventories: Iterable[Iterable[Package]]) -> tuple[Package, ...]:
    """Every package that has to be judged, once, in order of first occurrence."""
    objects = {id(one): one for packages in inventories for one in packages}
    found: dict[Identity, Package] = {}
    for one in objects.values():
        if is_judged(one):
            found.setdefault(identity(one), one)
    return tuple(found.values())


class Figures:
    """The findings of distinct packages, for counting the issues of any set of packages."""

    def __init__(self, findings: Iterable[Finding], uncovered: Iterable[str] = (), excused: Iterable[str] = ()) -> None:
        """``uncovered``: the ecosystems without data; ``excused``: those of them that the image in use has too."""
        self._findings: dict[Identity, list[Finding]] = {}
        self._uncovered = frozenset(uncovered)
        self._excused = frozenset(excused)
        for finding in findings:
            self._findings.setdefault(identity(finding.package), []).append(finding)
        self._of: dict[int, tuple[Package, list[tuple[IssueKey, Severity]]]] = {}

    def _issues(self, package: Package) -> list[tuple[IssueKey, Severity]]:
        known = self._of.get(id(package))
        if known is None:
            found = self._findings.get(identity(package), ()) if is_judged(package) else ()
            issues = [(finding.issue, finding.vulnerability.severity) for finding in found]
            known = self._of[id(package)] = (package, issues)  # the package is kept, so that its id stays its own
        return known[1]

    def issues(self, packages: Iterable[Package]) -> dict[IssueKey, Severity]:
        """The issues of a set of packages."""
        found: dict[IssueKey, Severity] = {}
        for package in packages:
            for key, severity in self._issues(package):
                if key not in found:
                    found[key] = severity
        return found

    def findings(self, packages: Iterable[Package]) -> dict[FindingKey, Finding]:
        """The findings of a set of packages, sorted; copies of one package are one.

        Each key has a finding of the package itself, or of one of equal `identity`.
        """
        found = {
            key_of(finding, package): finding
            for package in packages
            if is_judged(package)
            for finding in self._findings.get(identity(package), ())
        }
        return dict(sorted(found.items(), key=lambda one: one[0]))

    def covers(self, packages: Iterable[Package]) -> bool:
        """Whether something was compared, and everything that could hide an issue on this side alone."""
        found = {one.ecosystem for one in packages if is_judged(one)}
        return bool(found - self._uncovered) and not found & (self._uncovered - self._excused)


def key_of(finding: Finding, package: Package) -> FindingKey:
    """What makes a finding the same in two scans; ``package`` is the finding's own, or one of equal `identity`."""
    vulnerability, kind, source = finding.issue
    return FindingKey(
        vulnerability=vulnerability, type=kind, package=package.full_name, version=package.version, source=source
    )


def counts(issues: Mapping[IssueKey, Severity]) -> Counts:
    """Issues by severity."""
    found = Counter(issues.values())
    return Counts(**{_WORDS[severity]: number for severity, number in found.items()})


def of_scan(findings: Iterable[Finding]) -> dict[IssueKey, Severity]:
    """The issues of a scan."""
    found: dict[IssueKey, Severity] = {}
    for finding in findings:
        found.setdefault(finding.issue, finding.vulnerability.severity)
    return found
