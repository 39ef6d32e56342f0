"""The same numbers as a scan's report."""

import msgspec

from garboard.baseimage.issue_counts import Figures, counts, distinct, of_scan
from garboard.matching import match
from garboard.model.advisory import Advisory, Affected, Range, Rating, Severity
from garboard.reporters.view import issues
from tests.unit.baseimage.rebases import Data, deb, inventory, module


def advisory(name, *packages, rating="high", ecosystem="Debian:12", scheme="deb"):
    affected = tuple(
        Affected(
            ecosystem=ecosystem,
            package=package,
            scheme=scheme,
            ranges=(Range(),),
            rating=Rating(source="debian", word=rating),
        )
        for package in packages
    )
    return Advisory(id=name, feed="debian", affected=affected)


DATA = Data(
    advisory("CVE-1", "openssl", "zlib"),
    advisory("CVE-2", "openssl", rating="low"),
    advisory("CVE-3", "pip", ecosystem="PyPI", scheme="pep440", rating="medium"),
)
PACKAGES = inventory(
    deb("libssl3", "3", source_name="openssl"),
    deb("openssl", "3"),
    "zlib=1",
    module("pip", "24.0"),
    module("pip", "24.0", "opt/venv/lib/python3.12/site-packages"),
    module("pip", "1.0", owner="pkg:deb/debian/python3-pip@1"),
    "clean=1",
).packages


def figures(*sets):
    return Figures(match(inventory(*distinct(sets)), DATA).findings)


def test_issues_are_those_of_the_report():
    found = match(inventory(*PACKAGES), DATA).findings
    judged = figures(PACKAGES)
    assert judged.issues(PACKAGES).keys() == {issue.key for issue in issues(found)}
    assert len(judged.issues(PACKAGES)) == 4
    assert judged.issues(PACKAGES) == of_scan(found)


def test_counts():
    found = counts(figures(PACKAGES).issues(PACKAGES))
    assert (found.high, found.low, found.medium, found.total) == (2, 1, 1, 4)
    assert found.by_severity[0] == (Severity.CRITICAL, 0)


def test_packages_of_one_source_and_version_are_judged_once():
    twice = inventory(*PACKAGES).packages + tuple(deb(one.name, one.version) for one in PACKAGES if one.name == "zlib")
    assert len(distinct([PACKAGES, twice])) == 4


def test_findings_have_versions():
    found = figures(PACKAGES).findings(PACKAGES)
    assert ("CVE-1", "deb", "zlib", "1") in {(one.vulnerability, one.type, one.package, one.version) for one in found}
    assert len(figures(PACKAGES).findings(PACKAGES)) == 6


def test_what_has_no_data_or_no_packages_is_not_judged():
    judged = Figures((), ["Alpine:v3.20"])
    assert judged.covers(PACKAGES)
    assert not judged.covers(())
    strange = msgspec.structs.replace(PACKAGES[0], ecosystem="Alpine:v3.20")
    assert not judged.covers((*PACKAGES, strange))
