"""What a reader of a report chose to see, and findings in the order in which ``docker scan`` prints them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import dropwhile
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from garboard import ecosystems
from garboard.model.advisory import Severity
from garboard.model.attribution import Certainty, Origin
from garboard.model.base import Value
from garboard.model.finding import Finding, Vulnerability
from garboard.model.gap import Gap
from garboard.model.package import SYSTEM_TYPES, Location, Package
from garboard.model.report import Report


class View(Value):
    """Which findings a report shows, and how.

    ``severity`` is the lowest to show; an unrated issue may be the worst, so it is always shown. ``only_fixed`` leaves
    out issues without a fix, ``exclude_base`` those known to be from the base image's layers. What is left out is
    counted, and the report says so. Texts with ``summary`` have neither packages nor issues; the others are the table's,
    as `garboard.reporters.scan.columns` names them. ``template`` is the text of the one that the format of this name is made by.
    """

    severity: Severity = Severity.UNKNOWN
    only_fixed: bool = False
    group_issues: bool = False
    dependency_tree: bool = False
    show_paths: int = 3
    color: bool = msgspec.field(default=False, name="colour")
    exclude_base: bool = False
    summary: bool = False
    sort: str = ""
    group_by: str = ""
    columns: tuple[str, ...] = ()
    template: str = ""
    template_name: str = ""

    def shows(self, finding: Finding) -> bool:
        """Whether a finding is to be shown."""
        return self._wants(finding) and not (self.exclude_base and origin(finding) is Origin.BASE)

    def _wants(self, finding: Finding) -> bool:
        return self._is_severe(finding) and (bool(finding.fixed_in) or not self.only_fixed)

    def _is_severe(self, finding: Finding) -> bool:
        severity = finding.vulnerability.severity
        return severity is Severity.UNKNOWN or severity >= self.severity

    def shares(self, report: Report) -> Shares:
        """The origins of the issues that this view would show if the base image's were included."""
        return shares(issues(finding for finding in report.findings if self._wants(finding)))

    def hidden(self, report: Report) -> tuple[Gap, ...]:
        """What this view leaves out of a report."""
        gaps = []
        mild = issues(finding for finding in report.findings if not self._is_severe(finding))
        if mild:
            gaps.append(
                Gap(
                    stage="report",
                    subject=f"--severity {self.severity.word}",
                    reason=f"{number_of(len(mild), 'issue')} of lower severity {'is' if len(mild) == 1 else 'are'} left out",
                )
            )
        unfixed = issues(
            finding
            for finding in report.findings
            if self.only_fixed and self._is_severe(finding) and not finding.fixed_in
        )
        if unfixed:
            gaps.append(
                Gap(
                    stage="report",
                    subject="--only-fixed",
                    reason=f"{number_of(len(unfixed), 'issue')} without a fix {'is' if len(unfixed) == 1 else 'are'} left out",
                )
            )
        if self.exclude_base:
            gaps.append(self._base(report))
        return tuple(gaps)

    def _base(self, report: Report) -> Gap:
        base = report.attribution.base if report.attribution else None
        if base is None or base.layers is None:
            reason = "which layers are the base image's is not known, so nothing is left out; name it with --base"
        else:
            wanted = [finding for finding in report.findings if self._wants(finding)]
            count = len(issues(wanted)) - len(issues(finding for finding in wanted if self.shows(finding)))
            reason = (
                f"{count} issue{'s' if count != 1 else ''} of the base image {'are' if count != 1 else 'is'} left out"
            )
            if base.how is not Certainty.EXACT:
                reason += f"; {_HOW[base.how]}: name the base with --base to be sure"
        return Gap(stage="report", subject="--exclude-base", reason=reason)


_FILE: Final = "file"
_FILES: Final = frozenset({"dir", _FILE})
"""The sources of what is a folder (a project, or a system's root) or one file."""
_HOW: Final = MappingProxyType(
    {
        Certainty.DECLARED: "where it ends is told by its build's provenance alone, whose signature was not checked",
        Certainty.ALIGNED: "where it ends is told by the Dockerfile alone (a line that was deleted there since would count "
        "as the base's)",
    }
)


def origin(finding: Finding) -> Origin:
    """The origin of the finding's package."""
    return finding.introduced.origin if finding.introduced else Origin.UNKNOWN


class Shares(NamedTuple):
    """Numbers of issues by origin; together they are all issues."""

    base: int
    dockerfile: int
    unknown: int

    @property
    def by_origin(self) -> Mapping[Origin, int]:
        """The same, by origin."""
        return {Origin.BASE: self.base, Origin.DOCKERFILE: self.dockerfile, Origin.UNKNOWN: self.unknown}


def shares(found: Iterable[Issue]) -> Shares:
    """How many issues are whose."""
    counts = Counter(issue.origin for issue in found)
    return Shares(base=counts[Origin.BASE], dockerfile=counts[Origin.DOCKERFILE], unknown=counts[Origin.UNKNOWN])


def origin_of(findings: Iterable[Finding]) -> Origin:
    """Of several: the Dockerfile if any of their packages is from there, the base image if all are."""
    origins = {origin(finding) for finding in findings}
    if Origin.DOCKERFILE in origins:
        return Origin.DOCKERFILE
    return Origin.BASE if origins == {Origin.BASE} else Origin.UNKNOWN


def is_source_tree(report: Report) -> bool:
    """Whether it is about a project's files, and no system's."""
    inventory = report.inventory
    if report.image.layers:
        return False
    if any(one.declared for one in inventory.packages):
        return True
    of_a_system = any(one.type in SYSTEM_TYPES for one in inventory.packages)
    return report.image.source in _FILES and inventory.distro is None and not of_a_system


def subject(report: Report) -> str:
    """What it is about: an ``image``, a ``tree`` or a ``file``."""
    if report.image.source == _FILE:
        return _FILE
    return "tree" if is_source_tree(report) else "image"


class Issue(Value, kw_only=False):
    """One vulnerability of one source package, with all the installed packages that it affects."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding that represents all of them."""
        return self.findings[0]

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies the issue."""
        return self.first.issue

    @property
    def origin(self) -> Origin:
        """Whose it is, as `origin_of` says."""
        return origin_of(self.findings)


def in_headers(issue: Issue) -> bool:
    """Whether it is only in headers of a kernel, of which nothing runs."""
    return all(ecosystems.holds_headers(one.package) for one in issue.findings)


class Direct(NamedTuple):
    """A package that was asked for by name, and where: in a manifest if that is known, else in the file that declares it."""

    package: Package
    place: Location


def declared_packages(report: Report) -> dict[str, Package]:
    """The packages that files declare, by id."""
    return {one.id: one for one in report.inventory.packages if one.declared}


def direct_dependencies(findings: Iterable[Finding], packages: Mapping[str, Package]) -> tuple[Direct, ...]:
    """What to raise for declared packages, of which ``packages`` are all: those that lead to them, once for each place, nearest first."""
    paths = sorted((path for one in findings if one.package.declared for path in one.from_paths), key=len)
    leading = []
    for path in paths:
        way = list(dropwhile(lambda step: step in packages and packages[step].application, path))
        if way and way[0] in packages:
            leading.append((packages[way[0]], len(way) > 1))
    return tuple(dict.fromkeys(Direct(one, place) for one, leads in leading for place in _places(one, leads=leads)))


def _places(package: Package, *, leads: bool) -> tuple[Location, ...]:
    """Where it is asked for; one of which that is not known has a place only if it ``leads`` to others."""
    return package.asked or (package.locations[:1] if leads else ())


def labeled(package: Package) -> str:
    """Name and version; the project itself may have none."""
    name = ecosystems.displayed(package)
    return f"{name}@{package.version}" if package.version else name


def headline(vulnerability: Vulnerability, longest: int) -> str:
    """Its title, else the beginning of its description, on one line; empty if there is neither."""
    text = " ".join((vulnerability.title or vulnerability.description).split())
    if len(text) <= longest:
        return text
    return (text[:longest].rpartition(" ")[0] or text[:longest]) + " …"


def shown(report: Report, view: View) -> list[Issue]:
    """The issues of a report that a view shows, in the order of `issues`: what every report counts."""
    return issues(finding for finding in report.findings if view.shows(finding))


def issues(findings: Iterable[Finding]) -> list[Issue]:
    """Findings by issue: severity ascending (see `Severity.rank`), so that the worst is last, then name descending, then identifier."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.issue, []).append(finding)
    found = [Issue(tuple(group)) for group in groups.values()]
    found.sort(key=lambda issue: issue.first.vulnerability.id)
    found.sort(key=lambda issue: issue.first.package.display_name, reverse=True)
    found.sort(key=lambda issue: issue.first.vulnerability.severity.rank)
    return found


def unjudged(report: Report) -> str:
    """How many packages of each type could not be judged, the most first, as ``147 deb, 1 npm``; empty if none."""
    return ", ".join(f"{count} {kind}" for kind, count in Counter(one.type for one in report.unjudged).most_common())


def number_of(things: int, what: str, several: str = "") -> str:
    """A number of things; ``several`` is their name where there is not one, by default with an s."""
    return f"{things} {what if things == 1 else several or f'{what}s'}"


def tested(report: Report) -> str:
    """How many dependencies were judged, and of how many if that is not all of them."""
    every = number_of(report.tested, "dependency", "dependencies")
    return f"{report.judged} of {every}" if report.judged and report.unjudged else every
