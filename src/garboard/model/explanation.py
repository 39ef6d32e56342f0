"""One vulnerability or package in full: the answer of ``garboard explain``."""

from __future__ import annotations

import enum

from garboard.model.base import Value
from garboard.model.finding import Finding
from garboard.model.package import Package
from garboard.model.report import Report


class Standing(enum.StrEnum):
    """Why an advisory about an installed package is not a finding."""

    FIXED = "fixed"
    """The installed version has the fix."""
    OUTSIDE = "outside"
    """The installed version is in none of the affected ranges."""
    NOT_AFFECTED = "not_affected"
    """The source says that the package is not affected in this release."""
    UNDETERMINED = "under_investigation"
    """The source does not know yet."""
    UNKNOWN = "unknown"
    """The versions could not be compared."""
    OTHER_MODULE = "other_module"
    """It is about another RPM module stream."""


class Consideration(Value):
    """One record that was compared with one installed package and does not make a finding.

    ``installed`` is the version that was compared (the source package's, for distributions); ``fixed_in`` is the fix
    that it has; ``ids`` are all identifiers of the record.
    """

    package: Package
    standing: Standing
    ids: tuple[str, ...]
    feed: str = ""
    matched_by: str = ""
    installed: str = ""
    fixed_in: str = ""
    ranges: tuple[str, ...] = ()
    reason: str = ""
    """The source's own words, or what could not be compared."""


class Remedy(Value):
    """One thing that would end an issue, or what prevents it; ``command`` is empty if there is none to run."""

    text: str
    command: str = ""


class Explained(Value):
    """One vulnerability of one source package, in all the packages that it affects."""

    findings: tuple[Finding, ...]
    remedies: tuple[Remedy, ...] = ()


class Explanation(Value):
    """The result of a query.

    Attributes:
        query: as the user wrote it.
        report: the scan in which it was looked up.
        issues: the worst first.
        packages: the packages that the query names; empty if it names a vulnerability.
        paths: for each of ``packages``, the paths to it from what was asked for, as package ids.
        considered: what the data say about installed packages without making a finding.
        near: names similar to the query, if nothing was found.
    """

    query: str
    report: Report
    issues: tuple[Explained, ...] = ()
    packages: tuple[Package, ...] = ()
    paths: tuple[tuple[tuple[str, ...], ...], ...] = ()
    considered: tuple[Consideration, ...] = ()
    near: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether the query found anything."""
        return bool(self.issues or self.packages or self.considered)
