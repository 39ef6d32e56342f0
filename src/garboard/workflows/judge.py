"""Judges an inventory by a database (match, facts, enrich), after fetching the data that this needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from garboard.model.advisory import Severity
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.package import Inventory, Package

if TYPE_CHECKING:
    from garboard.model.advisory import FeedState, Lookup


class Supply:
    """Makes sure that data are there before they are needed. This one leaves everything as it is."""

    def advisories(self, ecosystems: Iterable[str]) -> tuple[Gap, ...]:
        """Called once with the ecosystems of an inventory; what could not be fetched comes back as gaps."""
        del ecosystems
        return ()

    def facts(self, cves: Iterable[str], unrated: Iterable[str]) -> tuple[Gap, ...]:
        """Called once with the CVEs that were found, and those among them that have no rating yet."""
        del cves, unrated
        return ()

    def lifecycles(self) -> tuple[Gap, ...]:
        """Called before a base image is recommended, for how long things are maintained."""
        return ()

    def support(self, ecosystems: Iterable[str]) -> tuple[Gap, ...]:
        """Called once with a distribution's ecosystems, and programs (``type:name``), for how long those are supported."""
        del ecosystems
        return ()

    def used(self, feeds: Iterable[FeedState]) -> tuple[Gap, ...]:
        """Called once with the state of the data that answered."""
        del feeds
        return ()


class Judgment(NamedTuple):
    """The findings of an inventory, and what could not be known.

    Attributes:
        findings: enriched, in the inventory's order.
        judged: how many packages could be compared with advisories.
        unjudged: those that could not be.
        no_advisories: gaps, where advisories could not be fetched.
        not_matched: gaps, where packages could not be compared.
        no_facts: gaps, where facts of the CVEs that were found could not be fetched.
    """

    findings: tuple[Finding, ...]
    judged: int
    unjudged: tuple[Package, ...]
    no_advisories: tuple[Gap, ...]
    not_matched: tuple[Gap, ...]
    no_facts: tuple[Gap, ...]


def judge(inventory: Inventory, database: Lookup, supply: Supply | None = None) -> Judgment:
    """Find the issues of an inventory; ``supply`` is asked for the data before the database needs them."""
    from garboard.matching import enrich, match
    from garboard.matching.enrich import names

    supply = supply or Supply()
    ecosystems = {package.ecosystem for package in inventory.packages if package.ecosystem}
    no_advisories = supply.advisories(sorted(ecosystems))
    matched = match(inventory, database)
    cves, unrated = set[str](), set[str]()
    for finding in matched.findings:
        found = names(finding.vulnerability)
        cves.update(found)
        if finding.vulnerability.severity is Severity.UNKNOWN:
            unrated.update(found)
    no_facts = supply.facts(sorted(cves), sorted(unrated))
    findings = enrich(matched.findings, database.facts(sorted(cves)))
    return Judgment(findings, matched.judged, matched.unjudged, no_advisories, matched.gaps, no_facts)
