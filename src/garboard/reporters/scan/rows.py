"""Issues by package: what the short formats show on one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from garboard import ecosystems
from garboard.model.advisory import Severity
from garboard.model.attribution import Origin, Place
from garboard.model.base import Value
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.reporters.view import Issue, origin_of
from garboard.versions.invalid import InvalidVersion


class PackageRow(Value):
    """The issues of one package in one version, the mildest first; of an operating system's its source package.

    ``fixed_in`` clears all that have a fix, of which ``fixable`` tells the number; empty if none has. ``line`` is where the
    Dockerfile brought it, or the manifest that asks for it, if that is known, and ``lines`` are all such places.
    """

    package: Package
    name: str
    version: str
    issues: tuple[Issue, ...]
    fixed_in: str = ""
    fixable: int = 0
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

    @property
    def counts(self) -> Mapping[Severity, int]:
        """Issues by severity; 0 for a severity that none has."""
        return Counter(one.first.vulnerability.severity for one in self.issues)

    @property
    def worst(self) -> Severity:
        """The highest severity; one that nobody rated ranks as `Severity.rank` says."""
        return max((one.first.vulnerability.severity for one in self.issues), key=lambda one: one.rank)


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
        fixable=len(fixes),
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
