"""VEX of three formats: which findings the latest statement closes, and that it closes no other."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.finding import Finding
from garboard.model.policy import PolicyError
from garboard.model.report import Report
from garboard.model.vex import VexProduct, VexStatement, VexStatus
from garboard.policy.vex.apply import apply
from garboard.policy.vex.document import read
from garboard.policy.vex.products import covers
from tests.unit.actions.scans import deb, finding, pip, report

DIGEST = "sha256:" + "a" * 64
CURL = finding("CVE-2024-1", deb("curl", purl="pkg:deb/debian/curl@1?arch=amd64&distro=debian-12"))
DJANGO = finding("CVE-2024-2", pip("django", "3.2"))


def of(*findings: Finding) -> Report:
    found = report(*findings)
    return msgspec.structs.replace(found, image=msgspec.structs.replace(found.image, manifest_digest=DIGEST))


def openvex(product: Any, status: str = "not_affected", **more: Any) -> dict[str, Any]:
    statement = {"vulnerability": {"name": "CVE-2024-1"}, "products": [product], "status": status, **more}
    return {
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://x.example/vex/1", "author": "Maker", "version": 1,
        "timestamp": "2026-01-01T00:00:00Z", "statements": [statement],
    }  # fmt: skip


def csaf(
    status: str = "known_not_affected", purl: str = "pkg:deb/debian/curl", platform: dict[str, str] | None = None
) -> dict[str, Any]:
    helper = {"product_identification_helper": {"purl": purl}}
    return {
        "document": {
            "category": "csaf_vex", "publisher": {"name": "Maker"}, "tracking": {"status": "final", "current_release_date": "2026-01-01T00:00:00Z"},
        },
        "product_tree": {
            "branches": [{"category": "vendor", "branches": [{"category": "product_version", "product": {"product_id": "P", **helper}}]}],
            "full_product_names": [
                {"product_id": "OS", "product_identification_helper": platform or {"purl": f"pkg:oci/app@{DIGEST}"}}
            ],
            "relationships": [
                {"product_reference": "P", "relates_to_product_reference": "OS", "full_product_name": {"product_id": "OS:P"}}
            ],
        },
        "vulnerabilities": [
            {
                "cve": "CVE-2024-1",
                "product_status": {status: ["OS:P"]},
                "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["OS:P"]}],
                "threats": [{"category": "impact", "details": "Not built in.", "product_ids": ["OS:P"]}],
            }
        ],
    }  # fmt: skip


def cyclonedx(state: str = "not_affected", ref: str = "curl") -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"timestamp": "2026-01-01T00:00:00Z"},
        "components": [{"type": "library", "name": "curl", "bom-ref": "curl", "purl": "pkg:deb/debian/curl@1"}],
        "vulnerabilities": [
            {
                "id": "CVE-2024-1", "affects": [{"ref": ref}],
                "analysis": {"state": state, "justification": "code_not_present", "detail": "Not built in."},
            },
            {"id": "CVE-2024-2", "affects": [{"ref": "curl"}]},
        ],
    }  # fmt: skip


def closed(document: dict[str, Any], *findings: Finding) -> list[tuple[str, str, str]]:
    found = apply(of(*(findings or (CURL, DJANGO))), read(json.dumps(document).encode(), "vex.json")).report
    return [(one.finding.vulnerability.id, one.by.decision.value, one.by.reason) for one in found.suppressed]


@pytest.mark.parametrize(
    ("product", "closes"),
    [
        ({"@id": "pkg:deb/debian/curl"}, True),
        ({"@id": "pkg:deb/debian/curl@1"}, True),
        ({"@id": "pkg:deb/debian/curl@2"}, False),
        ({"@id": "pkg:deb/debian/curl@1?distro=debian-12"}, True),
        ({"@id": "pkg:deb/debian/curl@1?distro=debian-11"}, False),
        ({"@id": "pkg:deb/ubuntu/curl"}, False),
        ({"@id": "pkg:deb/debian/wget"}, False),
        ({"@id": "https://x.example/p", "identifiers": {"purl": "pkg:deb/debian/curl"}}, True),
        ({"@id": "https://x.example/p"}, False),
        ("pkg:deb/debian/curl", True),
        ({"@id": f"pkg:oci/app@{DIGEST}"}, True),
        ({"@id": f"pkg:oci/app@{DIGEST}", "subcomponents": [{"@id": "pkg:deb/debian/curl"}]}, True),
        ({"@id": f"pkg:oci/app@{DIGEST}", "subcomponents": [{"@id": "pkg:deb/debian/wget"}]}, False),
        ({"@id": "pkg:oci/app@sha256:" + "b" * 64}, False),
        ({"@id": "pkg:oci/app?tag=1"}, False),
        ({"@id": "pkg:oci/app?repository_url=docker.io/library/app&tag=1"}, True),
        ({"@id": "pkg:oci/app?repository_url=docker.io/library/app"}, True),
        ({"@id": "pkg:oci/app?repository_url=docker.io/library/app&tag=2"}, False),
        ({"@id": "pkg:oci/app?repository_url=evil.example/app&tag=1"}, False),
        ({"@id": f"pkg:oci/app@{DIGEST}?arch=s390x"}, False),
        ({"@id": "pkg:docker/app@1"}, True),
        ({"@id": "pkg:docker/alice/app@1"}, False),
        ({"@id": "pkg:docker/app@2"}, False),
        ({"@id": "pkg:oci/other"}, False),
        ({"@id": "pkg:deb/debian/curl", "subcomponents": [{"@id": "pkg:deb/debian/libx"}]}, False),
    ],
)
def test_products(product: Any, closes: bool) -> None:
    expected = [("CVE-2024-1", "not_affected", "vulnerable code not present")] if closes else []
    assert closed(openvex(product, justification="vulnerable_code_not_present")) == expected


def test_the_formats() -> None:
    told = [("CVE-2024-1", "not_affected", "Not built in.")]
    assert closed(openvex("pkg:deb/debian/curl", impact_statement="Not built in.")) == told
    assert closed(csaf()) == told
    assert closed(cyclonedx()) == told
    assert closed(cyclonedx(ref="urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:deb/debian/curl@1")) == told
    assert closed(cyclonedx(ref="urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#other")) == []


def told(document: dict[str, Any]) -> tuple[str, ...]:
    return apply(of(CURL, DJANGO), read(json.dumps(document).encode(), "vex.json")).notes


def test_no_reader_widens_a_product() -> None:
    """What is said of a platform, of versions, or of another document's component is not said of every package."""
    platform = csaf(platform={"cpe": "cpe:/o:redhat:enterprise_linux:7"})
    assert closed(platform) == []
    assert "platform that has none" in told(platform)[0]
    versions = cyclonedx()
    versions["vulnerabilities"][0]["affects"][0]["versions"] = [
        {"version": "1", "status": "affected"}, {"version": "2", "status": "unaffected"},
    ]  # fmt: skip
    assert closed(versions) == []
    versions["vulnerabilities"][0]["affects"][0]["versions"] = [{"version": "1", "status": "unaffected"}]
    assert closed(versions) == [("CVE-2024-1", "not_affected", "Not built in.")]
    versions["vulnerabilities"][0]["affects"][0]["versions"] = [{"range": "vers:deb/>=2", "status": "unaffected"}]
    assert closed(versions) == []
    assert "closes nothing" in told(versions)[0]
    serial = "3e671687-395b-41f5-a30f-a58921a69b79"
    assert closed(cyclonedx(ref=f"urn:cdx:{serial}/1#curl")) == []
    assert closed(cyclonedx(ref=f"urn:cdx:{serial}/1#curl") | {"serialNumber": f"urn:uuid:{serial}"}) != []


def test_what_is_not_affected_has_a_reason() -> None:
    assert closed(openvex("pkg:deb/debian/curl")) == []
    assert "without a justification" in told(openvex("pkg:deb/debian/curl"))[0]


def test_what_is_said_after_the_day_of_the_report_does_not_count() -> None:
    later = openvex("pkg:deb/debian/curl", "fixed") | {"timestamp": "2026-03-01T00:00:00Z"}
    assert closed(later) == []


@pytest.mark.parametrize(
    "document",
    [
        openvex("pkg:deb/debian/curl", "affected", timestamp="2026-03-01T00:00:00Z"),
        openvex("pkg:deb/debian/curl", "under_investigation", timestamp="2026-03-01T00:00:00Z"),
        csaf("known_affected"),
        cyclonedx("exploitable"),
    ],
)
def test_what_is_taken_back_on_a_later_day_is_taken_back(document: dict[str, Any]) -> None:
    late = json.loads(json.dumps(document).replace("2026-01-01", "2026-03-01"))
    every = [openvex("pkg:deb/debian/curl", "fixed"), late]
    statements = [each for one in every for each in read(json.dumps(one).encode(), "vex.json")]
    assert apply(of(CURL), statements[:1]).report.suppressed
    assert not apply(of(CURL), statements).report.suppressed


@pytest.mark.parametrize(("version", "closes"), [("1", True), ("2", False), ("", True)])
def test_a_version_beside_a_package_url_is_its_version(version: str, closes: bool) -> None:
    document = cyclonedx()
    document["components"][0] |= {"purl": "pkg:deb/debian/curl?arch=amd64", "version": version}
    assert bool(closed(document)) == closes
    branches = csaf()["product_tree"]["branches"]
    for name, outer in ((version, "product_name"), ("", "product_version")):
        document = csaf()
        inner = {**branches[0]["branches"][0], "name": name or "curl"}
        if not name:
            inner["category"] = "architecture"
        document["product_tree"]["branches"] = [{"category": outer, "name": version or "curl", "branches": [inner]}]
        assert bool(closed(document)) == closes


def test_a_range_above_a_package_url_without_a_version_is_no_version() -> None:
    document = csaf()
    leaf = document["product_tree"]["branches"][0]["branches"][0] | {"category": "architecture", "name": "x"}
    document["product_tree"]["branches"] = [{"category": "product_version_range", "name": "<2", "branches": [leaf]}]
    assert closed(document) == []
    assert "a range of versions" in told(document)[0]


@pytest.mark.parametrize(
    ("document", "decisions"),
    [
        (openvex("pkg:deb/debian/curl", "fixed"), ["fixed"]),
        (openvex("pkg:deb/debian/curl", "affected"), []),
        (openvex("pkg:deb/debian/curl", "under_investigation"), []),
        (csaf("fixed"), ["fixed"]),
        (csaf("known_affected"), []),
        (csaf("under_investigation"), []),
        (cyclonedx("resolved"), ["fixed"]),
        (cyclonedx("false_positive"), ["not_affected"]),
        (cyclonedx("exploitable"), []),
        (cyclonedx("in_triage"), []),
    ],
)
def test_statuses(document: dict[str, Any], decisions: list[str]) -> None:
    assert [decision for _, decision, _ in closed(document)] == decisions


@pytest.mark.parametrize("document", [openvex("pkg:deb/debian/curl", "under_investigation"), cyclonedx("in_triage")])
def test_what_is_under_investigation_is_told(document: dict[str, Any]) -> None:
    notes = apply(of(CURL), read(json.dumps(document).encode(), "vex.json")).notes
    assert notes == ("vex.json: CVE-2024-1 in curl is under investigation",)


def test_a_statement_without_a_product_is_told() -> None:
    (note,) = apply(of(CURL), read(json.dumps(openvex({"@id": "https://x.example/p"}, "fixed")).encode(), "v")).notes
    assert "names no product by a package URL" in note


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"@context": "https://openvex.dev/ns", "statements": 1}',
        b"[" * 5000,
        b'{"bomFormat": "CycloneDX", "vulnerabilities": 1}',
    ],
)
def test_what_is_no_vex_document_is_an_error(data: bytes) -> None:
    with pytest.raises(PolicyError, match=r"x\.json"):
        read(data, "x.json")


@given(
    st.sampled_from(["document", "product_tree", "vulnerabilities"]), st.sampled_from([1, "x", [], {}, [1], [{}], None])
)
def test_odd_csaf_closes_nothing(key: str, value: Any) -> None:
    assert closed(csaf() | {key: value}) == []


STATEMENTS = st.lists(
    st.builds(
        VexStatement,
        ids=st.sampled_from([("CVE-2024-1",), ("CVE-2024-2",), ("CVE-3",)]),
        status=st.sampled_from(VexStatus),
        products=st.lists(
            st.sampled_from(["pkg:deb/debian/curl", "pkg:pypi/django@3.2", "pkg:pypi/django@4", "pkg:npm/curl"]).map(
                lambda purl: VexProduct(purl=purl)
            ),
            max_size=2,
        ).map(tuple),
        timestamp=st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", ""]),
        document=st.sampled_from("ab"),
    ),
    max_size=5,
)


@given(STATEMENTS, st.randoms())
def test_no_finding_is_lost_and_the_order_of_documents_does_not_matter(
    statements: list[VexStatement], random: Any
) -> None:
    found = apply(of(CURL, DJANGO), statements).report
    assert len(found.findings) + len(found.suppressed) == 2
    shuffled = [*statements]
    random.shuffle(shuffled)
    again = apply(of(CURL, DJANGO), shuffled).report
    assert again.findings == found.findings
    assert [one.by.decision for one in again.suppressed] == [one.by.decision for one in found.suppressed]


@given(STATEMENTS)
def test_a_statement_closes_only_what_its_product_covers(statements: list[VexStatement]) -> None:
    for one in apply(of(CURL, DJANGO), statements).report.suppressed:
        assert any(
            one.finding.vulnerability.id in each.ids and covers(product.purl, one.finding.package.purl)
            for each in statements
            for product in each.products
        )
