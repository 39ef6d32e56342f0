"""Looks up a name in a report: a vulnerability under any of its identifiers, or a package."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from garboard.matching.dependency_paths import Introductions
from garboard.matching.rejected import consider
from garboard.matching.remediation import remedies
from garboard.matching.streams import streams_of
from garboard.model.advisory import Lookup
from garboard.model.explanation import Consideration, Explained, Explanation
from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.model.report import Report

_NEAR: Final = 5


def identifiers(finding: Finding) -> tuple[str, ...]:
    """All names of a finding's vulnerability, starting with the one that is shown."""
    vulnerability = finding.vulnerability
    return tuple(dict.fromkeys((vulnerability.id, *vulnerability.aliases, *vulnerability.advisories)))


def explain(query: str, report: Report, database: Lookup) -> Explanation:
    """Everything that the report and the data contain about a name.

    ``query`` is an identifier in any case (CVE, GHSA, DSA, …), or a package: its name as installed, as
    ``source/binary``, its source's name, or a purl. With ``@VERSION`` or ``=VERSION`` only that version matches.
    """
    text = query.strip()
    wanted = text.casefold()
    findings = [one for one in report.findings if wanted in {name.casefold() for name in identifiers(one)}]
    if findings:
        names = {name for finding in findings for name in identifiers(finding)}
        return _explanation(query, report, findings, considered=_considered(report, database, names))
    packages = [package for package in report.inventory.packages if _is(package, text)]
    if packages:
        ids = {package.id for package in packages}
        findings = [finding for finding in report.findings if finding.package.id in ids]
        return _explanation(query, report, findings, packages=packages)
    considered = _considered(report, database, (text,))
    if considered:
        return Explanation(query=query, report=report, considered=considered)
    return Explanation(query=query, report=report, near=_near(text, report))


def _considered(report: Report, database: Lookup, names: Collection[str]) -> tuple[Consideration, ...]:
    streams = streams_of(report.inventory.distro, database)
    return consider(report.inventory.packages, database, names, streams)


def _explanation(
    query: str,
    report: Report,
    findings: Iterable[Finding],
    *,
    packages: Sequence[Package] = (),
    considered: tuple[Consideration, ...] = (),
) -> Explanation:
    ways = Introductions(report.inventory.packages) if packages else None
    return Explanation(
        query=query,
        report=report,
        issues=tuple(Explained(findings=group, remedies=remedies(group, report)) for group in _groups(findings)),
        packages=tuple(packages),
        paths=tuple(ways.paths(package.id).kept for package in packages) if ways else (),
        considered=considered,
    )


def _groups(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """One group for each vulnerability of each source package, the worst first."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        package = finding.package
        name = package.source if package.type in SYSTEM_TYPES else package.full_name
        groups.setdefault((finding.vulnerability.id, package.type, name), []).append(finding)
    return sorted((tuple(group) for group in groups.values()), key=lambda group: -group[0].vulnerability.severity.rank)


def _names(package: Package) -> set[str]:
    return {package.full_name, package.name, package.display_name, package.source}


def _is(package: Package, text: str) -> bool:
    """Whether a text names the package, at its version or any."""
    if text.startswith("pkg:"):
        return text in {package.purl, package.purl.partition("?")[0], package.purl.partition("@")[0]}
    if text in _names(package):
        return True
    for separator in "@=":
        name, found, version = text.rpartition(separator)
        if found and name and version == package.version and name in _names(package):
            return True
    return False


def _near(text: str, report: Report) -> tuple[str, ...]:
    """Similar names: of packages at other versions, of packages, of vulnerabilities that were found."""
    labels = [
        f"{package.full_name}@{package.version}"
        for package in report.inventory.packages
        if any(_names(package) & {text.rpartition(mark)[0]} for mark in "@=")
    ]
    names = {name for package in report.inventory.packages for name in _names(package)}
    inside = [name for name in sorted(names) if len(text) > 2 and text.casefold() in name.casefold()]
    ids = {name for finding in report.findings for name in identifiers(finding)}
    close = [*_close(text, names, 0.75), *_close(text, ids, 0.9)]
    return tuple(dict.fromkeys((*labels, *close, *inside)))[:_NEAR]


def _close(text: str, names: Iterable[str], cutoff: float) -> list[str]:
    folded = {name.casefold(): name for name in sorted(names)}
    return [folded[name] for name in difflib.get_close_matches(text.casefold(), folded, n=_NEAR, cutoff=cutoff)]
