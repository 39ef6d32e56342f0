"""CycloneDX documents, judged by the official schema and library."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.schema._res import BOM_JSON, JSF, SPDX_JSON
from cyclonedx.validation.json import JsonStrictValidator

from garboard.model.report import Report
from garboard.sbom import cyclonedx_writer
from tests.unit.reporters.inventories import IMAGE, nothing, report


def document(of: Report) -> dict[str, Any]:
    return json.loads(cyclonedx_writer.render(of))


def component(name: str, version: str = "") -> dict[str, Any]:
    found = [one for one in document(report())["components"] if one["name"] == name]
    return next(one for one in found if one.get("version", "") == version or not version)


def pairs(element: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["name"], one["value"]) for one in element["properties"]]


@pytest.mark.parametrize("of", [report(), nothing()])
def test_the_strict_validator_accepts_it(of: Report) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(cyclonedx_writer.render(of).decode()) is None


@pytest.mark.parametrize("of", [report(), nothing()])
def test_a_second_validator_accepts_it(of: Report) -> None:
    def read(path: Any) -> Any:
        return json.loads(Path(path).read_text(encoding="utf-8"))

    schema = read(BOM_JSON[SchemaVersion.V1_6])
    others = {"spdx.SNAPSHOT.schema.json": SPDX_JSON, "jsf-0.82.SNAPSHOT.schema.json": JSF}
    base = "http://cyclonedx.org/schema/"
    registry = jsonschema_rs.Registry([(base + name, read(path)) for name, path in others.items()])
    jsonschema_rs.Draft7Validator(schema, registry=registry).validate(document(of))


def test_the_official_library_reads_it() -> None:
    bom = Bom.from_json(data=document(report()))
    assert len(bom.components) == len(report().inventory.packages) + 1
    assert {str(one.purl) for one in bom.components if one.name == "libstdc++6"} == {
        "pkg:deb/debian/libstdc%2B%2B6@1:2.3~rc1%2Bdfsg-1%2Bb2?arch=amd64&distro=debian-12&upstream=gcc-12%401:2.3~rc1%2Bdfsg-1"
    }


def test_references_are_unique_and_lead_somewhere() -> None:
    found = document(report())
    refs = [one["bom-ref"] for one in found["components"]] + [found["metadata"]["component"]["bom-ref"]]
    assert len(set(refs)) == len(refs)
    assert {edge["ref"] for edge in found["dependencies"]} | {
        target for edge in found["dependencies"] for target in edge.get("dependsOn", ())
    } <= set(refs)


def test_two_packages_of_one_identity_get_two_references() -> None:
    of = report()
    twice = (*of.inventory.packages, of.inventory.packages[0])
    import msgspec

    of = msgspec.structs.replace(of, inventory=msgspec.structs.replace(of.inventory, packages=twice))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(cyclonedx_writer.render(of).decode()) is None
    refs = [one["bom-ref"] for one in document(of)["components"]]
    assert len(set(refs)) == len(refs)


def test_a_package() -> None:
    found = component("libstdc++6")
    assert found["evidence"] == {"occurrences": [{"location": "/var/lib/dpkg/status", "additionalContext": "layer 0"}]}
    assert pairs(found) == [
        ("garboard:layer:index", "0"),
        ("garboard:layer:diffID", "sha256:" + "a" * 64),
        ("garboard:source:name", "gcc-12"),
        ("garboard:source:version", "1:2.3~rc1+dfsg-1"),
        ("garboard:ecosystem", "Debian:12"),
        ("garboard:automatic", "true"),
    ]
    assert found["publisher"] == "Debian GCC <gcc@debian.org>"


def test_licenses() -> None:
    several = [one["license"] for one in component("libstdc++6")["licenses"]]
    assert [one.get("id") or one["name"] for one in several][:4] == [
        "GPL-3+ with GCC exception", "BSD-3-Clause", "GFDL/1.2 ®", "GPL-2.0-only",
    ]  # fmt: skip
    assert several[1]["properties"] == [{"name": "garboard:stated", "value": "BSD-3-clause"}]
    assert several[4]["name"] == "Permission is hereby granted, free of charge"
    assert component("ruamel-yaml")["licenses"] == [{"expression": "MIT OR Apache-2.0"}]
    assert component("six")["licenses"] == [{"expression": "MIT AND BSD-2-Clause"}]
    assert "licenses" not in component("python3-six")


def test_owners_and_applications_are_marked() -> None:
    assert ("garboard:owner", component("python3-six")["purl"]) in pairs(component("six"))
    assert component("app")["type"] == "application"
    assert component("app")["group"] == "@acme"


def test_the_image_and_the_system() -> None:
    found = document(report())
    image = found["metadata"]["component"]
    assert image["purl"] == f"pkg:oci/app@{IMAGE.manifest_digest}?repository_url=ghcr.io/acme/app&tag=1"
    assert [value for name, value in pairs(image) if name == "garboard:layer:diffID"] == [
        layer.diff_id for layer in IMAGE.layers
    ]
    assert found["metadata"]["timestamp"] == "2026-01-31T12:00:00Z"
    system = found["components"][0]
    assert (system["type"], system["name"], system["version"]) == ("operating-system", "debian", "12")
    assert ("garboard:distro:codename", "bookworm") in pairs(system)
    root = next(edge for edge in found["dependencies"] if edge["ref"] == "image")
    assert root["dependsOn"][0] == system["bom-ref"]
    assert not any("six.egg-info" in target for target in root["dependsOn"])


def test_gaps_are_told() -> None:
    found = document(report())
    assert found["compositions"] == [{"aggregate": "incomplete", "assemblies": ["image"]}]
    assert [(one["name"], json.loads(one["value"])["subject"]) for one in found["properties"]] == [
        ("garboard:gap", "var/lib/rpm/Packages"),
        ("garboard:gap", "a\x1b[31m"),
    ]
    assert "compositions" not in document(nothing())


def test_the_same_content_has_the_same_bytes() -> None:
    import msgspec

    assert cyclonedx_writer.render(report()) == cyclonedx_writer.render(report())
    later = msgspec.structs.replace(report(), created=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    assert document(later)["serialNumber"] != document(report())["serialNumber"]
