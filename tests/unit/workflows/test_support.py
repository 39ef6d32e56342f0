"""A release that nobody looks after is never clean, and each package is judged by its own distribution's data alone."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from garboard.database.read import Database
from garboard.database.verify import verify
from garboard.model.advisory import LastData
from garboard.model.report import Coverage, Report
from garboard.workflows import scan, update_database
from garboard.workflows.data_supply import OfflineSupply
from garboard.workflows.update_database import ShardOutcome

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
TRACKER = "debian-tracker/tracker/data/json"
SHARDS = ("debian", "alpine:v3.20", "alpine:v3.21", "wolfi", "endoflife", "debian-security-support", "kev")


def tracker(*codenames: str, packages: int = 10) -> bytes:
    releases = {codename: {"status": "resolved", "fixed_version": "2"} for codename in codenames}
    return json.dumps({f"p{n}": {"CVE-2024-1000": {"releases": releases}} for n in range(packages)}).encode()


def cycle(name: str, eol: str, extended: str = "") -> dict[str, Any]:
    return {"cycle": name, "eol": eol, "extendedSupport": extended or False}


def write(root: Path, name: str, data: bytes | str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    root = tmp_path / "mirror"
    secdb = json.dumps({"packages": [{"pkg": {"name": "zlib", "secfixes": {"2-r0": ["CVE-2024-1"]}}}]})
    write(root, TRACKER, tracker("jessie", "bullseye", "bookworm"))
    for branch in ("v3.20", "v3.21"):
        write(root, f"alpine-secdb/{branch}/main.json", secdb)
    write(root, "wolfi/os/security.json", secdb)
    write(root, "kev/known_exploited_vulnerabilities.json", json.dumps(
        {"dateReleased": "2025-01-01T00:00:00Z", "vulnerabilities": [{"cveID": "CVE-2024-1", "dateAdded": "2024-01-01"}]}
    ))  # fmt: skip
    write(root, "endoflife/api/debian.json", json.dumps(
        [cycle("12", "2027-01-01"), cycle("11", "2024-08-14", "2027-08-31"), cycle("8", "2018-06-17", "2020-06-30")]
    ))  # fmt: skip
    write(
        root, "endoflife/api/alpine-linux.json", json.dumps([cycle("3.21", "2027-01-01"), cycle("3.20", "2026-04-01")])
    )
    write(root, "debian-security-support/security-support.deb12",
          "p1 non-supported 1-1 2025-01-01 gone\np2 non-supported 1-1 2027-01-01 later\np3 limited trusted content\np7.* limited\np77 supported\n")  # fmt: skip
    return root


@pytest.fixture
def db(tmp_path: Path, mirror: Path) -> Path:
    directory = tmp_path / "db"
    results = update_database.update(directory, SHARDS, origin=str(mirror), now=NOW)
    assert [result.error for result in results] == [""] * len(SHARDS)
    return directory


def deb(name: str, release: int, version: str = "3") -> str:
    return f"pkg:deb/debian/{name}@{version}?distro=debian-{release}&upstream={name}"


def apk(name: str, branch: str, version: str = "3-r0") -> str:
    return f"pkg:apk/alpine/{name}@{version}?distro=alpine-{branch}&upstream={name}"


def scanned(tmp_path: Path, db: Path, *purls: str) -> Report:
    components = [{"type": "library", "name": purl, "purl": purl} for purl in purls]
    write(tmp_path, "b.json", json.dumps({"bomFormat": "CycloneDX", "components": components}))
    with Database(db) as database:
        return scan.scan(f"sbom:{tmp_path / 'b.json'}", database=database, now=NOW, supply=OfflineSupply(database, NOW))


def reasons(report: Report, subject: str) -> list[str]:
    return [gap.reason for gap in report.gaps if gap.subject == subject]


def test_a_supported_release_is_clean(tmp_path: Path, db: Path) -> None:
    report = scanned(tmp_path, db, deb("p5", 12), deb("absent", 12))
    assert (report.coverage, report.judged, reasons(report, "Debian:12")) == (Coverage.FULL, 2, [])


def test_extended_support_for_everybody_is_support(tmp_path: Path, db: Path) -> None:
    assert scanned(tmp_path, db, deb("p5", 11)).coverage is Coverage.FULL


def test_a_release_past_its_end_is_never_clean(tmp_path: Path, db: Path) -> None:
    report = scanned(tmp_path, db, deb("p5", 8), deb("absent", 8), deb("p6", 8, "1"))
    assert [finding.package.name for finding in report.findings] == ["p6"]
    assert (report.coverage, report.judged) == (Coverage.PARTIAL, 1)
    assert {package.name for package in report.unjudged} == {"p5", "absent"}
    (reason,) = reasons(report, "Debian:8")
    assert reason.startswith("its security support ended on 2020-06-30, so 2 packages without a known issue were not")


def test_the_end_of_other_distributions_is_known_too(tmp_path: Path, db: Path) -> None:
    assert scanned(tmp_path, db, apk("zlib", "3.21.0")).coverage is Coverage.FULL
    assert scanned(tmp_path, db, apk("zlib", "3.20.3")).coverage is Coverage.NONE


def test_a_release_without_data_is_not_told_to_be_installed(tmp_path: Path, db: Path) -> None:
    report = scanned(tmp_path, db, deb("p1", 7))
    assert report.coverage is Coverage.NONE
    assert any("not published any more, or not yet" in reason for reason in reasons(report, "Debian:7"))
    assert not any("not installed" in gap.reason for gap in report.gaps if gap.subject == "debian")


def test_single_packages_without_support(tmp_path: Path, db: Path) -> None:
    report = scanned(
        tmp_path, db, deb("p1", 12), deb("p2", 12), deb("p3", 12), deb("p4", 12), deb("p70", 12), deb("p77", 12)
    )
    assert [package.name for package in report.unjudged] == ["p1"]
    assert reasons(report, "Debian:12") == [
        "the distribution no longer supports p1 (since 2025-01-01)",
        "the distribution supports these for some uses only (debian-security-support): p3, p70",
    ]


def test_a_release_that_leaves_the_feed_keeps_its_last_data(tmp_path: Path, mirror: Path, db: Path) -> None:
    write(mirror, TRACKER, tracker("jessie", "bookworm"))
    for _ in range(2):
        later = NOW + dt.timedelta(days=1)
        (result,) = update_database.update(db, ["debian"], origin=str(mirror), now=later)
        assert (result.outcome, result.error) == (ShardOutcome.UPDATED, "")
        assert result.state is not None
        assert result.state.kept == (LastData(ecosystem="Debian:11", date="2026-11-21T00:00:00+00:00"),)
        with Database(db) as database:
            assert verify(database.shard("debian")).faults == ()
        report = scanned(tmp_path, db, deb("p5", 11), deb("p6", 11, "1"))
        assert [finding.package.name for finding in report.findings] == ["p6"]
        (reason,) = reasons(report, "Debian:11")
        assert reason.startswith("it is no longer published; its last data, of 2026-11-21, were used, so 1 package")
        assert report.coverage is Coverage.PARTIAL
        write(mirror, TRACKER, tracker("jessie", "bookworm", packages=9))  # no shrinking: what was kept does not count


def test_each_package_is_judged_by_its_own_data_and_no_other_is_opened(tmp_path: Path, db: Path) -> None:
    from garboard.database import store

    store.path_of(db, "alpine:v3.20").write_bytes(b"damaged")
    store.path_of(db, "wolfi").write_bytes(b"damaged")
    report = scanned(tmp_path, db, deb("p5", 12, "1"), apk("zlib", "3.21.0", "1-r0"))
    assert {finding.feed for finding in report.findings} == {"debian", "alpine"}
    used = {state.shard for state in report.feeds}
    assert used == {"alpine:v3.21", "debian", "debian-security-support", "endoflife", "kev"}
    assert len([gap for gap in report.gaps if "Alpine lists only" in gap.reason]) == 1
    only = scanned(tmp_path, db, "pkg:rpm/fedora/a@1-1?distro=fedora-38&upstream=a-1-1.src.rpm")
    assert not {state.shard for state in only.feeds} - {"endoflife"}


def test_old_data_are_told_whenever_they_were_fetched(tmp_path: Path, db: Path) -> None:
    report = scanned(tmp_path, db, apk("zlib", "3.21.0", "1-r0"))
    assert any(gap.subject == "kev" and "its data are of 2025-01-01" in gap.reason for gap in report.gaps)


def test_what_was_used_is_told_after_a_fetch_too(tmp_path: Path, db: Path) -> None:
    with Database(db) as database:
        assert database.covers("Debian:12")
        database.refresh()
        assert [state.shard for state in database.used()] == ["debian"]
