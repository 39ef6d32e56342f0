"""NVD's criteria for software that no package manager installed."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from garboard import ecosystems
from garboard.feeds import nvd
from garboard.model.advisory import Advisory, CveFacts, Range


def match(
    version: str = "*", update: str = "*", edition: str = "*", target: str = "*", **bounds: Any
) -> dict[str, Any]:
    criteria = f"cpe:2.3:a:redis:redis:{version}:{update}:*:*:{edition}:{target}:*:*"
    return {"vulnerable": True, "criteria": criteria} | bounds


def platform(criteria: str) -> dict[str, Any]:
    return {"vulnerable": False, "criteria": criteria}


def advisories(*configurations: dict[str, Any], **fields: Any) -> list[Advisory]:
    cve = {"id": "CVE-2024-1000", "configurations": configurations, "descriptions": [{"value": "a text"}]} | fields
    stream = io.BytesIO(json.dumps({"vulnerabilities": [{"cve": cve}]}).encode())
    found = list(nvd.parse("nvd:2024", [stream]))
    assert any(isinstance(one, CveFacts) for one in found)
    return [one for one in found if isinstance(one, Advisory)]


def told(*configurations: dict[str, Any]) -> tuple[list[Range], list[str]]:
    (found,) = advisories(*configurations)
    (one,) = found.affected
    assert (one.ecosystem, one.package) == ("Software:redis", "redis")
    return list(one.ranges), list(one.versions)


def of(*matches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"nodes": [{"operator": "OR", "cpeMatch": list(matches)}]} | fields


def test_intervals_and_single_versions() -> None:
    ranges, versions = told(
        of(
            match(versionEndExcluding="6.2.14"),
            match(versionStartIncluding="7.0.0", versionEndIncluding="7.0.13"),
            match(versionStartExcluding="7.1", versionEndExcluding="7.2.4"),
            match(),
            match("7.4.0"),
            match("8.0.0", "rc1"),
            match("5\\.0", "-"),
        )
    )
    assert ranges == [
        Range(introduced="0", fixed="6.2.14"),
        Range(introduced="7.0.0", last_affected="7.0.13"),
        Range(introduced="7.1+", fixed="7.2.4"),
        Range(introduced="0"),
    ]
    assert versions == ["7.4.0", "8.0.0rc1", "5.0"]


@pytest.mark.parametrize(
    "other",
    [
        match("-"),
        match(edition="enterprise"),
        match(target="windows"),
        match() | {"vulnerable": False},
        match() | {"criteria": "cpe:2.3:o:redis:redis:*:*:*:*:*:*:*:*"},
        match() | {"criteria": "cpe:2.3:a:redis:redis-cli:*:*:*:*:*:*:*:*"},
        match() | {"criteria": "cpe:/a:redis:redis"},
    ],
)
def test_what_is_not_the_software_of_an_image_is_left_out(other: dict[str, Any]) -> None:
    assert advisories(of(other)) == []


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        ("cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*", False),
        ("cpe:2.3:o:apple:macos:-:*:*:*:*:*:*:*", False),
        ("cpe:2.3:h:intel:cpu:-:*:*:*:*:*:*:*", False),
        ("cpe:2.3:o:debian:debian_linux:12.0:*:*:*:*:*:*:*", True),
        ("cpe:2.3:o:linux:linux_kernel:-:*:*:*:*:*:*:*", True),
        ("cpe:2.3:a:lua:lua:-:*:*:*:*:*:*:*", True),
    ],
)
def test_what_it_has_to_run_on(on: str, *, counts: bool) -> None:
    nodes = [{"cpeMatch": [match()]}, {"cpeMatch": [platform(on)]}]
    assert bool(advisories({"operator": "AND", "nodes": nodes})) is counts


def test_negations_and_rejected_ones_say_nothing() -> None:
    assert advisories(of(match(), negate=True)) == []
    assert advisories({"nodes": [{"negate": True, "cpeMatch": [match()]}]}) == []
    assert advisories(of(match()), vulnStatus="Rejected") == []


def test_the_name_of_the_shards() -> None:
    assert nvd.shard_for("Software:redis") == "nvd"
    assert nvd.shard_for("Software:nobody-knows-it") is None
    assert nvd.years(2004) == ("nvd:2002", "nvd:2003", "nvd:2004")
    assert all(cpe.count(":") == 1 for cpes in ecosystems.software().values() for cpe in cpes)
    names = [cpe for cpes in ecosystems.software().values() for cpe in cpes]
    assert len(names) > 40
