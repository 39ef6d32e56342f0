"""Bills of materials that lie in an image."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard import image as images
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.package import Inventory
from garboard.packages import bills
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from garboard.sbom import within
from tests.unit.packages.test_unread import Given, layer


def cyclonedx(*purls: str) -> bytes:
    components = [
        {
            "type": "library",
            "name": purl.rpartition("@")[0].rpartition("/")[2],
            "version": purl.rpartition("@")[2],
            "purl": purl,
        }
        for purl in purls
    ]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}).encode()


def spdx(*purls: str) -> bytes:
    packages: list[dict[str, Any]] = [
        {
            "SPDXID": f"SPDXRef-{number}",
            "name": purl.rpartition("@")[0].rpartition("/")[2],
            "versionInfo": purl.rpartition("@")[2],
            "externalRefs": [
                {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
            ],
        }
        for number, purl in enumerate(purls)
    ]
    return json.dumps({"spdxVersion": "SPDX-2.3", "packages": packages}).encode()


def taken(files: dict[str, bytes], *, sboms: bool) -> Inventory:
    readers = (*CATALOGERS, within) if sboms else CATALOGERS
    return assemble(images.read(Given(layer(files, 0o644)), readers, NoCache(), Options()))


@pytest.mark.parametrize("write", [cyclonedx, spdx])
def test_its_packages_count_once_as_declared(write: Any) -> None:
    files = {
        "app/bom.json": write(
            "pkg:pypi/six@1.16.0", "pkg:npm/%40babel/core@7.0.0", "pkg:pypi/Idna@3.0", "pkg:deb/debian/zlib1g@1.2"
        ),
        "usr/lib/python3/site-packages/idna-3.0.dist-info/METADATA": b"Name: idna\nVersion: 3.0\n",
    }
    found = taken(files, sboms=True)
    assert [
        (one.full_name, one.version, one.declared, one.locations[0].path == "app/bom.json") for one in found.packages
    ] == [
        ("@babel/core", "7.0.0", True, True),
        ("idna", "3.0", False, False),
        ("six", "1.16.0", True, True),
    ]
    [gap] = found.gaps
    assert gap.subject == "app/bom.json"
    assert "names 1 packages of operating systems, which were not judged" in gap.reason


@pytest.mark.parametrize("glob", bills.GLOBS)
def test_without_being_asked_for_it_is_named(glob: str) -> None:
    path = glob.replace("**/", "app/").replace("*", "a")
    found = taken({path: cyclonedx("pkg:pypi/six@1.16.0")}, sboms=False)
    assert found.packages == ()
    assert [(gap.subject, gap.reason) for gap in found.gaps] == [(bills.KIND, f"found, and not read: {path}")]


def test_other_files_of_the_name_are_nothing():
    for asked in (False, True):
        assert taken({"app/bom.json": b'{"materials": []}'}, sboms=asked) == Inventory()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"SPDXVersion: SPDX-3.0\n",
        b'{"bomFormat": "CycloneDX"',
        b"[" * 5000,
        b"\xff",
        b"SPDXVersion: SPDX-2.3\nPackageComment: <text>a",
        b"SPDXVersion: SPDX-2.3\n\xff",
        b"\x1f\x8b",
        b'<bom xmlns="http://cyclonedx.org/schema/bom/1.5">',
        b'<!DOCTYPE a><bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>',
    ],
)
def test_what_cannot_be_read_is_a_gap(data: bytes) -> None:
    found = taken({"app/a.spdx.json": data}, sboms=True)
    assert found.packages == ()
    assert ["no bill of materials that is read here" in gap.reason for gap in found.gaps] == [True]


NAMES = st.sets(st.sampled_from(["a", "b", "c", "d"]))


@given(installed=NAMES, named=NAMES, again=NAMES)
def test_no_package_counts_twice(installed: set[str], named: set[str], again: set[str]) -> None:
    files = {f"site-packages/{name}-1.dist-info/METADATA": f"Name: {name}\nVersion: 1\n".encode() for name in installed}
    files["x/a.cdx.json"] = cyclonedx(*(f"pkg:pypi/{name}@1" for name in sorted(named)))
    files["x/b.spdx.json"] = spdx(*(f"pkg:pypi/{name}@1" for name in sorted(again)))
    found = taken(files, sboms=True)
    assert {one.name for one in found.packages if not one.declared} == installed
    declared = [(one.name, one.locations[0].path) for one in found.packages if one.declared]
    assert sorted(declared) == sorted(
        [(name, "x/a.cdx.json") for name in named - installed] + [(name, "x/b.spdx.json") for name in again - installed]
    )
