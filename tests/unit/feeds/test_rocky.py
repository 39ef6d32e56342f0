"""Rocky Linux's errata, as Apollo has them, beside OSV's of the same."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
from pathlib import Path

import pytest

from garboard import feeds
from garboard.database.read import Database
from garboard.feeds import rocky
from garboard.feeds.readers import bounded
from garboard.matching import match
from garboard.model.advisory import Advisory, Affected, Range, Rating, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedHeader, Record
from garboard.model.gap import Gap
from garboard.model.package import Inventory, Package
from garboard.workflows.data_supply import OfflineSupply
from tests.unit.database.test_database import build

NINE = "Rocky Linux 9 x86_64"


def rpm(nevra: str, module: str = "", product: str = NINE) -> dict[str, object]:
    name, _, stream = module.partition(":")
    return {
        "nevra": f"{nevra}.rpm",
        "product_name": product,
        "module_name": name or None,
        "module_stream": stream or None,
    }


def erratum(
    *packages: object, name: str = "RLSA-2024:3671", cves: tuple[str, ...] = ("CVE-2024-27280",), **more: object
) -> dict[str, object]:
    stated = [{"cve": cve, "cvss3_scoring_vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"} for cve in cves]
    return {
        "name": name,
        "synopsis": "Moderate: ruby",
        "severity": "Moderate",
        "cves": stated,
        "packages": packages,
    } | more


def pages(*found: object, total: object = None) -> bytes:
    stated = len(found) if total is None else total
    return b"\n".join(json.dumps({"advisories": [one], "total": stated, "page": 1}).encode() for one in found)


def parsed(data: bytes) -> list[Record]:
    return list(rocky.parse("rocky", [io.BytesIO(data)]))


RUBY = erratum(
    rpm("ruby-0:3.3.1-2.module+el9.4.0+20787+4c237fd3.x86_64", "ruby:3.3"),
    rpm("ruby-0:3.3.1-2.module+el9.4.0+20787+4c237fd3.src", "ruby:3.3", "Rocky Linux 9 aarch64"),
    rpm("ruby-debuginfo-0:3.3.1-2.module+el9.4.0+20787+4c237fd3.x86_64", "ruby:3.3"),
)


def test_architectures_are_one_and_streams_are_told() -> None:
    header, found = parsed(pages(RUBY))
    assert header == FeedHeader(ecosystems=("Rocky Linux:9",))
    assert isinstance(found, Advisory)
    assert found.affected == (
        Affected(
            ecosystem="Rocky Linux:9",
            package="ruby",
            scheme="rpm",
            ranges=(Range(introduced="0", fixed="3.3.1-2.module+el9.4.0+20787+4c237fd3"),),
            status=Status.FIXED,
            module="ruby:3.3",
        ),
    )
    assert (found.id, found.related) == ("RLSA-2024:3671", ("CVE-2024-27280",))
    assert found.ratings[0] == Rating(source="rocky", word="Moderate")
    assert found.ratings[1].vector.startswith("CVSS:3.1")


def test_releases_and_minor_releases() -> None:
    old = rpm("java-11-openjdk-1:11.0.13.0.8-1.el8_4.x86_64", product="Rocky Linux 8.4 x86_64 (Legacy)")
    new = rpm("java-11-openjdk-1:11.0.13.0.8-3.el8_5.x86_64", product="Rocky Linux 8 x86_64")
    group = rpm("cloud-init-0:1-1.el8.x86_64", product="Rocky Linux SIG Cloud 8 x86_64")
    _, found = parsed(pages(erratum(old, new, group, cves=("CVE-2021-35550", "CVE-2021-35556"))))
    assert isinstance(found, Advisory)
    assert [(one.ecosystem, one.package, [each.fixed for each in one.ranges]) for one in found.affected] == [
        ("Rocky Linux:8", "java-11-openjdk", ["1:11.0.13.0.8-1.el8_4", "1:11.0.13.0.8-3.el8_5"])
    ]
    assert len(found.ratings) == 1


def test_what_fixes_no_vulnerability_is_left_out_and_what_cannot_be_read_is_a_gap() -> None:
    plain = erratum(rpm("a-0:1-1.el9.x86_64"), cves=())
    group = erratum(rpm("a-0:1-1.el9.x86_64", product="Rocky Linux SIG Cloud 9"))
    odd = erratum(rpm("nonsense"))
    *_, one, two = parsed(pages(plain, group, RUBY, odd, {"name": 3}))
    assert isinstance(one, Gap)
    assert isinstance(two, Gap)
    assert "RLSA-2024:3671" in one.subject


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"advisories": [], "total": 0}',
        pages(RUBY, total=2),
        pages(RUBY, total="x"),
        pages(RUBY)[:-20],
    ],
)
def test_another_document_or_a_part_of_one_is_refused(data: bytes) -> None:
    with pytest.raises(FeedError):
        parsed(data)


def test_a_bomb_is_refused() -> None:
    with pytest.raises(FeedError):
        parsed(gzip.compress(b'{"advisories": ["' + bytes(64 * bounded.MIB)))


def twin(version: str) -> Advisory:
    """OSV's record of the same erratum: it does not name the stream."""
    ranges = (Range(introduced="0", fixed=version),)
    affected = Affected(ecosystem="Rocky Linux:9", package="ruby", scheme="rpm", ranges=ranges, status=Status.FIXED)
    return Advisory(id="RLSA-2024:3671", feed="osv", related=("CVE-2024-27280",), affected=(affected,))


@pytest.mark.parametrize(
    ("version", "module", "found", "gaps"),
    [
        ("3.1.5-144.module+el9.4.0+1+a", "ruby:3.1:9040:abc", 0, 0),
        ("3.3.0-1.module+el9.4.0+1+a", "ruby:3.3:9040:abc", 1, 0),
        ("3.3.1-2.module+el9.4.0+20787+4c237fd3", "ruby:3.3:9040:abc", 0, 0),
        ("3.3.0-1.module+el9.4.0+1+a", "", 0, 1),
        ("3.0.4-160.el9", "", 0, 0),
    ],
)
def test_an_erratum_of_one_stream_is_about_no_other(
    tmp_path: Path, version: str, module: str, found: int, gaps: int
) -> None:
    build(
        tmp_path,
        "osv:Rocky Linux:9",
        FeedHeader(ecosystems=("Rocky Linux:9",)),
        twin("3.3.1-2.module+el9.4.0+20787+4c237fd3"),
    )
    build(tmp_path, "rocky", *parsed(pages(RUBY)))
    package = Package(type="rpm", name="ruby", version=version, scheme="rpm", ecosystem="Rocky Linux:9", module=module)
    with Database(tmp_path) as database:
        matched = match(Inventory(packages=(package,)), database)
    assert (len(matched.findings), len(matched.gaps)) == (found, gaps)
    if found:
        assert matched.findings[0].fixed_in == "3.3.1-2.module+el9.4.0+20787+4c237fd3"
        assert matched.findings[0].feeds == ("rocky",)


def test_it_covers_its_releases_alone_and_a_scan_does_not_ask_for_it(tmp_path: Path) -> None:
    build(tmp_path, "rocky", *parsed(pages(RUBY)))
    with Database(tmp_path) as database:
        assert database.covers("Rocky Linux:9")
        assert not database.covers("Rocky Linux:8")
        assert OfflineSupply(database, dt.datetime(2026, 11, 29, tzinfo=dt.UTC)).advisories(["Rocky Linux:9"]) == ()
    assert feeds.shard_for("Rocky Linux:9") == "osv:Rocky Linux:9"
    assert not feeds.beside("osv:Rocky Linux:9")
