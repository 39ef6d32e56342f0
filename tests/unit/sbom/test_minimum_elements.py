"""The minimum elements of NTIA, judged by the official checker; of CycloneDX, which it does not read, field by field."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from ntia_conformance_checker import SbomChecker

from garboard.model.report import Report
from garboard.sbom import cyclonedx_writer, spdx3_writer, spdx_writer
from tests.unit.reporters.inventories import IMAGE, report

SPDX = pytest.mark.parametrize(("writer", "spec"), [(spdx_writer, "spdx2"), (spdx3_writer, "spdx3")])
LABELLED = msgspec.structs.replace(IMAGE, labels=(("org.opencontainers.image.vendor", "ACME"),))
UNSUPPLIED = {"musl", "python3-six", "six", "@acme/app", "@scope/x", "JSONStream", "x", "ünïcode-\u202e名"}
"""Of which no metadata say by whom they are."""


def complete() -> Report:
    """A report of packages that all state what is asked for."""
    of = report()
    packages = (one for one in of.inventory.packages if one.version)
    stated = tuple(msgspec.structs.replace(one, vendor=one.vendor or "ACME <sbom@acme.example>") for one in packages)
    return msgspec.structs.replace(of, image=LABELLED, inventory=msgspec.structs.replace(of.inventory, packages=stated))


def check(writer: ModuleType, spec: str, of: Report, tmp_path: Path) -> Any:
    path = tmp_path / "a.json"
    path.write_bytes(writer.render(of))
    return SbomChecker(str(path), sbom_spec=spec)


@SPDX
def test_all_are_there(writer: ModuleType, spec: str, tmp_path: Path) -> None:
    found = check(writer, spec, complete(), tmp_path)
    assert (found.parsing_errors, found.validation_messages) == ([], [])
    assert [name for name, held in found.table_elements if not held] == []
    assert found.compliant
    assert not found.floating_component_ids
    assert not found.has_unknown_pointers


@SPDX
def test_what_nothing_states_is_not_made_up(writer: ModuleType, spec: str, tmp_path: Path) -> None:
    found = check(writer, spec, report(), tmp_path)
    assert {name for name, _ in found.components_without_suppliers} == {"ghcr.io/acme/App:1", *UNSUPPLIED}
    assert {name for name, _ in found.components_without_versions} == {"@acme/app"}
    assert (found.doc_author, found.doc_timestamp, found.dependency_relationships) == (True, True, True)


def test_of_cyclonedx() -> None:
    found = json.loads(cyclonedx_writer.render(complete()))
    subject = found["metadata"]["component"]
    for component in (subject, *found["components"]):
        assert component["name"]
        assert component["version"]
        assert component["bom-ref"]
        assert component["supplier"]["name"]
    assert found["metadata"]["supplier"] == {"name": "ACME"}
    assert found["metadata"]["timestamp"]
    assert found["metadata"]["tools"]["components"][0]["name"] == "garboard"
    edges = {one["ref"]: one.get("dependsOn", []) for one in found["dependencies"]}
    assert edges[subject["bom-ref"]]
    assert set(edges) >= {one["bom-ref"] for one in found["components"] if one["type"] != "operating-system"}


def test_what_a_package_owns_is_supplied_with_it() -> None:
    of = report()
    packages = tuple(
        msgspec.structs.replace(one, vendor="Debian Python <py@debian.org>") if one.name == "python3-six" else one
        for one in of.inventory.packages
    )
    owned = msgspec.structs.replace(of, inventory=msgspec.structs.replace(of.inventory, packages=packages))
    found = {one["name"]: one["supplier"] for one in json.loads(spdx_writer.render(owned))["packages"]}
    assert found["six"] == found["python3-six"] == "Person: Debian Python (py@debian.org)"
    assert found["musl"] == "NOASSERTION"
    assert found["debian"] == "Organization: debian"


@pytest.mark.parametrize(
    ("labels", "supplier"),
    [
        ((("maintainer", "Ann <ann@acme.example>"),), "Person: Ann (ann@acme.example)"),
        ((("maintainer", "Ann"), ("org.opencontainers.image.vendor", "ACME")), "Organization: ACME"),
        ((("org.opencontainers.image.vendor", " "), ("org.opencontainers.image.authors", "B")), "Organization: B"),
        ((("maintainer", "A <a@x.example>, B <b@x.example>"),), "Person: A (a@x.example)"),
        ((("maintainer", "<a@x.example>"),), "Organization: a@x.example"),
        ((), "NOASSERTION"),
    ],
)
def test_an_image_is_supplied_by_whom_its_labels_name(labels: tuple[tuple[str, str], ...], supplier: str) -> None:
    of = msgspec.structs.replace(report(), image=msgspec.structs.replace(IMAGE, labels=labels))
    assert json.loads(spdx_writer.render(of))["packages"][0]["supplier"] == supplier
