"""What goes into a shard comes out of it."""

import os
import sqlite3
from pathlib import Path

import pytest

from garboard.database import store
from garboard.database.build import Builder
from garboard.database.read import Database, nvd_shards, open_database
from garboard.database.verify import verify
from garboard.model.advisory import Advisory, Affected, CveFacts, FeedState, Hit, Range, Rating, Status
from garboard.model.errors import DatabaseError
from garboard.model.feed import FeedHeader
from garboard.model.gap import Gap

FIXED = Affected(
    ecosystem="Debian:12",
    package="openssl",
    scheme="deb",
    ranges=(Range(introduced="0", fixed="3.0"),),
    status=Status.FIXED,
    rating=Rating(source="debian", word="low"),
    note="n",
    module="a:b",
    versions=("1",),
    unmatchable="u",
)
ADVISORY = Advisory(
    id="CVE-2024-1000",
    feed="debian",
    aliases=("A",),
    related=("B",),
    summary="s",
    details="d",
    ratings=(Rating(source="x", vector="v"),),
    cwes=("CWE-1",),
    references=("https://example.org",),
    malicious=True,
    affected=(FIXED,),
)


def build(directory: Path, shard: str, *records) -> FeedState:
    directory.mkdir(exist_ok=True)
    path = store.path_of(directory, shard)
    with Builder(path) as builder:
        built = builder.fill(records)
        state = FeedState(
            shard=shard,
            fetched="2026-01-01T00:00:00+00:00",
            sha256="00",
            records=built.records,
            skipped=built.skipped,
            gaps=built.gaps,
            data_date=built.date,
        )
        builder.finish(state, "[]")
    return state


def test_an_advisory_comes_back_as_it_went_in(tmp_path):
    build(tmp_path, "debian", ADVISORY)
    with Database(tmp_path) as database:
        (hit,) = database.hits("Debian:12", "openssl")
        assert hit.affected == FIXED
        assert hit == Hit(
            advisory=type(ADVISORY)(
                **{**{f: getattr(ADVISORY, f) for f in Advisory.__struct_fields__}, "affected": ()}
            ),
            affected=FIXED,
        )
        assert list(database.hits("Debian:12", "other")) == []
        assert list(database.hits("Debian:11", "openssl")) == []


def test_covered_is_what_the_data_speak_of(tmp_path):
    build(tmp_path, "debian", ADVISORY)
    build(tmp_path, "alpine:v3.20", FeedHeader(ecosystems=("Alpine:v3.20",)))
    with Database(tmp_path) as database:
        assert database.covers("Debian:12")
        assert not database.covers("Debian:11")
        assert database.covers("Alpine:v3.20")
        assert not database.covers("Alpine:v3.2")
        assert not database.covers("PyPI")


def test_no_directory_covers_nothing(tmp_path):
    with Database(tmp_path / "absent") as database:
        assert not database.covers("Debian:12")
        assert database.states() == ()
        assert database.facts(["CVE-2024-1000"]) == {}
        with pytest.raises(DatabaseError) as caught:
            database.shard("debian")
        assert caught.value.hint == "garboard db update debian"


def test_several_mentions_of_a_package_in_one_advisory_all_count(tmp_path):
    other = Affected(ecosystem="Debian:12", package="openssl", scheme="deb", module="x:y")
    build(tmp_path, "debian", Advisory(id="x", feed="f", affected=(FIXED, other)))
    with Database(tmp_path) as database:
        assert [hit.affected for hit in database.hits("Debian:12", "openssl")] == [FIXED, other]


def test_facts_of_all_feeds_are_folded_into_one(tmp_path):
    rating = Rating(source="nvd", vector="CVSS:3.1/x", word="HIGH")
    build(
        tmp_path,
        "nvd:2024",
        CveFacts(cve="CVE-2024-1000", ratings=(rating,), cwes=("CWE-1",), published="p", modified="m", rejected=True),
    )
    build(
        tmp_path,
        "kev",
        CveFacts(cve="CVE-2024-1000", kev_added="2025-01-01", kev_ransomware=True),
        CveFacts(cve="CVE-2020-1000", kev_added="x"),
    )
    build(tmp_path, "epss", CveFacts(cve="CVE-2024-1000", epss=0.0, epss_percentile=0.5))
    with Database(tmp_path) as database:
        assert database.facts(["CVE-2024-1000", "CVE-1999-1000", "TEMP-1", "GHSA-x"]) == {
            "CVE-2024-1000": CveFacts(
                cve="CVE-2024-1000", ratings=(rating,), cwes=("CWE-1",), published="p", modified="m", rejected=True,
                kev_added="2025-01-01", kev_ransomware=True, epss=0.0, epss_percentile=0.5,
            )
        }  # fmt: skip
        assert len(database.facts([f"CVE-2020-{number}" for number in range(2000)])) == 1


def test_nvd_shards():
    assert nvd_shards(["CVE-1999-0001", "CVE-2002-1", "CVE-2024-12345", "GHSA-x", "DSA-1"]) == ("nvd:2002", "nvd:2024")


def test_a_cve_that_comes_twice_is_one_record(tmp_path):
    facts = [CveFacts(cve=f"CVE-2024-{number % 3000}", epss=0.5) for number in range(5000)]
    assert build(tmp_path, "epss", *facts).records == 3000
    with Database(tmp_path) as database:
        assert verify(database.shard("epss")).faults == ()


def test_gaps_are_counted_and_some_told(tmp_path):
    gaps = [Gap(stage="feeds", subject=f"s{number}", reason="r") for number in range(50)]
    state = build(tmp_path, "debian", ADVISORY, *gaps)
    assert (state.records, state.skipped, len(state.gaps), state.gaps[0]) == (1, 50, 20, "s0: r")


def test_another_schema_is_an_error_with_a_hint(tmp_path, monkeypatch):
    monkeypatch.setattr("garboard.database.build.SCHEMA", 99)
    build(tmp_path, "debian", ADVISORY)
    with Database(tmp_path) as database, pytest.raises(DatabaseError, match="schema 99") as caught:
        database.covers("Debian:12")
    assert caught.value.hint == "garboard db update debian"


@pytest.mark.parametrize("damage", [b"", b"not sqlite" * 100, None])
def test_a_damaged_file_is_an_error(tmp_path, damage):
    build(tmp_path, "debian", ADVISORY)
    path = store.path_of(tmp_path, "debian")
    path.write_bytes(path.read_bytes()[:9000] if damage is None else damage)
    with Database(tmp_path) as database, pytest.raises(DatabaseError, match="debian"):
        list(database.hits("Debian:12", "openssl"))


def test_a_shard_under_another_name_is_an_error(tmp_path):
    build(tmp_path, "debian", ADVISORY)
    store.path_of(tmp_path, "debian").rename(store.path_of(tmp_path, "kev"))
    with Database(tmp_path) as database, pytest.raises(DatabaseError, match="holds the shard debian"):
        database.facts(["CVE-2024-1000"])


def test_verify_sees_a_changed_row_a_lost_row_and_versions_that_do_not_parse(tmp_path):
    odd = Affected(ecosystem="PyPI", package="x", scheme="pep440", ranges=(Range(introduced="0", fixed="1-NA"),))
    gem = Affected(ecosystem="RubyGems", package="x", scheme="", versions=("1",))
    build(tmp_path, "debian", ADVISORY, Advisory(id="x", feed="f", affected=(odd, gem)))
    with Database(tmp_path) as database:
        found = verify(database.shard("debian"))
    assert (found.faults, found.records, found.affected, found.unparseable, found.without_scheme) == ((), 2, 3, 1, 1)
    with sqlite3.connect(store.path_of(tmp_path, "debian")) as connection:
        connection.execute("DELETE FROM advisory WHERE id = 2")
        connection.execute("UPDATE affected SET package = 'y' WHERE package = 'openssl'")
    with Database(tmp_path) as database:
        assert len(verify(database.shard("debian")).faults) == 2


def test_names_of_shards_are_plain_file_names(tmp_path):
    for shard in ("osv:Ubuntu:22.04:LTS", "a/../b", "a/b", "osv:Rocky Linux:9", "osv:é"):
        assert store.path_of(tmp_path, shard).parent == tmp_path
        store.path_of(tmp_path, shard).touch()
        assert shard in store.installed(tmp_path)


def test_a_second_writer_is_told_for_whom_it_waits(tmp_path):
    told = []
    with (
        store.writing(tmp_path),
        pytest.raises(DatabaseError, match=str(os.getpid())),
        store.writing(tmp_path, told.append, wait=2 * store.PAUSE),
    ):
        pass
    assert [str(os.getpid()) in text for text in told] == [True]
    with store.writing(tmp_path):
        pass


def test_leftovers_of_killed_writers_are_removed(tmp_path):
    (tmp_path / f"{store.PREFIX}x").write_bytes(b"x")
    (tmp_path / f"{store.PREFIX}dir").mkdir()
    (tmp_path / f"{store.PREFIX}dir" / "y").write_bytes(b"y")
    with store.writing(tmp_path):
        assert sorted(path.name for path in tmp_path.iterdir()) == [store.LOCK]


def test_a_directory_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match="cannot write"), store.writing(tmp_path / "file" / "db"):
        pass


def test_the_directory_is_the_environments_choice(monkeypatch, tmp_path):
    monkeypatch.setenv("GARBOARD_DB", str(tmp_path))
    assert open_database().directory == tmp_path
    assert open_database(tmp_path / "named").directory == tmp_path / "named"
    monkeypatch.delenv("GARBOARD_DB")
    assert open_database().directory == store.default_directory()
    assert store.default_directory().name == "db"
