"""Several feeds of one ecosystem: each adds what the others do not know, and none takes anything away."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.database.read import Database
from garboard.matching import match
from garboard.model.advisory import Status
from garboard.model.finding import Finding
from garboard.model.package import Inventory, Package
from garboard.workflows.data_supply import OfflineSupply
from garboard.workflows.query_database import of_package
from garboard.workflows.update_database import default_shards, update

NOW = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)


def zipped(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def osv(identifier: str, *events: dict[str, str], aliases: tuple[str, ...] = (), **more: object) -> dict[str, object]:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}]
    affected = [{"package": {"ecosystem": "Packagist", "name": "acme/web"}, "ranges": ranges}]
    return {
        "id": identifier,
        "aliases": list(aliases),
        "modified": "2024-01-01T00:00:00Z",
        "affected": affected,
        **more,
    }


def friends(*constraints: str, cve: str = "~") -> str:
    versions = ", ".join(f"'{one}'" for one in constraints)
    return f"cve: {cve}\nbranches:\n    a:\n        versions: [{versions}]\nreference: composer://acme/web\n"


OTHER = {
    **osv("GHSA-zzzz-zzzz-zzzz", {"introduced": "0"}),
    "affected": [{"package": {"ecosystem": "Packagist", "name": "x/y"}}],
}


def database(folder: Path, records: list[dict[str, object]] | None, files: dict[str, str] | None) -> Path:
    mirror = folder / "mirror"
    if records is not None:
        (mirror / "osv/Packagist").mkdir(parents=True)
        data = zipped({f"{one['id']}.json": json.dumps(one) for one in (OTHER, *records)})
        (mirror / "osv/Packagist/all.zip").write_bytes(data)
    if files is not None:
        (mirror / "friendsofphp").mkdir(parents=True)
        (mirror / "friendsofphp/security-advisories.zip").write_bytes(zipped(files))
    names = [*(["osv:Packagist"] if records is not None else []), *(["friendsofphp"] if files is not None else [])]
    results = update(folder / "db", names, origin=str(mirror), now=NOW)
    assert not any(one.error for one in results), results
    return folder / "db"


def package(version: str) -> Package:
    return Package(
        type="composer",
        namespace="acme",
        name="web",
        version=version,
        scheme="composer",
        ecosystem="Packagist",
        purl=f"pkg:composer/acme/web@{version}",
    )


def found(db: Path, version: str) -> tuple[Finding, ...]:
    with Database(db) as one:
        return match(Inventory(packages=(package(version),)), one).findings


def test_what_two_sources_tell_is_one_finding_with_both(tmp_path: Path) -> None:
    record = osv("GHSA-aaaa-bbbb-cccc", {"introduced": "1.0"}, {"fixed": "1.5"}, aliases=("CVE-2024-1000",))
    db = database(tmp_path, [record], {"acme/web/CVE-2024-1000.yaml": friends(">=1.0", "<1.6", cve="CVE-2024-1000")})
    (finding,) = found(db, "1.2")
    assert finding.vulnerability.id == "CVE-2024-1000"
    assert finding.feeds == ("osv", "friendsofphp")
    assert finding.vulnerability.advisories == ("GHSA-aaaa-bbbb-cccc", "acme/web/CVE-2024-1000")
    assert finding.fixed_in == "1.6"  # which satisfies both
    assert finding.ranges == (">=1.0 <1.5", ">=1.0-dev <1.6")
    (late,) = found(db, "1.5")
    assert (late.feeds, late.fixed_in) == (("friendsofphp",), "1.6")
    assert late.vulnerability.id == "CVE-2024-1000"
    assert not found(db, "1.6")


def test_a_fix_satisfies_every_branch_of_every_source(tmp_path: Path) -> None:
    record = osv("GHSA-aaaa-bbbb-cccc", {"introduced": "0"}, {"fixed": "2.0"}, aliases=("CVE-2024-1000",))
    text = """cve: CVE-2024-1000
branches:
    1.x:
        versions: ['<2.0']
    2.x:
        versions: ['>=2.0', '<3.0']
    3.x:
        versions: ['>=3.1', '<3.2']
reference: composer://acme/web
"""
    (finding,) = found(database(tmp_path, [record], {"acme/web/a.yaml": text}), "1.2")
    assert finding.fixed_in == "3.0"


def test_what_one_source_withdraws_the_other_still_tells(tmp_path: Path) -> None:
    record = osv(
        "GHSA-aaaa-bbbb-cccc",
        {"introduced": "0"},
        aliases=("CVE-2024-1000",),
        withdrawn="2024-02-01T00:00:00Z",
    )
    db = database(tmp_path, [record], {"acme/web/CVE-2024-1000.yaml": friends("<1.6", cve="CVE-2024-1000")})
    (finding,) = found(db, "1.2")
    assert finding.feeds == ("friendsofphp",)


def test_without_an_alias_they_are_two(tmp_path: Path) -> None:
    record = osv("GHSA-aaaa-bbbb-cccc", {"introduced": "0"})
    db = database(tmp_path, [record], {"acme/web/2024-01-01.yaml": friends("<1.6")})
    assert {one.feeds for one in found(db, "1.2")} == {("osv",), ("friendsofphp",)}


FILE = "https://github.com/FriendsOfPHP/security-advisories/blob/master/acme/web"


def test_without_an_alias_a_reference_to_the_file_links_them(tmp_path: Path) -> None:
    record = osv(
        "GHSA-aaaa-bbbb-cccc",
        {"introduced": "0"},
        aliases=("CVE-2024-1000",),
        references=[{"type": "WEB", "url": f"{FILE}/2024-01-01.yaml"}, {"type": "WEB", "url": f"{FILE}/b.yaml"}],
    )
    files = {"acme/web/2024-01-01.yaml": friends("<1.6"), "acme/web/b.yaml": friends("<1.6", cve="CVE-2024-2000")}
    one, two = found(database(tmp_path, [record], files), "1.2")
    assert (one.feeds, one.vulnerability.id) == (("osv", "friendsofphp"), "CVE-2024-1000")
    assert (two.feeds, two.vulnerability.id) == (("friendsofphp",), "CVE-2024-2000")


def test_a_file_that_several_vulnerabilities_refer_to_is_neither(tmp_path: Path) -> None:
    more = {"references": [{"type": "WEB", "url": f"{FILE}/2024-01-01.yaml"}]}
    records = [osv(f"GHSA-{letter * 4}-bbbb-cccc", {"introduced": "0"}, **more) for letter in "ac"]
    db = database(tmp_path, records, {"acme/web/2024-01-01.yaml": friends("<1.6")})
    assert len(found(db, "1.2")) == 3


def test_what_only_adds_does_not_cover(tmp_path: Path) -> None:
    db = database(tmp_path, None, {"acme/web/2024-01-01.yaml": friends("<1.6")})
    with Database(db) as one:
        assert not one.covers("Packagist")
        matched = match(Inventory(packages=(package("1.2"), package("1.7"))), one)
        assert [(finding.package.version, finding.status) for finding in matched.findings] == [("1.2", Status.FIXED)]
        assert (matched.judged, len(matched.unjudged)) == (0, 2)
        assert any(gap.subject == "Packagist" for gap in matched.gaps)
        gaps = OfflineSupply(one, NOW).advisories(["Packagist"])
        assert [gap.subject for gap in gaps] == ["osv:Packagist"]


def test_data_that_add_are_missed_and_come_with_an_update(tmp_path: Path) -> None:
    db = database(tmp_path, [], None)
    with Database(db) as one:
        assert one.covers("Packagist")
        (gap,) = OfflineSupply(one, NOW).advisories(["Packagist", "Debian:12"])[1:]
        assert gap.subject == "friendsofphp"
        assert "run: garboard db update friendsofphp" in gap.reason
    assert default_shards(db) == ("epss", "friendsofphp", "kev", "osv:Packagist")
    results = update(tmp_path / "new", ["Packagist"], origin=str(tmp_path / "mirror"), now=NOW)
    assert [one.shard for one in results] == ["osv:Packagist", "friendsofphp"]


def test_a_query_names_the_shard_of_each_record(tmp_path: Path) -> None:
    db = database(tmp_path, [osv("GHSA-aaaa-bbbb-cccc", {"introduced": "0"})], {"acme/web/a.yaml": friends("<1.6")})
    with Database(db) as one:
        answer = of_package(one, "acme/web@1.2")
    assert sorted((told.shard, told.advisory.id) for told in answer.told) == [
        ("friendsofphp", "acme/web/a"),
        ("osv:Packagist", "GHSA-aaaa-bbbb-cccc"),
    ]
    assert answer.ecosystems == ("Packagist",)


BOUND = st.integers(0, 6)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("several")


@given(ours=st.tuples(BOUND, BOUND), theirs=st.tuples(BOUND, BOUND), version=BOUND, withdrawn=st.booleans())
def test_together_they_find_what_either_finds(
    room: Path, ours: tuple[int, int], theirs: tuple[int, int], version: int, withdrawn: bool
) -> None:
    folder = room / f"{ours}-{theirs}-{withdrawn}".replace(" ", "")
    if not folder.exists():
        folder.mkdir()
        events = ({"introduced": f"{ours[0]}.0"}, {"fixed": f"{ours[1]}.0"})
        more = {"withdrawn": "2024-02-01T00:00:00Z"} if withdrawn else {}
        record = osv("GHSA-aaaa-bbbb-cccc", *events, aliases=("CVE-2024-1000",), **more)
        text = friends(f">={theirs[0]}.0", f"<{theirs[1]}.0", cve="CVE-2024-1000")
        database(folder, [record], {"acme/web/a.yaml": text})
    either = (ours[0] <= version < ours[1] and not withdrawn) or theirs[0] <= version < theirs[1]
    findings = found(folder / "db", f"{version}.0")
    assert len(findings) == either
    assert all(one.vulnerability.id == "CVE-2024-1000" for one in findings)
