"""NVD's criteria for software that no package manager installed."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard import ecosystems
from garboard.feeds import nvd
from garboard.matching.ranges import judge
from garboard.model.advisory import Advisory, Affected, CveFacts, Range


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


def java(version: str = "*", update: str = "*", product: str = "jdk", **bounds: Any) -> dict[str, Any]:
    return {"vulnerable": True, "criteria": f"cpe:2.3:a:oracle:{product}:{version}:{update}:*:*:*:*:*:*"} | bounds


def of_java(*matches: dict[str, Any], text: str = "a text") -> Affected:
    (found,) = advisories(of(*matches), descriptions=[{"value": text}])
    (one,) = found.affected
    assert (one.ecosystem, one.package) == ("Software:java", "java")
    return one


LISTED = (
    java("1.8.0", "update311"),
    java("1.8.0", "update_05"),
    java("8", "update302", "openjdk"),
    java("8", "milestone3", "openjdk"),
    java("11.0.13", product="jre"),
    java("17", product="openjdk"),
    java("17.0.1"),
    java(product="openjdk", versionStartIncluding="13", versionEndIncluding="13.0.9"),
)


@pytest.mark.parametrize(
    ("version", "answer"),
    [
        ("1.8.0_311", "affected"),
        ("1.8.0_302", "affected"),
        ("1.8.0_05", "affected"),
        ("1.8.0_202", "not known"),
        ("1.8.0", "not known"),
        ("1.8.0_312", "not known"),  # OpenJDK's of the day of Oracle's 311
        ("1.8.0_321", "not affected"),
        ("1.7.0_321", "not affected"),
        ("11.0.13", "affected"),
        ("11.0.12", "not known"),
        ("11.0.13.0.1", "not known"),
        ("11.0.14", "not affected"),
        ("17", "affected"),
        ("17.0.1", "affected"),
        ("17.0.2", "not affected"),
        ("13.0.2", "affected"),
        ("13.0.9", "affected"),
        ("13.0.9.1", "not known"),
        ("13.0.10", "not affected"),
        ("21", "not affected"),
    ],
)
def test_an_older_update_of_java_is_never_clean(version: str, answer: str) -> None:
    judged = judge(of_java(*LISTED), version)
    assert judged.fixed == ""
    assert ("affected" if judged.affected else "not known" if judged.unknown else "not affected") == answer


@given(
    listed=st.lists(st.tuples(st.integers(7, 8), st.integers(1, 400)), min_size=1, max_size=4),
    installed=st.tuples(st.integers(7, 8), st.integers(1, 400)),
)
def test_java_is_not_affected_only_by_what_is_listed_before_it(
    listed: list[tuple[int, int]], installed: tuple[int, int]
) -> None:
    one = of_java(*(java(f"1.{line}.0", f"update{update}") for line, update in listed))
    judged = judge(one, f"1.{installed[0]}.0_{installed[1]:02}")
    assert judged.affected == (installed in listed)
    later = any(line == installed[0] and update >= installed[1] for line, update in listed)
    if later:
        assert judged.affected or judged.unknown


@pytest.mark.parametrize(
    ("text", "version", "affected"),
    [
        ("in Oracle Java SE 7 Update 17 and earlier, and 6 Update 43 and earlier", "1.7.0_09", True),
        ("in Oracle Java SE 7 Update 17 and earlier, and 6 Update 43 and earlier", "1.6.0_43", True),
        ("in Java SE 7u17 and prior", "1.7.0", True),
        ("in Oracle Java SE 7 Update 17 and earlier", "1.6.0_43", False),
        ("in Oracle Java SE: 7u17, 8u1", "1.7.0_09", False),
        ("in JavaFX 2.2.7 and earlier", "1.7.0_09", False),
    ],
)
def test_older_updates_are_affected_where_the_text_says_so(text: str, version: str, affected: bool) -> None:
    judged = judge(of_java(java("1.7.0", "update17"), text=text), version)
    assert judged.affected == affected
    assert not affected or judged.fixed == ""
