"""A finding: one vulnerability in one installed package."""

from __future__ import annotations

from garboard.model.advisory import Rating, Severity, Status
from garboard.model.attribution import Introduction
from garboard.model.base import Value
from garboard.model.package import Package


class Vulnerability(Value):
    """One vulnerability, with its aliases folded into one identity (the CVE if there is one)."""

    id: str
    aliases: tuple[str, ...] = ()
    advisories: tuple[str, ...] = ()
    """Ids of all advisories that were merged: DSA, GHSA, PYSEC, …"""
    title: str = ""
    description: str = ""
    severity: Severity = Severity.UNKNOWN
    severity_source: str = ""
    ratings: tuple[Rating, ...] = ()
    cvss_score: float | None = None
    cvss_vector: str = ""
    cwes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""
    epss: float | None = None
    epss_percentile: float | None = None
    kev_added: str = ""
    kev_ransomware: bool = False
    malicious: bool = False


class Finding(Value):
    """A vulnerability in a package. ``fixed_in`` is the nearest fixed version above the installed one, or empty."""

    vulnerability: Vulnerability
    package: Package
    status: Status = Status.AFFECTED
    fixed_in: str = ""
    fix_known: str = ""
    """Since when, at the latest, the fix has been known: the day on which a record that names it last changed."""
    all_fixed_in: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    """The affected ranges as text, ``>=1.0 <1.2.3``."""
    matched_by: str = ""
    """``Debian:12 openssl``: the ecosystem and the name in which it was found."""
    feed: str = ""
    more_feeds: tuple[str, ...] = ()
    """What else knows of it."""
    note: str = ""
    from_paths: tuple[tuple[str, ...], ...] = ()
    """Dependency paths, shortest first, each from a direct package to this one, as package ids."""
    more_paths: int = 0
    """How many paths there are besides these."""
    introduced: Introduction | None = None
    """Who brought the package in; None if the image has no layers."""

    @property
    def feeds(self) -> tuple[str, ...]:
        """All that know of it."""
        return (self.feed, *self.more_feeds)

    @property
    def who(self) -> Introduction:
        """Who brought the package in, as far as that is known."""
        return self.introduced or Introduction()

    @property
    def issue(self) -> tuple[str, str, str]:
        """What people count as one issue: a vulnerability of a source package (or of a Node package's name)."""
        package = self.package
        return self.vulnerability.id, package.type, package.source
