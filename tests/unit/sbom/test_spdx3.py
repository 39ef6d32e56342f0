"""SPDX 3.0 of other tools, put into the form of SPDX 2.3."""

from __future__ import annotations

import io
import json
from typing import Any

from spdx_python_model.bindings import v3_0_1 as official

from garboard.model.package import Inventory
from garboard.sbom import documents, spdx3, spdx3_writer
from tests.unit.reporters.inventories import report

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
HEAD: list[dict[str, Any]] = [
    {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2026-01-01T00:00:00Z", "createdBy": ["urn:x#t"]},
    {"type": "Organization", "spdxId": "urn:x#t", "name": "garboard-like", "creationInfo": "_:c"},
    {"type": "SpdxDocument", "spdxId": "urn:x#doc", "name": "app:1", "creationInfo": "_:c", "rootElement": ["urn:x#bom"]},
    {"type": "software_Sbom", "spdxId": "urn:x#bom", "rootElement": ["urn:x#app"]},
    {"type": "software_Package", "spdxId": "urn:x#app", "name": "app"},
]  # fmt: skip
REQUESTS = {
    "type": "software_Package", "spdxId": "urn:x#a", "name": "requests", "software_packageUrl": "pkg:pypi/requests@2.31.0",
}  # fmt: skip
URLLIB3 = {
    "type": "software_Package", "spdxId": "urn:x#b", "name": "urllib3",
    "externalIdentifier": [{"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": "pkg:pypi/urllib3@2.0.0"}],
}  # fmt: skip


def related(kind: str, source: str, *to: object, **more: object) -> dict[str, Any]:
    return {
        "type": "Relationship",
        "spdxId": f"urn:x#{kind}",
        "relationshipType": kind,
        "from": source,
        "to": [*to],
        **more,
    }


def read(*nodes: dict[str, Any], head: list[dict[str, Any]] = HEAD, context: object = CONTEXT) -> Inventory:
    data = json.dumps({"@context": context, "@graph": [*head, *nodes]}).encode()
    return documents.parse(data, "a.json")[1]


def test_packages_by_either_field_for_their_package_url_and_their_dependencies() -> None:
    found = read(REQUESTS, URLLIB3, related("dependsOn", "urn:x#a", "urn:x#b"))
    assert [(one.name, one.version) for one in found.packages] == [("requests", "2.31.0"), ("urllib3", "2.0.0")]
    assert found.packages[0].depends_on == (found.packages[1].id,)
    assert found.gaps == ()  # what the document is about is none of its packages


def test_the_image_that_it_is_about() -> None:
    data = json.dumps({"@context": [CONTEXT], "@graph": [*HEAD, REQUESTS]}).encode()
    image, _ = documents.parse(data, "a.json")
    assert (image.tags, image.created) == (("app:1",), "2026-01-01T00:00:00Z")


def test_a_package_that_stands_where_its_identifier_might() -> None:
    found = read(REQUESTS, related("dependsOn", "urn:x#a", URLLIB3))
    assert {one.name for one in found.packages} == {"requests", "urllib3"}
    assert found.packages[0].depends_on or found.packages[1].depends_on


def test_licenses() -> None:
    stated = [
        {"type": "simplelicensing_LicenseExpression", "spdxId": "urn:x#m", "simplelicensing_licenseExpression": "MIT OR ISC"},
        {"type": "simplelicensing_SimpleLicensingText", "spdxId": "urn:x#n", "name": "Ours"},
    ]  # fmt: skip
    one = read(REQUESTS, *stated, related("hasDeclaredLicense", "urn:x#a", "urn:x#m"))
    assert one.packages[0].licenses == ("MIT OR ISC",)
    two = read(REQUESTS, *stated, related("hasDeclaredLicense", "urn:x#a", "urn:x#m", "urn:x#n"))
    assert two.packages[0].licenses == ("(MIT OR ISC) AND (Ours)",)


def test_nothing_grows_beyond_the_document() -> None:
    """One text that is referred to a thousand times by a thousand packages of one identifier stays one text."""
    text = {
        "type": "simplelicensing_LicenseExpression",
        "spdxId": "urn:x#m",
        "simplelicensing_licenseExpression": "x" * 900,
    }
    other = {**text, "spdxId": "urn:x#n", "simplelicensing_licenseExpression": "y" * 900}
    note = {"type": "Annotation", "spdxId": "urn:x#o", "subject": "urn:x#a", "statement": "z" * 900}
    stated = related("hasDeclaredLicense", "urn:x#a", *["urn:x#m"] * 1000)
    made = spdx3.as_spdx2(json.dumps({"@graph": [*[REQUESTS] * 1000, text, note, stated]}).encode())
    assert len(json.dumps(made["packages"])) < 500_000
    assert made["packages"][0]["licenseDeclared"] == "x" * 900
    both = read(REQUESTS, text, other, related("hasDeclaredLicense", "urn:x#a", "urn:x#m", "urn:x#n"))
    assert both.packages[0].licenses == ()


def test_the_distribution() -> None:
    system = {
        "type": "software_Package", "spdxId": "urn:x#os", "name": "debian", "software_packageVersion": "12",
        "software_primaryPurpose": "operatingSystem",
    }  # fmt: skip
    found = read(system, {**REQUESTS, "software_packageUrl": "pkg:deb/debian/bash@5.2-1?distro=debian-12"})
    assert found.distro
    assert (found.distro.id, found.distro.version) == ("debian", "12")


def test_a_list_that_says_itself_that_it_may_not_be_complete_is_a_gap() -> None:
    (gap,) = read(REQUESTS, related("contains", "urn:x#app", "urn:x#a", completeness="incomplete")).gaps
    assert "may not name all" in gap.reason
    (gap,) = read(
        REQUESTS, related("dependsOn", "urn:x#a", "https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement")
    ).gaps
    assert "may not name all" in gap.reason


def test_another_document_and_a_package_without_a_package_url_are_gaps() -> None:
    head = [one | {"import": [{"type": "ExternalMap", "externalSpdxId": "urn:y#z"}]} if one["type"] == "SpdxDocument" else one for one in HEAD]  # fmt: skip
    reasons = [
        gap.reason for gap in read({"type": "software_Package", "spdxId": "urn:x#q", "name": "odd"}, head=head).gaps
    ]
    assert any("odd" in one for one in reasons)
    assert any("urn:y#z" in one for one in reasons)


def test_what_the_official_model_writes_again_is_read_without_loss() -> None:
    """Its nodes stand in another order and in one another."""
    ours = spdx3_writer.render(report())
    found = official.SHACLObjectSet()
    official.JSONLDDeserializer().read(io.BytesIO(ours), found)
    again = io.BytesIO()
    official.JSONLDSerializer().write(found, again)
    assert again.getvalue() != ours
    one, two = (documents.parse(data, "a.json") for data in (ours, again.getvalue()))
    assert {package.id: package for package in two[1].packages} == {package.id: package for package in one[1].packages}
    assert (two[0], two[1].distro, {*two[1].gaps}) == (one[0], one[1].distro, {*one[1].gaps})
