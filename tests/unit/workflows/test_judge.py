"""Match, facts and enrichment in one step, with a database that is filled while it is asked."""

from __future__ import annotations

from garboard.model.advisory import Advisory, Affected, CveFacts, Range, Rating, Severity
from garboard.model.gap import Gap
from garboard.workflows.judge import Supply, judge
from tests.unit.baseimage.rebases import Data, inventory


def advisory(identifier: str, package: str, word: str = "", aliases: tuple[str, ...] = ()) -> Advisory:
    rating = Rating(source="debian", word=word) if word else None
    affected = Affected(ecosystem="Debian:12", package=package, scheme="deb", ranges=(Range(fixed="9"),), rating=rating)
    return Advisory(id=identifier, feed="debian", aliases=aliases, affected=(affected,))


class Filled(Data):
    """Has facts too, once they were supplied."""

    def __init__(self, *advisories: Advisory) -> None:
        super().__init__(*advisories, covers=("Debian:12",))
        self.known: dict[str, CveFacts] = {}

    def facts(self, cves):
        return {cve: self.known[cve] for cve in cves if cve in self.known}


class Noting(Supply):
    """Notes what it is asked for; has one CVE's facts, and nothing else."""

    def __init__(self, database: Filled) -> None:
        self.asked: list[tuple[object, ...]] = []
        self._database = database

    def advisories(self, ecosystems):
        self.asked.append(tuple(ecosystems))
        return (Gap(stage="database", subject="advisories", reason="one"),)

    def facts(self, cves, unrated):
        self.asked.append((tuple(cves), tuple(unrated)))
        self._database.known["CVE-2024-1"] = CveFacts(cve="CVE-2024-1", epss=0.5, epss_percentile=0.9)
        return (Gap(stage="database", subject="facts", reason="two"),)


def test_facts_are_supplied_for_what_matching_found_before_they_are_read():
    database = Filled(
        advisory("DSA-1", "curl", aliases=("CVE-2024-2", "CVE-2024-1")),
        advisory("CVE-2024-3", "git", "high"),
        advisory("CVE-2024-4", "absent"),
    )
    supply = Noting(database)
    found = judge(inventory("curl=7", "git=2"), database, supply)
    assert supply.asked == [
        ("Debian:12",),
        (("CVE-2024-1", "CVE-2024-2", "CVE-2024-3"), ("CVE-2024-1", "CVE-2024-2")),
    ]
    assert {one.vulnerability.id: one.vulnerability.severity for one in found.findings} == {
        "CVE-2024-1": Severity.UNKNOWN,
        "CVE-2024-2": Severity.UNKNOWN,
        "CVE-2024-3": Severity.HIGH,
    }
    assert {one.vulnerability.id: one.vulnerability.epss for one in found.findings} == {
        "CVE-2024-1": 0.5,
        "CVE-2024-2": None,
        "CVE-2024-3": None,
    }
    assert (found.judged, found.not_matched) == (2, ())
    assert [gap.subject for gap in (*found.no_advisories, *found.no_facts)] == ["advisories", "facts"]


def test_what_has_no_data_is_a_gap_and_no_finding():
    found = judge(inventory("curl=7"), Filled(), None)
    assert (found.findings, found.judged) == ((), 1)
    uncovered = judge(inventory("curl=7"), Data(covers=()), None)
    assert uncovered.judged == 0
    assert [gap.stage for gap in uncovered.not_matched] == ["match"]
