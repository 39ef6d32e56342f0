"""VEX as CycloneDX 1.6, held to the official schema."""

from __future__ import annotations

import datetime as dt
import json

import msgspec
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from garboard.model.errors import UsageError
from garboard.model.vex import JUSTIFICATIONS, VexDocument, VexProduct, VexStatement, VexStatus
from garboard.reporters.vex import cyclonedx, openvex

IMAGE = "pkg:oci/app@sha256:" + "a" * 64
CURL = "pkg:deb/debian/curl@1?arch=amd64"


def statement(status: VexStatus, justification: str = "") -> VexStatement:
    return VexStatement(
        ids=("CVE-2024-1", "GHSA-1"), status=status, products=(VexProduct(purl=IMAGE, subcomponent=CURL),),
        justification=justification, text="Not built in.", action="none", notes="decided in garboard.toml:3",
        timestamp="2026-01-01T00:00:00Z",
    )  # fmt: skip


DOCUMENT = VexDocument(
    product=IMAGE,
    author="Me",
    created=dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC),
    statements=(
        *(statement(one) for one in VexStatus if one is not VexStatus.NOT_AFFECTED),
        *(statement(VexStatus.NOT_AFFECTED, word) for word in JUSTIFICATIONS),
    ),
)


@pytest.mark.parametrize("document", [DOCUMENT, msgspec.structs.replace(DOCUMENT, statements=())])
def test_the_schema(document: VexDocument) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(cyclonedx.render(document).decode()) is None


def test_the_id() -> None:
    serial = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"
    given = msgspec.structs.replace(DOCUMENT, id=serial)
    assert json.loads(cyclonedx.render(given))["serialNumber"] == serial
    assert json.loads(openvex.render(given))["@id"] == serial
    with pytest.raises(UsageError, match="UUID"):
        cyclonedx.render(msgspec.structs.replace(DOCUMENT, id="https://x.example/vex/1"))
    made = json.loads(cyclonedx.render(DOCUMENT))["serialNumber"]
    assert made.startswith("urn:uuid:")
    assert made == json.loads(cyclonedx.render(DOCUMENT))["serialNumber"]
    other = msgspec.structs.replace(DOCUMENT, author="Somebody else")
    assert made != json.loads(cyclonedx.render(other))["serialNumber"]
