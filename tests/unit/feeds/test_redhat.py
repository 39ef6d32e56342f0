"""Red Hat's CSAF VEX documents."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from garboard.feeds import redhat
from garboard.feeds.readers import bounded
from garboard.model.advisory import Advisory, Affected, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedHeader
from garboard.model.gap import Gap
from tests.unit.feeds.documents import BASE, MAIN, NINE, Said, archive, product, vex


def stream(*documents: bytes, **kwargs: str) -> io.BytesIO:
    return io.BytesIO(archive(*documents, **kwargs))


def affected(*said: Said, **fields: Any) -> dict[tuple[str, str, str], Affected]:
    found = list(redhat.parse("redhat", [stream(vex(*said, **fields))]))
    return {
        (one.ecosystem.rpartition(":")[2], one.package, one.module): one
        for advisory in found
        if isinstance(advisory, Advisory)
        for one in advisory.affected
    }


def fixes(one: Affected) -> list[str]:
    return [each.fixed for each in one.ranges]


def test_architectures_and_repositories_are_one_and_other_products_none() -> None:
    found = affected(
        ("fixed", MAIN, "openssl@3.0.7-27.el9?arch=x86_64&epoch=1"),
        ("fixed", BASE, "openssl@3.0.7-27.el9?arch=aarch64&epoch=1"),
        ("fixed", BASE, "openssl@3.0.7-27.el9?arch=src&epoch=1"),
        ("fixed", "OCP", "openshift@4.12-1.el9?arch=x86_64"),
        ("fixed", "TEN", "openssl@3.2-1.el10?arch=x86_64"),
    )
    assert {key: fixes(one) for key, one in found.items()} == {
        ("9", "openssl", ""): ["1:3.0.7-27.el9"],
        ("9", "openssl.src", ""): ["1:3.0.7-27.el9"],
        ("10", "openssl", ""): ["3.2-1.el10"],
    }


def test_a_stream_has_its_own_fix_beside_everybodys() -> None:
    document = vex(
        ("fixed", MAIN, "openssl@3.0.7-27.el9?arch=x86_64&epoch=1"),
        ("fixed", "EUS", "openssl@3.0.1-9.el9_2?arch=x86_64&epoch=1"),
        ("known_affected", "EUS", "curl"),
    )
    (advisory,) = (one for one in redhat.parse("redhat", [stream(document)]) if isinstance(one, Advisory))
    assert {(one.subscription, one.status, *fixes(one)) for one in advisory.affected} == {
        ("", Status.FIXED, "1:3.0.7-27.el9"),
        ("Red Hat EUS 9.2", Status.SUBSCRIBERS, "1:3.0.1-9.el9_2"),
    }
    assert {one.ecosystem for one in advisory.affected} == {"Red Hat:enterprise_linux:9"}


@pytest.mark.parametrize(
    ("category", "details", "status"),
    [
        ("no_fix_planned", "Will not fix", Status.WILL_NOT_FIX),
        ("no_fix_planned", "Out of support scope", Status.END_OF_LIFE),
        ("none_available", "Fix deferred", Status.DEFERRED),
        ("none_available", "Affected", Status.AFFECTED),
        ("workaround", "turn it off", Status.AFFECTED),
    ],
)
def test_why_there_is_no_fix(category: str, details: str, status: Status) -> None:
    said = ("known_affected", NINE, "curl")
    remedy = {"category": category, "details": details, "product_ids": [product(NINE, "curl")]}
    (one,) = affected(said, remediations=[remedy]).values()
    assert (one.status, fixes(one)) == (status, [""])


def test_streams_of_modules_stay_apart() -> None:
    found = affected(
        ("fixed", MAIN, "nodejs@18.1-1.module%2Bel9%2B1%2B2?arch=x86_64&epoch=1&rpmmod=nodejs:18:90:ab"),
        ("known_affected", NINE, "nodejs?rpmmod=nodejs:20"),
        ("known_not_affected", NINE, "nodejs"),
        ("under_investigation", NINE, "npm?rpmmod=odd"),
        flags=[{"label": "vulnerable_code_not_present", "product_ids": [product(NINE, "nodejs")]}],
    )
    assert {key[1:]: (one.status, fixes(one), one.note) for key, one in found.items()} == {
        ("nodejs", "nodejs:18"): (Status.FIXED, ["1:18.1-1.module+el9+1+2"], ""),
        ("nodejs", "nodejs:20"): (Status.AFFECTED, [""], ""),
        ("nodejs", ""): (Status.NOT_AFFECTED, [], "vulnerable_code_not_present"),
        ("npm", ""): (Status.UNDETERMINED, [""], ""),
    }


def test_source_packages_have_names_of_their_own() -> None:
    found = affected(
        ("known_affected", NINE, "edk2?arch=src"),
        ("known_not_affected", NINE, "edk2-ovmf"),
        ("known_affected", NINE, "mediawiki?arch=src"),
        ("known_affected", "SEVEN", "edk2?arch=src"),
    )
    assert {(release, name) for release, name, _ in found} == {
        ("9", "edk2-ovmf"),
        ("9", "edk2.src"),
        ("9", "mediawiki.src"),
        ("7", "edk2.src"),
    }


def test_a_component_without_a_package_url_is_the_source_package_of_its_name() -> None:
    text = document_without_urls("log4j", "postgresql:15/postgresql", "odd/name", "a b")
    (found,) = (one for one in redhat.parse("redhat", [stream(text)]) if isinstance(one, Advisory))
    assert [(one.package, one.module, one.status) for one in found.affected] == [
        ("log4j.src", "", Status.AFFECTED),
        ("postgresql.src", "postgresql:15", Status.AFFECTED),
    ]


def document_without_urls(*names: str) -> bytes:
    document = json.loads(vex(*(("known_affected", NINE, name) for name in names)))
    for leaf in document["product_tree"]["branches"][0]["branches"]:
        if "purl" in leaf["product"]["product_identification_helper"]:
            del leaf["product"]["product_identification_helper"]
    return json.dumps(document).encode()


def test_a_fix_for_subscribers_is_none_for_the_others() -> None:
    found = affected(
        ("known_affected", "SEVEN", "perl"),
        ("fixed", "ELS", "perl@5.16-2.el7_9?arch=x86_64"),
        ("known_affected", "ELS", "odd"),
        ("fixed", "ELS", "glibc@2.17-9.el7?arch=x86_64"),
        ("fixed", "SEVEN", "glibc@2.17-5.el7?arch=x86_64"),
    )
    assert set(found) == {("7", "perl", ""), ("7", "glibc", "")}
    assert fixes(found["7", "glibc", ""]) == ["2.17-5.el7"]
    one = found["7", "perl", ""]
    assert (one.subscription, one.status) == (redhat.SUBSCRIPTION, Status.SUBSCRIBERS)
    assert "5.16-2.el7_9" in one.note


def test_what_it_says_of_the_vulnerability() -> None:
    said = ("fixed", MAIN, "curl@1-1?arch=x86_64")
    fields = {
        "threats": [{"category": "impact", "details": "Moderate", "product_ids": [product(*said[1:])]}],
        "scores": [{"cvss_v3": {"vectorString": "CVSS:3.1/AV:N"}}],
        "cwe": {"id": "CWE-79", "name": "x"},
        "notes": [{"category": "summary", "text": "s"}, {"category": "description", "text": "a description"}],
        "references": [
            {"category": "self", "url": "https://r.example/CVE"},
            {"category": "external", "url": "https://o"},
        ],
        "remediations": [{"category": "vendor_fix", "url": "https://r.example/RHSA", "product_ids": []}],
        "release_date": "2024-05-01",
    }
    header, found = redhat.parse("redhat", [stream(vex(said, **fields))])
    assert header == FeedHeader(ecosystems=("Red Hat:enterprise_linux:9",))
    assert isinstance(found, Advisory)
    assert (found.id, found.summary, found.details) == ("CVE-2024-1000", "a title", "a description")
    assert (found.cwes, found.published, found.modified) == (("CWE-79",), "2024-05-01", "2024-06-01")
    assert found.references == ("https://r.example/CVE", "https://r.example/RHSA")
    assert ([one.vector for one in found.ratings], found.affected[0].rating.word) == (["CVSS:3.1/AV:N"], "Moderate")


def test_what_cannot_be_used_is_a_gap_or_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    deep: dict[str, Any] = {"branches": []}
    for _ in range(64):
        deep = {"branches": [deep]}
    nested = json.dumps({"product_tree": deep, "vulnerabilities": []}).encode()
    found = list(redhat.parse("redhat", [stream(b"[]", b"{", nested, vex(("fixed", "OCP", "a@1-1")))]))
    assert [isinstance(one, Gap) for one in found] == [True] * 3
    whole = archive(vex(("fixed", MAIN, "a@1-1")), name="x.json")
    for broken in (whole[:-20], b"", b"no archive" * 100):
        with pytest.raises(FeedError):
            list(redhat.parse("redhat", [io.BytesIO(broken)]))
    assert list(redhat.parse("redhat", [stream(b"{", name="readme.txt")])) == []
    monkeypatch.setattr(bounded, "MEMBER_BYTES", 1)
    with pytest.raises(FeedError, match="larger"):
        list(redhat.parse("redhat", [io.BytesIO(whole)]))
    with pytest.raises(FeedError):
        redhat.documents("redhat:9")
