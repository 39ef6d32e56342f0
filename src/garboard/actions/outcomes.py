"""What becomes of a finding when the same lines are built again, or the base's packages are upgraded.

The package mirrors say it if they were asked. Otherwise the advisories do: a fix that they name is taken to be
published, unless a version in the line or something of `staying` keeps the package as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Final

from garboard import ecosystems
from garboard.actions.staying import Stay, Staying
from garboard.model.attribution import Origin
from garboard.model.finding import Finding
from garboard.model.mirror import Outcome, Prospect
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.model.report import Report
from garboard.packages.pins import pinned
from garboard.versions.invalid import InvalidVersion

PUBLISHED: Final = (Outcome.PUBLISHED, Outcome.BASE_BEHIND)
"""The outcomes of fixes that a package manager would bring now, if it were told to."""


class Outcomes:
    """The outcomes for one report; ``prospects`` are the mirrors' by (vulnerability id, package id)."""

    def __init__(self, report: Report, prospects: Mapping[tuple[str, str], Prospect] | None) -> None:
        self._report = report
        self._prospects = prospects
        self._staying = Staying(report, asked=prospects is not None)
        self._stays: dict[int, Stay | None] = {}

    def of(self, finding: Finding) -> Outcome:
        """The outcome for a finding, alone or by what its lines bring along."""
        found = self._alone(finding)
        package = finding.package
        if found is Outcome.BASE_BEHIND and (package.type, package.source) in self._upgraded_sources:
            return Outcome.PUBLISHED
        return found

    def among(self, *outcomes: Outcome) -> Callable[[Finding], bool]:
        """A test whether a finding's outcome is one of these."""
        return lambda finding: self.of(finding) in outcomes

    def stays(self, finding: Finding) -> Stay | None:
        """What keeps its package from coming in another version, apart from a version that a line names."""
        if id(finding) not in self._stays:
            self._stays[id(finding)] = self._staying.why(finding)
        return self._stays[id(finding)]

    def holds_back(self, finding: Finding) -> Stay | None:
        """What keeps its package, where a fix is known and would come otherwise."""
        stay = self.stays(finding) if finding.fixed_in else None
        return stay if stay is not None and self.of(finding) is Outcome.HELD else None

    def _alone(self, finding: Finding) -> Outcome:
        if self._prospects is not None:
            found = self._prospects.get((finding.vulnerability.id, finding.package.id))
            return found.outcome if found else Outcome.UNKNOWN
        return Outcome.HELD if finding.fixed_in and self.stays(finding) else _by_advisories(finding)

    @cached_property
    def _upgraded_sources(self) -> frozenset[tuple[str, str]]:
        """Sources of packages that lines install anew, if the manager then upgrades all that is built of them."""
        packages = self._report.inventory.packages
        whole = {kind for kind in SYSTEM_TYPES if upgrades_whole_sources(one for one in packages if one.type == kind)}
        return frozenset(
            (one.package.type, one.package.source)
            for one in self._report.findings
            if one.package.type in whole
            and one.who.origin is Origin.DOCKERFILE
            and self._alone(one) is Outcome.PUBLISHED
        )


def _by_advisories(finding: Finding) -> Outcome:
    who = finding.who
    if not finding.fixed_in:
        return Outcome.NO_FIX
    if who.copied_from:
        return Outcome.UNKNOWN
    if pinned(finding.package, who) and not finding.package.vendored_by:  # what a carrier copied, no line names
        return Outcome.HELD
    if finding.package.type not in SYSTEM_TYPES:
        return Outcome.UNKNOWN
    return Outcome.PUBLISHED if who.origin is Origin.DOCKERFILE else Outcome.BASE_BEHIND


def upgrades_whole_sources(packages: Iterable[Package]) -> bool:
    """Whether installing a package also upgrades all others that were built of the same source.

    apt does since 2.5.2 (``APT::Get::Upgrade-By-Source-Package``), if they are there in older versions.
    """
    apt = next((one for one in packages if one.name == "apt"), None)
    order = ecosystems.order(apt.scheme) if apt else None
    try:
        return apt is not None and order is not None and order.key(apt.version) >= order.key("2.5.2")
    except InvalidVersion:
        return False
