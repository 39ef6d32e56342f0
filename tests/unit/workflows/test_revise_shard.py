"""A shard that is revised by the records that changed is the shard of a whole import, or all is fetched."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import hashlib
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.database.shard import Shard
from garboard.database.verify import verify
from garboard.feeds import osv
from garboard.model.errors import FeedError, NetworkError
from garboard.workflows import revise_shard
from garboard.workflows.query_database import between
from garboard.workflows.update_database import ShardOutcome, ShardResult, Terms, update
from tests.examples import examples

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
SHARD = "osv:npm"


def record(number: int, version: int, *, withdrawn: bool = False) -> dict[str, Any]:
    time = f"2026-01-{2 * version + withdrawn:02}T00:00:00.{number % 7}00Z"
    said: dict[str, Any] = {
        "id": f"GHSA-{number}",
        "modified": time,
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": f"p{number % 3}"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": f"{version}.0.0"}]}],
            }
        ],
    }
    return said | ({"withdrawn": time} if withdrawn else {})


class Answer:
    def __init__(self, status: int, headers: Mapping[str, str], data: bytes, server: Bucket) -> None:
        self.status, self.headers, self._data, self._server = status, headers, data, server

    def chunks(self, _size: int = 0) -> Iterator[bytes]:
        self._server.moved += len(self._data)
        yield self._data


class Bucket:
    """Where OSV's records lie: an archive, a list, and each record by itself."""

    def __init__(self, records: dict[int, dict[str, Any]]) -> None:
        self.records = records
        self.asked: list[str] = []
        self.lies: dict[str, bytes | None] = {}
        self.squeezed = False
        self.moved = 0

    def archive(self) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as written:
            for said in sorted(self.records.values(), key=lambda said: str(said["id"])):
                written.writestr(zipfile.ZipInfo(f"{said['id']}.json"), json.dumps(said))
        return out.getvalue()

    def _file(self, name: str) -> bytes | None:
        if name in self.lies:
            return self.lies[name]
        if name == "all.zip":
            return self.archive()
        if name == "modified_id.csv":
            return "".join(f"{said['modified'][:-3]}000Z,{said['id']}\n" for said in self.records.values()).encode()
        number = name.removeprefix("GHSA-").removesuffix(".json")
        return json.dumps(self.records[int(number)]).encode() if int(number) in self.records else None

    @contextlib.contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        name = url.rpartition("/")[2]
        data = self._file(name)
        self.asked.append(name)
        if data is None:
            yield Answer(404, {}, b"", self)
            return
        if self.squeezed and headers.get("Accept-Encoding") == "gzip":
            data = gzip.compress(data)
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        if headers.get("If-None-Match") == etag:
            yield Answer(304, {"ETag": etag}, b"", self)
            return
        told = {"ETag": etag, "Content-Length": str(len(data)), "Last-Modified": "Wed, 01 Jul 2026 00:00:00 GMT"}
        yield Answer(200, told, data, self)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revise_shard, "LEAST_BYTES", 1)


def updated(folder: Path, server: Bucket, days: int = 0) -> ShardResult:
    server.asked.clear()
    later = NOW + dt.timedelta(days=days)
    (result,) = update(folder, [SHARD], client=server, now=later, terms=Terms(accept_shrink=True))  # type: ignore[arg-type]
    return result


def content(folder: Path) -> Any:
    with contextlib.closing(Shard(folder, SHARD)) as shard:
        assert verify(shard).faults == ()
        hits = {name: sorted(map(repr, shard.hits("npm", name))) for name in shard.names("npm")}
        return dict(shard.digests()), hits, sorted(map(repr, shard.whole())), shard.state.records


def same_as_whole(folder: Path, server: Bucket) -> None:
    with tempfile.TemporaryDirectory() as other:
        assert updated(Path(other), server).outcome is ShardOutcome.UPDATED
        assert content(folder) == content(Path(other))
        assert not any(between(folder, Path(other)).changes)


RECORDS = st.dictionaries(
    st.integers(0, 30), st.builds(lambda v, w: (v, w), st.integers(1, 9), st.booleans()), min_size=1, max_size=12
)


@examples(60)
@given(states=st.lists(RECORDS, min_size=2, max_size=4), squeezed=st.booleans())
def test_it_is_what_a_whole_import_is(states: list[dict[int, tuple[int, bool]]], squeezed: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        server, folder = Bucket({}), Path(name) / "db"
        server.squeezed = squeezed
        for days, state in enumerate(states):
            server.records = {
                number: record(number, version + days, withdrawn=w) for number, (version, w) in state.items()
            }
            result = updated(folder, server, days)
            assert result.error == ""
            assert days == 0 or server.asked.count("all.zip") <= 1, "asked for its size only"
            same_as_whole(folder, server)


def begun(tmp_path: Path) -> tuple[Bucket, Path]:
    server = Bucket({number: record(number, 1) for number in range(200)})
    assert updated(tmp_path / "db", server).outcome is ShardOutcome.UPDATED
    server.records[5] = record(5, 2)
    server.records[200] = record(200, 1)
    del server.records[7]
    return server, tmp_path / "db"


def test_only_what_changed_moves(tmp_path: Path) -> None:
    server, folder = begun(tmp_path)
    server.moved = 0
    result = updated(folder, server, 1)
    assert (result.outcome, server.asked) == (
        ShardOutcome.UPDATED,
        ["all.zip", "modified_id.csv", "GHSA-5.json", "GHSA-200.json"],
    )
    assert server.moved == result.bytes < len(server.archive()) / 2
    assert result.state is not None
    assert (result.state.records, result.state.data_date) == (200, "2026-07-01T00:00:00+00:00")
    same_as_whole(folder, server)
    again = updated(folder, server, 2)
    assert (again.outcome, server.asked) == (ShardOutcome.UNCHANGED, ["all.zip", "modified_id.csv"])
    assert again.state is not None
    assert again.state.fetched.startswith("2026-07-03")


def test_nothing_new_costs_one_request(tmp_path: Path) -> None:
    server = Bucket({1: record(1, 1)})
    updated(tmp_path, server)
    assert (updated(tmp_path, server).outcome, server.asked) == (ShardOutcome.UNCHANGED, ["all.zip"])


LIES: dict[str, tuple[str, bytes | None]] = {
    "a record is gone": ("GHSA-5.json", None),
    "a record is another": ("GHSA-5.json", json.dumps(record(6, 2)).encode()),
    "a record is older than listed": ("GHSA-5.json", json.dumps(record(5, 1)).encode()),
    "a record is none": ("GHSA-5.json", b"{"),
    "a record is of another ecosystem": ("GHSA-5.json", b'{"id": "GHSA-5", "modified": "2026-01-02T00:00:00.500Z"}'),
    "there is no list": ("modified_id.csv", None),
    "the list is none": ("modified_id.csv", b"<html>"),
    "the list is cut": ("modified_id.csv", b"2026-01-01T00:00:00.000Z,GHSA-1\n2026-01-0"),
    "the list is one line": ("modified_id.csv", b"x" * 100_000),
    "the list is of strangers": ("modified_id.csv", b"2026-01-01T00:00:00.000Z,../../x\n"),
}


@pytest.mark.parametrize("lie", LIES)
def test_whatever_does_not_agree_is_fetched_as_a_whole(tmp_path: Path, lie: str) -> None:
    server, folder = begun(tmp_path)
    name, data = LIES[lie]
    server.lies[name] = data
    assert updated(folder, server, 1).outcome is ShardOutcome.UPDATED
    assert server.asked[-1] == "all.zip"
    same_as_whole(folder, server)


def test_many_changes_and_small_archives_are_fetched_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, folder = begun(tmp_path)
    monkeypatch.setattr(revise_shard, "MOST", 1)
    updated(folder, server, 1)
    assert server.asked == ["all.zip", "modified_id.csv", "all.zip"]
    server.records[5] = record(5, 3)
    monkeypatch.setattr(revise_shard, "LEAST_BYTES", 1 << 30)
    updated(folder, server, 2)
    assert server.asked == ["all.zip", "all.zip"]
    same_as_whole(folder, server)


def test_a_shard_with_unreadable_records_is_fetched_as_a_whole(tmp_path: Path) -> None:
    server = Bucket({number: record(number, 1) for number in range(9)})
    server.records[3]["affected"] = "none"
    assert updated(tmp_path, server).outcome is ShardOutcome.UPDATED
    server.records[5] = record(5, 2)
    updated(tmp_path, server, 1)
    assert server.asked == ["all.zip"]


def test_a_server_that_ends_in_between_leaves_the_old_data(tmp_path: Path) -> None:
    server, folder = begun(tmp_path)
    before = content(folder)

    @contextlib.contextmanager
    def broken(_url: str, _headers: Mapping[str, str]) -> Iterator[Answer]:
        raise NetworkError("gone")
        yield

    server.get = broken  # type: ignore[method-assign]
    assert updated(folder, server, 1).outcome is ShardOutcome.FAILED
    assert content(folder) == before


def test_a_damaged_shard_is_fetched_as_a_whole(tmp_path: Path) -> None:
    server, folder = begun(tmp_path)
    with contextlib.closing(sqlite3.connect(folder / "osv%3Anpm.sqlite")) as connection:
        connection.execute("UPDATE affected SET payload = 'x' WHERE advisory = 9")
        connection.commit()
    assert updated(folder, server, 1).outcome is ShardOutcome.UPDATED
    same_as_whole(folder, server)


def test_only_archives_that_may_be_large_have_lists() -> None:
    assert osv.changes("osv:PyPI") is not None
    assert osv.changes("osv:AlmaLinux:9") is None
    with pytest.raises(FeedError):
        osv.listed(io.BytesIO(b"GHSA-1,2026-01-01T00:00:00Z\n"))
