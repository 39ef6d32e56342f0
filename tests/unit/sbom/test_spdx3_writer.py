"""SPDX 3.0.1 documents, judged by the official model, which is generated from the specification's own shapes."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import msgspec
import pytest
from spdx_python_model.bindings import v3_0_1 as spdx3

from garboard.model.report import Report
from garboard.sbom import spdx3_writer
from tests.unit.reporters.inventories import WORDING, nothing, report


def read(of: Report) -> spdx3.SHACLObjectSet:
    found = spdx3.SHACLObjectSet()
    spdx3.JSONLDDeserializer().read(io.BytesIO(spdx3_writer.render(of)), found)
    return found


def graph(of: Report | None = None) -> list[dict[str, Any]]:
    return json.loads(spdx3_writer.render(of or report()))["@graph"]


def nodes(kind: str, of: Report | None = None) -> list[dict[str, Any]]:
    return [one for one in graph(of) if one["type"] == kind]


def package(name: str) -> dict[str, Any]:
    return next(one for one in nodes("software_Package") if one["name"] == name)


def edges(kind: str) -> set[tuple[str, str]]:
    names = {one["spdxId"]: one.get("name") or one.get("simplelicensing_licenseExpression") for one in graph()[1:]}
    return {
        (names[one["from"]], names[to])
        for one in nodes("Relationship")
        if one["relationshipType"] == kind
        for to in one["to"]
    }


def pairs(subject: str) -> list[tuple[str, str]]:
    notes = (one for one in nodes("Annotation") if one["subject"] == subject)
    return [tuple(pair) for note in notes for pair in json.loads(note["statement"])]


@pytest.mark.parametrize("of", [report(), nothing()])
def test_the_official_model_reads_it_and_finds_whatever_is_referred_to(of: Report) -> None:
    found = read(of)
    systems = 1 if of.inventory.distro else 0
    assert len(list(found.foreach_type(spdx3.software_Package))) == len(of.inventory.packages) + systems + 1
    assert found.link() == {"https://spdx.org/licenses/CC0-1.0"}
    (document,) = found.foreach_type(spdx3.SpdxDocument)
    assert len(document.element) == len(list(found.foreach_type(spdx3.Element))) - 1
    assert [one.name for one in document.creationInfo.createdBy] == ["garboard-0.1.0"]


def test_identifiers_are_unique() -> None:
    of = report()
    twice = (*of.inventory.packages, of.inventory.packages[0])
    doubled = msgspec.structs.replace(of, inventory=msgspec.structs.replace(of.inventory, packages=twice))
    ids = [one["spdxId"] for one in graph(doubled)[1:]]
    assert len(set(ids)) == len(ids)


def test_licenses() -> None:
    texts = {one["spdxId"]: one["simplelicensing_licenseText"] for one in nodes("simplelicensing_SimpleLicensingText")}
    (stated,) = (
        one for one in nodes("simplelicensing_LicenseExpression") if "GFDL" in one["simplelicensing_licenseExpression"]
    )
    custom = {one["key"]: texts[one["value"]] for one in stated["simplelicensing_customIdToUri"]}
    assert WORDING in custom.values()
    assert set(custom) <= set(stated["simplelicensing_licenseExpression"].split(" AND "))
    assert ("ruamel-yaml", "MIT OR Apache-2.0") in edges("hasDeclaredLicense")
    assert not [one for one, _ in edges("hasDeclaredLicense") if one == "python3-six"]


def test_suppliers() -> None:
    by_id = {one["spdxId"]: one for kind in ("Person", "Organization") for one in nodes(kind)}
    person = by_id[package("libstdc++6")["suppliedBy"]]
    assert (person["type"], person["name"]) == ("Person", "Debian GCC")
    assert person["externalIdentifier"][0]["identifier"] == "gcc@debian.org"
    assert by_id[package("openssl-libs")["suppliedBy"]]["name"] == "Red Hat, Inc."


def test_a_package() -> None:
    found = package("libstdc++6")
    assert found["software_packageVersion"] == "1:2.3~rc1+dfsg-1+b2"
    assert found["software_primaryPurpose"] == "library"
    assert found["software_packageUrl"].startswith("pkg:deb/debian/libstdc%2B%2B6@1:2.3~rc1")
    assert ("garboard:location", "0:/var/lib/dpkg/status") in pairs(found["spdxId"])


def test_what_contains_and_needs_what() -> None:
    assert ("ghcr.io/acme/App:1", "debian") in edges("contains")
    assert ("python3-six", "six") in edges("contains")
    assert ("ghcr.io/acme/App:1", "six") not in edges("contains")
    assert ("python3-six", "libstdc++6") in edges("dependsOn")


def test_gaps_are_told() -> None:
    (document,) = nodes("SpdxDocument")
    assert [name for name, _ in pairs(document["spdxId"])] == ["garboard:gap", "garboard:gap"]
    assert [one["completeness"] for one in nodes("Relationship") if "completeness" in one] == ["incomplete"]
    assert nodes("Annotation", nothing())[0]["subject"].endswith("#SPDXRef-Image")


def test_the_same_content_has_the_same_bytes() -> None:
    assert spdx3_writer.render(report()) == spdx3_writer.render(report())
    later = msgspec.structs.replace(report(), created=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    assert nodes("SpdxDocument", later)[0]["spdxId"] != nodes("SpdxDocument")[0]["spdxId"]
