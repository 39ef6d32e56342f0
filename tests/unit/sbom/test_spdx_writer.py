"""SPDX documents, judged by the official library."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from spdx_tools.spdx.model import Document
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from garboard.model.report import Report
from garboard.sbom import spdx_writer
from tests.unit.reporters.inventories import WORDING, nothing, report


def read(of: Report, tmp_path: Path) -> Document:
    path = tmp_path / "a.spdx.json"
    path.write_bytes(spdx_writer.render(of))
    found = parse_file(str(path))
    assert [message.validation_message for message in validate_full_spdx_document(found)] == []
    return found


def document(of: Report) -> dict[str, Any]:
    return json.loads(spdx_writer.render(of))


def package(name: str) -> dict[str, Any]:
    return next(one for one in document(report())["packages"] if one["name"] == name)


def pairs(element: dict[str, Any]) -> list[tuple[str, str]]:
    return [tuple(pair) for note in element["annotations"] for pair in json.loads(note["comment"])]


@pytest.mark.parametrize("of", [report(), nothing()])
def test_the_official_library_reads_it_and_has_no_complaint(of: Report, tmp_path: Path) -> None:
    found = read(of, tmp_path)
    systems = 1 if of.inventory.distro else 0
    assert len(found.packages) == len(of.inventory.packages) + systems + 1
    assert found.creation_info.creators[0].name == "garboard-0.1.0"


def test_two_packages_of_one_identity_get_two_identifiers(tmp_path: Path) -> None:
    of = report()
    twice = (*of.inventory.packages, of.inventory.packages[0])
    read(msgspec.structs.replace(of, inventory=msgspec.structs.replace(of.inventory, packages=twice)), tmp_path)


def test_licenses() -> None:
    found = document(report())
    texts = {one["licenseId"]: one["extractedText"] for one in found["hasExtractedLicensingInfos"]}
    declared = package("libstdc++6")["licenseDeclared"].split(" AND ")
    assert [texts.get(one, one) for one in declared] == [
        "GPL-3+ with GCC exception", "BSD-3-Clause", "GFDL/1.2 ®", "GPL-2.0-only", WORDING,
    ]  # fmt: skip
    assert package("ruamel-yaml")["licenseDeclared"] == "MIT OR Apache-2.0"
    assert package("six")["licenseDeclared"] == "MIT AND BSD-2-Clause"
    assert package("@scope/x")["licenseDeclared"] == "LicenseRef-UNLICENSED AND MIT"
    assert package("python3-six")["licenseDeclared"] == "NOASSERTION"


def test_suppliers() -> None:
    assert package("libstdc++6")["supplier"] == "Person: Debian GCC (gcc@debian.org)"
    assert package("openssl-libs")["supplier"] == "Organization: Red Hat, Inc."
    assert package("ruamel-yaml")["supplier"] == "Organization: Ä b not an address"
    assert package("musl")["supplier"] == "NOASSERTION"


def test_a_package() -> None:
    found = package("libstdc++6")
    assert found["versionInfo"] == "1:2.3~rc1+dfsg-1+b2"
    assert found["primaryPackagePurpose"] == "LIBRARY"
    assert found["externalRefs"][0]["referenceLocator"].startswith("pkg:deb/debian/libstdc%2B%2B6@1:2.3~rc1")
    assert ("garboard:location", "0:/var/lib/dpkg/status") in pairs(found)
    assert ("garboard:layer:diffID", "sha256:" + "a" * 64) in pairs(found)


def test_what_contains_and_needs_what() -> None:
    found = document(report())
    names = {one["SPDXID"]: one["name"] for one in found["packages"]} | {"SPDXRef-DOCUMENT": "document"}
    edges = {
        (names[one["spdxElementId"]], one["relationshipType"], names[one["relatedSpdxElement"]])
        for one in found["relationships"]
    }
    assert ("document", "DESCRIBES", "ghcr.io/acme/App:1") in edges
    assert ("ghcr.io/acme/App:1", "CONTAINS", "debian") in edges
    assert ("python3-six", "CONTAINS", "six") in edges
    assert ("ghcr.io/acme/App:1", "CONTAINS", "six") not in edges
    assert ("python3-six", "DEPENDS_ON", "libstdc++6") in edges


def test_gaps_are_told() -> None:
    assert [name for name, _ in pairs(document(report()))] == ["garboard:gap", "garboard:gap"]
    assert "annotations" not in document(nothing())


def test_the_same_content_has_the_same_bytes() -> None:
    assert spdx_writer.render(report()) == spdx_writer.render(report())
    later = msgspec.structs.replace(report(), created=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    assert document(later)["documentNamespace"] != document(report())["documentNamespace"]
