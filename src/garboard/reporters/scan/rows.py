"""Issues by package: what the short formats show on one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from garboard import ecosystems
from garboard.model.advisory import Severity
from garboard.model.attribution import Origin, Place
from garboard.model.base import Value
from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.reporters.view import Issue, origin_of
from garboard.versions.invalid import InvalidVersion


class IssuesRow(Value):
    """Issues that one line of a table is about, the mildest first."""

    issues: tuple[Issue, ...]

    @property
    def counts(self) -> Mapping[Severity, int]:
        """Issues by severity; 0 for a severity that none has."""
        return Counter(one.first.vulnerability.severity for one in self.issues)

    @property
    def worst(self) -> Severity:
        """The highest severity; one that nobody rated ranks as `Severity.rank` says."""
        return max((one.first.vulnerability.severity for one in self.issues), key=lambda one: one.rank)

    @property
    def fixable(self) -> int:
        """How many have a fix."""
        return sum(1 for one in self.issues if one.first.fixed_in)


class PackageRow(IssuesRow):
    """The issues of one package in one version; of an operating system's its source package.

    ``fixed_in`` clears all that have a fix; empty if none has. ``line`` is where the
    Dockerfile brought it, or the manifest that asks for it, if that is known, and ``lines`` are all such places.
    """

    package: Package
    name: str
    version: str
    fixed_in: str = ""
    origin: Origin = Origin.UNKNOWN
    placed: bool = False
    lines: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The first of the places; empty if none is known."""
        return self.lines[0] if self.lines else ""

    @property
    def place(self) -> str:
        """The same, and how many more there are."""
        more = len(self.lines) - 1
        return f"{self.line} and {more} more" if more > 0 else self.line


class GroupRow(IssuesRow):
    """The issues of what one line, one layer, or one side (base image or not) brought; the label is empty if that is not known."""

    label: str
    packages: int


def rows(found: Iterable[Issue]) -> list[PackageRow]:
    """One for each package of the issues, the worst last, then those with the most issues, then by name."""
    groups: dict[tuple[str, str, str], list[Issue]] = {}
    for issue in found:
        package = issue.first.package
        groups.setdefault((package.type, _name(package), package.version), []).append(issue)
    made = [_row(issues) for issues in groups.values()]
    made.sort(key=lambda one: (one.name, one.version), reverse=True)
    made.sort(key=lambda one: (one.worst.rank, len(one.issues)))
    return made


def grouped(found: Iterable[Issue], label: Callable[[Finding], str]) -> list[GroupRow]:
    """One for each label of the issues' findings, the worst last; an issue counts in each group in which it has a finding."""
    groups: dict[str, dict[tuple[str, str, str], list[Finding]]] = {}
    for issue in found:
        for one in issue.findings:
            groups.setdefault(label(one), {}).setdefault(issue.key, []).append(one)
    made = [
        GroupRow(
            label=name,
            packages=len({(one.package.type, _name(one.package)) for each in issues.values() for one in each}),
            issues=tuple(Issue(tuple(each)) for each in issues.values()),
        )
        for name, issues in groups.items()
    ]
    made.sort(key=lambda one: one.label, reverse=True)
    made.sort(key=lambda one: (one.worst.rank, len(one.issues)))
    return made


def _name(package: Package) -> str:
    return package.source if package.type in SYSTEM_TYPES else ecosystems.displayed(package)


def _row(issues: Sequence[Issue]) -> PackageRow:
    package = issues[0].first.package
    findings = [one for issue in issues for one in issue.findings]
    fixes = [one.first.fixed_in for one in issues if one.first.fixed_in]
    return PackageRow(
        package=package,
        name=_name(package),
        version=package.version,
        issues=tuple(issues),
        fixed_in=_highest(fixes, package.scheme),
        origin=origin_of(findings),
        placed=any(one.introduced for one in findings),
        lines=tuple(dict.fromkeys(filter(None, (line_of(one.package, one.who.place) for one in findings)))),
    )


def line_of(package: Package, place: Place | None) -> str:
    """Where the Dockerfile, or the manifest that asks for it, brought a package; empty if that is not known."""
    if place is not None:
        return f"{place.file}:{place.line}"
    where = (*package.asked, *(package.locations if package.declared else ()))
    if not where:
        return ""
    return f"{where[0].path}:{where[0].line}" if where[0].line else where[0].path


def _highest(versions: Sequence[str], scheme: str) -> str:
    """The highest; of what cannot be ordered the last one."""
    order = ecosystems.order(scheme)
    try:
        return max(versions, key=order.key, default="") if order is not None else (versions or ("",))[-1]
    except InvalidVersion:
        return versions[-1]
