"""Components of Bitnami images, by the documents beside them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.package import Package
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.ecosystems.reading import cataloger_of, gaps, read
from tests.unit.image.layers.builders import Entry, Given, tar

cataloger = cataloger_of("bitnami")
PATH = "opt/bitnami/redis/.spdx-redis.spdx"


def entry(purl: Any, **more: Any) -> dict[str, Any]:
    return {"name": "x", "externalRefs": [{"referenceType": "purl", "referenceLocator": purl}], **more}


def document(*entries: dict[str, Any]) -> str:
    return json.dumps({"spdxVersion": "SPDX-2.3", "packages": entries})


def test_components_and_nothing_else() -> None:
    text = document(
        entry(
            "pkg:bitnami/redis@7.2.4-1?distro=debian-12&arch=amd64",
            licenseConcluded="NONE",
            licenseDeclared="BSD-3-Clause",
        ),
        entry("pkg:npm/a@1.0.0"),
        entry(1),
        {"name": "y"},
        entry("pkg:bitnami/wait%2Dfor@1.0.0"),
    )
    assert read(cataloger, PATH, text) == [
        Package(
            type="bitnami", name="redis", version="7.2.4-1", scheme="bitnami", arch="amd64", licenses=("BSD-3-Clause",)
        ),
        Package(type="bitnami", name="wait-for", version="1.0.0", scheme="bitnami"),
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("", "is not what Bitnami writes"),
        ("{}", "is not what Bitnami writes"),
        ("SPDXVersion: SPDX-2.3\n", "is not what Bitnami writes"),
        ("[" * 5000, "is not what Bitnami writes"),
        (document(), "names no component"),
        (document(entry("pkg:npm/a@1.0.0")), "names no component"),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, PATH, data))
    assert text in reason


def test_it_answers_for_what_lies_beside_it() -> None:
    elf = b"\x7fELF" + bytes(60)
    entries = [
        Entry(PATH, document(entry("pkg:bitnami/redis@7.2.4-1")).encode()),
        Entry("opt/bitnami/redis/bin/redis-server", elf),
        Entry("opt/bitnami/other/bin/other", elf),
        Entry("opt/other.spdx", b"SPDXVersion: SPDX-2.3\n"),
    ]
    inventory = assemble(read_image(Given(tar(entries)), CATALOGERS, NoCache(), Options()))
    (found,) = inventory.packages
    assert (found.purl, found.ecosystem) == ("pkg:bitnami/redis@7.2.4-1", "Bitnami")
    assert sorted(gap.reason for gap in inventory.gaps) == [
        "found, and not read: opt/bitnami/other/bin/other",
        "found, and not read: opt/other.spdx",
    ]
