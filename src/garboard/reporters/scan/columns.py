"""The columns of the table of a scan, by the names that ``--columns`` takes, and what ``--group-by`` and ``--sort`` take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from garboard import ecosystems
from garboard.model.advisory import Severity
from garboard.model.attribution import Origin
from garboard.model.finding import Finding
from garboard.model.report import Report
from garboard.reporters.scan.rows import GroupRow, IssuesRow, PackageRow, line_of
from garboard.reporters.view import in_headers, origin

_WHOSE: Final = MappingProxyType({Origin.BASE: "base", Origin.DOCKERFILE: "yours", Origin.UNKNOWN: "not known"})
_UNKNOWN: Final = "not known"
_LONGEST: Final = 60


class Column(NamedTuple):
    """One column: its heading, what it has in a row, whether it is a number, and whether it is left out where all rows lack it."""

    heading: str
    cell: Callable[[Any], str]
    number: bool = False
    optional: bool = False


def _count(severity: Severity) -> Callable[[IssuesRow], str]:
    return lambda row: str(row.counts[severity] or "")


_COUNTS: Final = MappingProxyType(
    {
        "critical": Column("C", _count(Severity.CRITICAL), number=True, optional=True),
        "high": Column("H", _count(Severity.HIGH), number=True, optional=True),
        "medium": Column("M", _count(Severity.MEDIUM), number=True, optional=True),
        "low": Column("L", _count(Severity.LOW), number=True, optional=True),
        "negligible": Column("N", _count(Severity.NEGLIGIBLE), number=True, optional=True),
        "unrated": Column("?", _count(Severity.UNKNOWN), number=True, optional=True),
    }
)
_NUMBERS: Final = MappingProxyType(
    {
        "issues": Column("ISSUES", lambda row: str(len(row.issues)), number=True),
        "fixable": Column("FIXABLE", lambda row: str(row.fixable or ""), number=True),
        "ids": Column("ISSUE IDS", lambda row: ", ".join(one.first.vulnerability.id for one in reversed(row.issues))),
    }
)


def _named(row: PackageRow) -> str:
    return f"{row.name} (headers)" if all(map(in_headers, row.issues)) else row.name


OF_PACKAGES: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "package": Column("PACKAGE", _named),
        "version": Column("VERSION", lambda row: row.version),
        "worst": Column("WORST", lambda row: row.worst.word),
        **_COUNTS,
        "fixed": Column("FIXED IN", lambda row: row.fixed_in, optional=True),
        "whose": Column("WHOSE", lambda row: _WHOSE[row.origin] if row.placed else "", optional=True),
        "line": Column("LINE", lambda row: row.place, optional=True),
        **_NUMBERS,
        "type": Column("TYPE", lambda row: ecosystems.of(row.package.type).manager or row.package.type),
    }
)
"""Those of a line for each package; the first twelve are what a table has unless others are named."""
OF_GROUPS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "group": Column("", lambda row: row.label or _UNKNOWN),
        "packages": Column("PACKAGES", lambda row: str(row.packages), number=True),
        "worst": Column("WORST", lambda row: row.worst.word),
        **_COUNTS,
        **_NUMBERS,
    }
)
_USUAL_OF_PACKAGES: Final = tuple(OF_PACKAGES)[:12]
_USUAL_OF_GROUPS: Final = (*tuple(OF_GROUPS)[:9], "fixable")


def columns(names: tuple[str, ...], *, groups: str) -> list[Column]:
    """The columns of these names, or the usual ones; ``groups`` is the heading of what rows are grouped by."""
    known = OF_GROUPS if groups else OF_PACKAGES
    found = [known[one] for one in names or (_USUAL_OF_GROUPS if groups else _USUAL_OF_PACKAGES)]
    return [one._replace(heading=groups.upper()) if not one.heading else one for one in found]


def _line(report: Report) -> Callable[[Finding], str]:
    sides = _base(report)
    return lambda one: line_of(one.package, one.who.place) or (sides(one) if origin(one) is Origin.BASE else "")


def _layer(report: Report) -> Callable[[Finding], str]:
    """The layer's number, as `garboard layers` counts, and what made it."""
    made = {one.index: one.text for one in report.attribution.layers} if report.attribution else {}

    def label(one: Finding) -> str:
        at = one.who.layer
        text = " ".join(made.get(at, "").split()) if at is not None else ""
        return "" if at is None else f"{at} {text[:_LONGEST]}{'…' if len(text) > _LONGEST else ''}".rstrip()

    return label


def _base(report: Report) -> Callable[[Finding], str]:
    names = {Origin.BASE: "base image", Origin.DOCKERFILE: "yours", Origin.UNKNOWN: ""}
    if report.base_image:
        names[Origin.BASE] = f"base image {report.base_image}"
    return lambda one: names[origin(one)]


GROUPS: Final[Mapping[str, Callable[[Report], Callable[[Finding], str]] | None]] = MappingProxyType(
    {"package": None, "line": _line, "layer": _layer, "base": _base}
)
"""What rows are about; the label of a finding's group, None for packages."""
_WORST: Final = "worst"
ORDERS: Final[Mapping[str, Callable[[Any], Any] | None]] = MappingProxyType(
    {
        _WORST: None,
        "issues": lambda row: len(row.issues),
        "fixable": lambda row: row.fixable,
        "name": lambda row: row.label if isinstance(row, GroupRow) else row.name,
    }
)
"""What the last row has most of; by name they are in the order of the alphabet. None: as `garboard.reporters.scan.rows` has them."""
