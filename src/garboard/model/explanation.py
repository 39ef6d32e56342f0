"""One vulnerability or package in full: the answer of ``garboard explain``."""

from __future__ import annotations

import enum

from garboard.model.base import Value
from garboard.model.finding import Finding
from garboard.model.package import Package
from garboard.model.report import Report


class Standing(enum.StrEnum):
    """Why an advisory that speaks of an installed package is no finding."""

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
    """It speaks of another RPM module stream."""


class Consideration(Value):
    """One record compared with one installed package, and found not to make a finding.

    ``installed`` is the version that was compared (the source package's, for distributions); ``fixed_in`` the fix that it
    has; ``ids`` all identifiers of the record.
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
    """One thing that would end an issue, or what stands in the way; ``command`` is empty where there is none to run."""

    text: str
    command: str = ""


class Explained(Value):
    """One vulnerability of one source package, in all the packages that it affects."""

    findings: tuple[Finding, ...]
    remedies: tuple[Remedy, ...] = ()


class Explanation(Value):
    """What a query led to.

    Attributes:
        query: as the user wrote it.
        report: the scan in which it was looked up.
        issues: the worst first.
        packages: the packages that the query names; empty where it names a vulnerability.
        paths: for each of ``packages``, the ways from what was asked for to it, as package ids.
        considered: what the data say of installed packages without there being a finding.
        near: names that resemble the query, where nothing was found.
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
        """Whether the query led to anything."""
        return bool(self.issues or self.packages or self.considered)
