"""A CycloneDX document on an image, or on something else, says nothing of other images."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from garboard.policy.vex.apply import apply
from garboard.policy.vex.document import read
from tests.unit.policy.vex.test_vex import CURL, DIGEST, cyclonedx, of

OTHER = "sha256:" + "b" * 64


def container(name: str = "other", **more: Any) -> dict[str, Any]:
    return {"type": "container", "bom-ref": "image", "name": name, **more}


def result(component: dict[str, Any], *, archive: bool = False) -> tuple[int, tuple[str, ...]]:
    document = cyclonedx()
    document["metadata"]["component"] = component
    report = of(CURL)
    if archive:
        image = msgspec.structs.replace(report.image, name="app.tar", source="docker-archive", tags=("app:1",))
        report = msgspec.structs.replace(report, image=image)
    found = apply(report, read(json.dumps(document).encode(), "vex.json"))
    return len(found.report.suppressed), found.notes


@pytest.mark.parametrize(
    "component",
    [
        container(version=DIGEST),
        container("app:1"),
        container("app", version="1"),
        container("docker.io/library/app"),
        container(f"x.example/app@{DIGEST}"),
        container(hashes=[{"alg": "SHA-256", "content": "a" * 64}]),
        container("x.tar", properties=[{"name": "aquasecurity:trivy:ImageID", "value": DIGEST}]),
        container("x.tar", version=OTHER, properties=[{"name": "garboard:image:manifestDigest", "value": DIGEST}]),
        container(purl=f"pkg:oci/app@{DIGEST}"),
    ],
)
def test_on_this_image(component: dict[str, Any]) -> None:
    assert result(component) == (1, ())


@pytest.mark.parametrize(
    "component",
    [
        container("alpine:3.12", version=OTHER),
        container("app:1", version=OTHER),
        container("app:2"),
        container("alice/app:1"),
        container("app", group="alice"),
        container("other.tar", properties=[{"name": "aquasecurity:trivy:DiffID", "value": DIGEST}]),
        container(purl=f"pkg:oci/app@{OTHER}"),
        container(purl="pkg:npm/app@1"),
        container(""),
        {"type": "application", "name": "other", "purl": "pkg:npm/other@1"},
        {"type": "application", "name": "app", "version": "1"},
        {"name": "app:1"},
    ],
)
def test_on_another(component: dict[str, Any]) -> None:
    closed, (note,) = result(component)
    assert not closed
    name = component.get("purl") or component["name"] or "something without a name"
    assert note.startswith("vex.json: vulnerabilities[0] (CVE-2024-1) closes nothing: it is in a document on ")
    assert name.partition("@")[0] in note


def test_an_archive_is_known_by_its_digest() -> None:
    assert result(container("x.tar", version=DIGEST), archive=True) == (1, ())
    assert result(container("app.tar"), archive=True)[0] == 0
    closed, (note,) = result(container("app:1"), archive=True)
    assert not closed
    assert "its digest would do" in note


def test_what_a_document_says_of_its_subject_itself_counts() -> None:
    document = cyclonedx(ref="root")
    document["metadata"]["component"] = {"bom-ref": "root", "name": "curl", "purl": "pkg:deb/debian/curl@1"}
    assert apply(of(CURL), read(json.dumps(document).encode(), "vex.json")).report.suppressed


def test_the_day_of_a_decision_is_no_day_of_the_record() -> None:
    document = cyclonedx()
    one = document["vulnerabilities"][0]
    one["updated"] = "2019-01-01T00:00:00Z"
    times = [read(json.dumps(document).encode(), "v")[0].timestamp]
    for key in ("firstIssued", "lastUpdated"):
        one["analysis"][key] = f"2026-01-0{len(times) + 1}T00:00:00Z"
        times.append(read(json.dumps(document).encode(), "v")[0].timestamp)
    assert times == ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"]
