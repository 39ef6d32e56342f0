"""Statements that their specification does not allow: none closes anything, each is told, and those beside them count."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.policy import PolicyError
from garboard.model.vex import VexProduct, VexStatement, VexStatus
from garboard.policy.vex.apply import apply
from garboard.policy.vex.document import read
from garboard.policy.vex.products import covers, version_flaw
from tests.unit.actions.scans import finding
from tests.unit.policy.vex.test_vex import CURL, DIGEST, DJANGO, STATEMENTS, csaf, cyclonedx, of, openvex

Change = Callable[[dict[str, Any]], object]
GOOD = {"vulnerability": "CVE-2024-2", "products": ["pkg:pypi/django"], "status": "fixed"}


def result(document: Any) -> tuple[list[str], tuple[str, ...]]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    found = apply(of(CURL, DJANGO), read(data, "vex.json"))
    return [one.finding.vulnerability.id for one in found.report.suppressed], found.notes


def of_statement(**more: Any) -> Change:
    return lambda document: document["statements"][0].update(more)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (of_statement(timestamp="yesterday"), "has yesterday as its time, which is none"),
        (of_statement(timestamp="2026-01-01"), "as its time"),
        (of_statement(last_updated="2026-13-01T00:00:00Z"), "as its time"),
        (of_statement(timestamp=1767225600), "is not what the specification says"),
        (of_statement(justification="we_know_better"), "has we_know_better as its justification"),
        (of_statement(justification="code_not_present"), "as its justification"),
        (of_statement(justification="", impact_statement="  "), "without a justification"),
        (of_statement(status="Not_Affected"), "has Not_Affected as its status"),
        (of_statement(status="not affected"), "as its status"),
        (of_statement(status=None), "is not what the specification says"),
        (of_statement(vulnerability={}), "names no vulnerability"),
        (of_statement(vulnerability=""), "names no vulnerability"),
        (of_statement(vulnerability=5), "is not what the specification says"),
        (of_statement(products=["pkg:deb/"]), "which is no package URL"),
        (of_statement(products=["curl"]), "names no product by a package URL"),
        (of_statement(products="pkg:deb/debian/curl"), "is not what the specification says"),
        (
            of_statement(products=[{"@id": "pkg:deb/debian/curl@1", "identifiers": {"purl": "pkg:deb/debian/wget"}}]),
            "two package URLs that contradict, pkg:deb/debian/curl@1 and pkg:deb/debian/wget",
        ),
        (of_statement(timestamp="2026-06-01T00:00:00Z"), "is dated 2026-06-01T00:00:00Z, after this report"),
        (
            of_statement(timestamp="2025-06-01T00:00:00Z", last_updated="2031-01-01T00:00:00Z"),
            "is dated 2031-01-01T00:00:00Z, after this report",
        ),
        (lambda document: document["statements"].__setitem__(0, []), "is not what the specification says"),
    ],
)
def test_openvex(change: Change, said: str) -> None:
    document = openvex("pkg:deb/debian/curl", justification="vulnerable_code_not_present")
    document["statements"].append(GOOD)
    assert result(document) == (["CVE-2024-1", "CVE-2024-2"], ())
    change(document)
    closed, (note,) = result(document)
    assert closed == ["CVE-2024-2"]
    assert note.startswith("vex.json: statements[0]")
    assert said in note


def test_a_document_of_a_day_to_come_closes_nothing_whatever_its_statements_say() -> None:
    document = openvex("pkg:deb/debian/curl", "fixed") | {"timestamp": "2031-01-01T00:00:00Z"}
    document["statements"][0]["timestamp"] = "2025-06-01T00:00:00Z"
    closed, (note,) = result(document)
    assert not closed
    assert "is dated 2031-01-01T00:00:00Z, after this report" in note


@pytest.mark.parametrize("key", ["@id", "author", "timestamp", "version"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_what_openvex_asks_of_a_document(key: str, value: Any) -> None:
    document = openvex("pkg:deb/debian/curl", "fixed")
    document["statements"].append(GOOD)
    del document[key]
    closed, (note,) = result(document if value is None else document | {key: value})
    assert not closed
    assert note == (
        "vex.json: statements[0] (CVE-2024-1), statements[1] (CVE-2024-2) close nothing: "
        f"each is in a document without {key}, which OpenVEX asks for"
    )


def test_of_two_package_urls_of_a_product_the_narrower_counts() -> None:
    for ids in (("pkg:deb/debian/curl@2", "pkg:deb/debian/curl"), ("pkg:deb/debian/curl", "pkg:deb/debian/curl@2")):
        assert result(openvex({"@id": ids[0], "identifiers": {"purl": ids[1]}}, "fixed")) == ([], ())


def in_vulnerability(**more: Any) -> Change:
    return lambda document: document["vulnerabilities"][0].update(more)


def in_tracking(**more: Any) -> Change:
    return lambda document: document["document"]["tracking"].update(more)


def in_tree(change: Change) -> Change:
    return lambda document: change(document["product_tree"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (in_vulnerability(flags=[], threats=[]), "without a flag or an impact statement"),
        (
            lambda document: document["vulnerabilities"][0]["flags"][0].update(date="2031-01-01T00:00:00Z"),
            "is dated 2031-01-01T00:00:00Z, after this report",
        ),
        (in_vulnerability(flags=[], threats=[{"category": "exploit_status", "details": "x", "product_ids": ["OS:P"]}]), "without a flag"),
        (in_vulnerability(flags=[{"label": "vulnerable_code_not_present", "product_ids": ["OS"]}], threats=[]), "without a flag"),
        (in_vulnerability(flags=[{"label": "no_code", "product_ids": ["OS:P"]}]), "has no_code as its flag"),
        (in_vulnerability(cve=""), "names no vulnerability"),
        (in_vulnerability(product_status={"known_not_affected": ["OS:P"], "fixed": ["OS:P"]}), "several statuses"),
        (in_vulnerability(product_status={"known_not_affected": ["X"]}), "without a package URL"),
        (in_tracking(status="draft"), "is in a draft"),
        (in_tracking(status="done"), "status is done"),
        (in_tracking(status=None), "status is none"),
        (in_tracking(current_release_date="now"), "has now as its time"),
        (in_tracking(current_release_date=""), "without current_release_date"),
        (in_tracking(current_release_date="2026-06-01T00:00:00Z"), "after this report"),
        (in_tree(lambda tree: tree["full_product_names"].append({"product_id": "P"})), "whose id stands for several"),
        (
            in_tree(lambda tree: tree["relationships"].append({**tree["relationships"][0], "product_reference": "OS"})),
            "whose id stands for several",
        ),
        (
            in_tree(lambda tree: tree["branches"][0]["branches"][0].update(category="product_version_range")),
            "a range of versions",
        ),
    ],
)  # fmt: skip
def test_csaf(change: Change, said: str) -> None:
    document = copy.deepcopy(csaf())
    change(document)
    closed, notes = result(document)
    assert not closed
    assert all(one.startswith("vex.json: vulnerabilities[0].product_status.") for one in notes)
    assert any(said in one for one in notes)


def test_what_is_there_twice_and_the_same_is_no_contradiction() -> None:
    """Real documents repeat products."""
    document = copy.deepcopy(csaf())
    tree = document["product_tree"]
    tree["relationships"] *= 2
    tree["branches"] *= 2
    assert result(document) == (["CVE-2024-1"], ())


def test_what_is_interim_in_csaf_is_published() -> None:
    document = csaf()
    document["document"]["tracking"]["status"] = "interim"
    assert result(document) == (["CVE-2024-1"], ())


def test_a_reason_in_csaf_may_be_of_a_group() -> None:
    document = csaf()
    document["product_tree"]["product_groups"] = [{"group_id": "G", "product_ids": ["OS:P", "P"]}]
    document["vulnerabilities"][0] |= {
        "flags": [], "threats": [{"category": "impact", "details": "Not built in.", "group_ids": ["G"]}],
    }  # fmt: skip
    assert result(document) == (["CVE-2024-1"], ())
    document["product_tree"]["product_groups"] *= 1001
    with pytest.raises(PolicyError, match="more than 1000 groups"):
        result(document)


def in_analysis(**more: Any) -> Change:
    return lambda document: document["vulnerabilities"][0]["analysis"].update(more)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (in_analysis(state="fixed"), "has fixed as the state of its analysis"),
        (in_analysis(justification="vulnerable_code_not_present"), "as its justification"),
        (in_analysis(lastUpdated="2026-01-01"), "as its time"),
        (in_analysis(lastUpdated="2026-06-01T00:00:00Z"), "after this report"),
        (in_analysis(state=1), "is not what the specification says"),
        (in_vulnerability(id=""), "names no vulnerability"),
        (in_vulnerability(affects=[]), "names no product"),
        (in_vulnerability(affects=[{"ref": "pkg:deb/"}]), "which is no package URL"),
        (lambda document: document["metadata"].update(timestamp="x"), "as its time"),
        (
            lambda document: document["components"].append({"bom-ref": "curl", "purl": "pkg:deb/debian/wget@1"}),
            "refers to curl, and several components are",
        ),
        (
            lambda document: document["components"][0].update(components=[{"bom-ref": "curl"}]),
            "refers to curl, and several components are",
        ),
    ],
)
def test_cyclonedx(change: Change, said: str) -> None:
    document = copy.deepcopy(cyclonedx())
    change(document)
    closed, (note,) = result(document)
    assert not closed
    assert note.startswith("vex.json: vulnerabilities[0]")
    assert said in note


@pytest.mark.parametrize("document", [openvex("pkg:deb/debian/curl", "fixed"), csaf(), cyclonedx()])
def test_a_key_that_is_there_twice_makes_a_document_unreadable(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    assert result(b"\xef\xbb\xbf" + text.encode())[0] == ["CVE-2024-1"]
    for key in ('"timestamp": ', '"status": ', '"state": ', '"cve": '):
        twice = text.replace(key, f'{key}"2026-01-01T00:00:00Z", {key}')
        if twice != text:
            with pytest.raises(PolicyError, match="twice in one object"):
                result(twice.encode())
    with pytest.raises(PolicyError, match="UTF-16"):
        result(text.encode("utf-16"))


def test_a_name_that_only_an_archive_states_is_told_and_closes_nothing() -> None:
    report = of(CURL)
    archive = msgspec.structs.replace(report.image, name="app.tar", source="docker-archive", tags=("app:1",))
    for product in ("pkg:docker/app@1", "pkg:oci/app?repository_url=docker.io/library/app&tag=1"):
        statements = read(json.dumps(openvex(product, "fixed")).encode(), "vex.json")
        assert apply(report, statements).report.suppressed
        found = apply(msgspec.structs.replace(report, image=archive), statements)
        assert not found.report.suppressed
        assert "by a name that only the docker-archive states; its digest would do" in found.notes[0]
    by_digest = read(json.dumps(openvex(f"pkg:oci/app@{DIGEST}", "fixed")).encode(), "vex.json")
    assert apply(msgspec.structs.replace(report, image=archive), by_digest).report.suppressed


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("pkg:DEB/debian/curl", "pkg:deb/debian/curl@1", True),
        ("pkg:npm/jsonstream", "pkg:npm/JSONStream@1", False),
        ("pkg:npm/JSONStream", "pkg:npm/JSONStream@1", True),
        ("pkg:npm/%40Scope/x", "pkg:npm/%40scope/x@1", False),
        ("pkg:npm/@scope/x", "pkg:npm/%40scope/x@1", True),
        ("pkg:pypi/Django_REST.x", "pkg:pypi/django-rest-x@1", True),
        ("pkg:golang/github.com/azure/x", "pkg:golang/github.com/Azure/x@1", True),
        ("pkg:maven/Org.X/y", "pkg:maven/org.x/y@1", False),
        ("pkg:apk/alpine/r", "pkg:apk/alpine/R@1", False),
        ("pkg:nuget/newtonsoft.json", "pkg:nuget/Newtonsoft.Json@1", True),
    ],
)
def test_case_counts_as_it_does_where_packages_are_from(one: str, other: str, same: bool) -> None:
    assert covers(one, other) == same


FLAWED = st.builds(
    VexStatement,
    ids=st.just(("CVE-2024-1",)),
    status=st.sampled_from(VexStatus),
    products=st.just((VexProduct(purl="pkg:deb/debian/curl"),)),
    timestamp=st.sampled_from(["2026-01-03T00:00:00Z", "", "x"]),
    document=st.just("c"),
    flaw=st.just("is wrong"),
)


@given(STATEMENTS, st.lists(FLAWED, min_size=1, max_size=3))
def test_what_has_a_flaw_never_closes_more(statements: list[VexStatement], flawed: list[VexStatement]) -> None:
    report = of(CURL, DJANGO, finding("CVE-2024-1", CURL.package))
    before = apply(report, statements).report.suppressed
    after = apply(report, [*statements, *flawed])
    assert {one.finding for one in after.report.suppressed} <= {one.finding for one in before}
    assert any("is wrong" in note for note in after.notes)


@pytest.mark.parametrize(
    ("purl", "version", "wrong"),
    [
        ("pkg:npm/lodash@4.17.11", "9.9.9", True),
        ("pkg:npm/lodash@4.17.11", "4.17.11", False),
        ("pkg:npm/lodash", "9.9.9", False),
        ("pkg:npm/lodash@4.17.11", "", False),
        ("pkg:rpm/redhat/openssl@3.0.7-6.el9", "openssl-1:3.0.7-6.el9.x86_64", False),
        ("no purl", "1", False),
    ],
)
def test_a_version_beside_a_package_url(purl: str, version: str, wrong: bool) -> None:
    assert bool(version_flaw(purl, version)) == wrong
