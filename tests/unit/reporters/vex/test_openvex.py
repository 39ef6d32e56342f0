"""VEX as OpenVEX 0.2.0: what the specification asks of each statement."""

from __future__ import annotations

import json

from garboard.model.vex import JUSTIFICATIONS, VexStatus
from garboard.reporters.vex import openvex
from tests.unit.reporters.vex.test_cyclonedx import CURL, DOCUMENT, IMAGE


def test_the_document() -> None:
    found = json.loads(openvex.render(DOCUMENT))
    assert {*found} == {"@context", "@id", "author", "timestamp", "version", "tooling", "statements"}
    assert found["@context"] == "https://openvex.dev/ns/v0.2.0"
    assert (found["author"], found["timestamp"], found["version"]) == ("Me", "2026-01-31T12:00:00Z", 1)
    for one in found["statements"]:
        assert one["status"] in {*VexStatus}
        assert one["vulnerability"] == {"name": "CVE-2024-1", "aliases": ["GHSA-1"]}
        assert one["products"] == [{"@id": IMAGE, "identifiers": {"purl": IMAGE}, "subcomponents": [{"@id": CURL}]}]
        assert one.get("justification", "") in {"", *JUSTIFICATIONS}
        if one["status"] == "not_affected":
            assert one["justification"]
            assert one["impact_statement"]
        if one["status"] == "affected":
            assert one["action_statement"]


def test_the_id_is_made_of_the_content() -> None:
    assert json.loads(openvex.render(DOCUMENT))["@id"].startswith("urn:uuid:")
    assert openvex.render(DOCUMENT) == openvex.render(DOCUMENT)
