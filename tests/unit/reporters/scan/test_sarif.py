"""SARIF logs, judged by the standard's own schema, and by what GitHub takes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from garboard.model.advisory import Severity
from garboard.model.gap import Gap
from garboard.model.package import Location
from garboard.model.report import Report
from garboard.reporters.scan import sarif, sarif_rules
from garboard.reporters.view import View
from tests.unit.reporters.findings import BASE, scanned
from tests.unit.reporters.inventories import nothing

SCHEMA = Path(__file__).parents[3] / "vectors/sarif/sarif-schema-2.1.0.json"


@pytest.fixture(scope="session")
def validator() -> Any:
    return jsonschema_rs.validator_for(json.loads(SCHEMA.read_bytes()), validate_formats=True)


def run(of: Report, view: View | None = None) -> dict[str, Any]:
    return json.loads(sarif.render(of, view or View()))["runs"][0]


def result(of: Report, package: str) -> dict[str, Any]:
    names = [(one, one["locations"][0]["logicalLocations"][0]["name"]) for one in run(of)["results"]]
    return next(one for one, name in names if name == package)


def changed(of: Report, **values: Any) -> Report:
    return msgspec.structs.replace(of, **values)


@pytest.mark.parametrize("of", [scanned(), nothing(), changed(scanned(), attribution=None, target_file="")])
def test_the_schema_takes_it(of: Report, validator: Any) -> None:
    assert [str(error) for error in validator.iter_errors(json.loads(sarif.render(of, View())))] == []


def test_a_result_stands_on_its_line() -> None:
    physical = result(scanned(), "git")["locations"][0]["physicalLocation"]
    assert physical == {
        "artifactLocation": {"uri": "build%20dir/Dockerfile", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 1, "endLine": 4},
    }


def test_a_result_without_a_line_stands_on_the_image() -> None:
    one = result(scanned(), "openssl/libssl3")
    location = one["locations"][0]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "ghcr.io/acme/app%3A1"},
        "region": {"startLine": 1},
    }
    assert location["logicalLocations"] == [
        {"name": "openssl/libssl3", "fullyQualifiedName": "openssl/libssl3@3.0.9-1", "kind": "package"}
    ]
    assert one["message"]["text"].endswith("Introduced by the base image debian:12. Fixed in 3.0.11-1.")
    assert one["properties"]["layerIndex"] == 0
    assert one["properties"]["layerCreatedBy"] == "ADD rootfs.tar /"


def test_what_a_message_says_of_a_line() -> None:
    assert result(scanned(), "git")["message"]["text"] == (
        "git 1:2.39.1-1+b1 has CVE-2024-0002, unknown severity. "
        "Introduced in the Dockerfile by `apt-get install -y git ${X:-vim}`. No fixed version (fix deferred)."
    )
    assert "copied from build" in result(scanned(), "jinja2")["message"]["text"]


def test_the_worst_stands_first_and_levels_follow_severity() -> None:
    levels = [(one["ruleId"], one["level"]) for one in run(scanned())["results"]]
    assert levels == [
        ("CVE-2024-0001", "error"),
        ("CVE-2024-0001", "error"),
        ("CVE-2024-0004", "warning"),
        ("CVE-2024-0004", "warning"),
        ("CVE-2024-0002", "note"),
        ("CVE-2024-0003", "note"),
    ]


def test_one_rule_for_each_vulnerability() -> None:
    found = run(scanned())
    rules = found["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["CVE-2024-0001", "CVE-2024-0004", "CVE-2024-0002", "CVE-2024-0003"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in found["results"])
    first = rules[0]["properties"]
    assert first["tags"][:3] == ["security", "vulnerability", "known-exploited"]
    assert len(first["tags"]) == 20
    assert first["precision"] == "very-high"
    assert first["security-severity"] == "8.9"
    assert first["cvssScore"] == 9.8
    assert "security-severity" not in rules[2]["properties"]


@pytest.mark.parametrize(
    ("severity", "score", "number"),
    [
        (Severity.CRITICAL, 9.8, "9.8"),
        (Severity.CRITICAL, None, "9.1"),
        (Severity.HIGH, 9.8, "8.9"),
        (Severity.MEDIUM, 5.0, "5.0"),
        (Severity.LOW, 7.5, "3.9"),
        (Severity.NEGLIGIBLE, None, "0.1"),
        (Severity.UNKNOWN, 9.0, ""),
    ],
)
def test_the_number_lies_within_the_word(severity: Severity, score: float | None, number: str) -> None:
    assert sarif_rules.security_severity(severity, score) == number


def test_hostile_texts() -> None:
    text = sarif.render(scanned(), View())
    assert b"](https://evil" not in json.dumps([one["message"] for one in run(scanned())["results"]]).encode()
    assert b"\x1b" not in text
    rule = run(scanned())["tool"]["driver"]["rules"][0]
    assert "javascript:" not in rule.get("helpUri", "")


def test_long_texts_are_shortened() -> None:
    of = scanned()
    long = msgspec.structs.replace(of.findings[0].vulnerability, description="word " * 9000, title="t" * 3000)
    of = changed(of, findings=(msgspec.structs.replace(of.findings[0], vulnerability=long),))
    rule = run(of)["tool"]["driver"]["rules"][0]
    assert len(rule["shortDescription"]["text"]) <= 1024
    assert len(rule["fullDescription"]["text"]) <= 1024
    assert max(len(rule["help"]["text"]), len(rule["help"]["markdown"])) <= sarif_rules.HELP


def test_fingerprints_outlive_versions_lines_and_layers() -> None:
    one = next(f for f in scanned().findings if f.package.name == "git")
    package = msgspec.structs.replace(one.package, version="9", purl="pkg:deb/x@9", layer=2)
    other = msgspec.structs.replace(one, package=package, fixed_in="10")
    assert sarif.fingerprint(one) == sarif.fingerprint(other)
    moved = msgspec.structs.replace(one, introduced=BASE)
    assert sarif.fingerprint(one) != sarif.fingerprint(moved)


def test_fingerprints_are_unique_in_a_run() -> None:
    of = scanned()
    of = changed(of, findings=(*of.findings, of.findings[0]))
    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in run(of)["results"]]
    assert len(set(prints)) == len(prints) == 7
    assert sum(mark.endswith(":2") for mark in prints) == 1


def test_gaps_and_limits_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "RESULTS", 4)
    monkeypatch.setattr(sarif, "SHOWN", 3)
    found = run(scanned(), View(severity=Severity.NEGLIGIBLE))
    notes = [
        (one["descriptor"]["id"], one["message"]["text"])
        for one in found["invocations"][0]["toolExecutionNotifications"]
    ]
    assert len(found["results"]) == 4
    assert ("not-covered", "debian: old \x1b[31mdata") in notes
    texts = " ".join(text for kind, text in notes if kind == "limited")
    assert "2 of 6 results, the least severe, are left out: GitHub takes 4 of a run" in texts
    assert "GitHub shows the 3 most severe of these 4 results" in texts
    assert "of more than 20 tags the last are left out: CVE-2024-0001" in texts


def test_all_names_of_a_gap_are_properties() -> None:
    few = Gap(stage="catalog", subject="few", reason="not read: a")
    many = Gap(stage="catalog", subject="a", reason="not read: b", subjects=("a", "\x1b[31mb"), names=("b", "c"))
    found = run(changed(scanned(), gaps=(few, many)))
    notes = found["invocations"][0]["toolExecutionNotifications"]
    properties = {one["message"]["text"]: one.get("properties") for one in notes}
    assert properties["few: not read: a"] is None
    assert properties["a: not read: b"] == {"subjects": ["a", "\x1b[31mb"], "names": ["b", "c"]}


def test_nothing_judged_is_not_clean() -> None:
    found = run(nothing())
    assert found["results"] == []
    assert "could be judged" in found["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_the_same_bytes_at_any_time_and_tag() -> None:
    of = scanned()
    later = changed(of, created=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    assert sarif.render(of, View()) == sarif.render(later, View())
    assert run(of)["automationDetails"]["id"] == "garboard/ghcr.io/acme/app/linux-amd64/"
    other = changed(of, image=msgspec.structs.replace(of.image, name="ghcr.io/acme/app:2@sha256:" + "a" * 64))
    assert run(other)["automationDetails"] == run(of)["automationDetails"]


def test_a_declared_package_stands_on_the_line_of_its_lock_file() -> None:
    of = scanned()
    (first, *_) = of.findings
    package = msgspec.structs.replace(
        first.package, declared=True, locations=(Location(path="web app/yarn.lock", line=7),)
    )
    findings = (msgspec.structs.replace(first, package=package, introduced=None),)
    (one,) = run(changed(of, findings=findings))["results"]
    assert one["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "web%20app/yarn.lock", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7},
    }
