"""The second line, from a mirror's directory and from a server on this machine."""

import datetime as dt
import errno
import hashlib
import http.server
import io
import json
import os
import signal
import subprocess
import sys
import threading
import zipfile

import pytest

from garboard.database import store
from garboard.database.read import Database
from garboard.database.shard import Shard
from garboard.database.verify import verify
from garboard.model.errors import DatabaseError, UsageError
from garboard.model.timestamp import rfc3339
from garboard.net.client import Client
from garboard.workflows import update_database
from garboard.workflows.build_ratings import build as build_ratings
from garboard.workflows.data_supply import OfflineSupply
from garboard.workflows.update_database import ShardOutcome, Terms, default_shards, missing, origin_of, update

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
TRACKER = "debian-tracker/tracker/data/json"


def tracker(count: int) -> bytes:
    return json.dumps(
        {"openssl": {f"CVE-2024-{1000 + n}": {"releases": {"bookworm": {"status": "open"}}} for n in range(count)}}
    ).encode()


def secdb(name: str) -> bytes:
    return json.dumps({"packages": [{"pkg": {"name": name, "secfixes": {"1.0-r0": ["CVE-2024-1000"]}}}]}).encode()


def osv_zip(*versions: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, version in enumerate(versions):
            archive.writestr(
                f"{number}.json",
                json.dumps(
                    {
                        "id": f"X-{number}",
                        "affected": [{"package": {"ecosystem": "PyPI", "name": "foo"}, "versions": [version]}],
                    }
                ),
            )
    return file.getvalue()


class Mirror:
    """A mirror's directory."""

    def __init__(self, root):
        self.root = root
        self.put(TRACKER, tracker(10))
        self.put("osv/PyPI/all.zip", osv_zip("1.0"))
        self.put("alpine-secdb/v3.20/main.json", secdb("a"))
        self.put("alpine-secdb/v3.20/community.json", secdb("b"))

    def put(self, path: str, data: bytes) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(data)

    def drop(self, path: str) -> None:
        (self.root / path).unlink()


@pytest.fixture
def mirror(tmp_path):
    return Mirror(tmp_path / "mirror")


@pytest.fixture
def db(tmp_path):
    return tmp_path / "db"


@pytest.fixture
def from_mirror(mirror, db):
    def run(*shards, now=NOW, **more):
        return update(db, shards, origin=str(mirror.root), now=now, **more)

    return run


def names(directory):
    return sorted(path.name for path in directory.iterdir() if path.name.startswith(store.PREFIX))


def test_shards_are_built_and_readable(from_mirror, db):
    seen = []
    results = from_mirror("debian", "osv:PyPI", "Alpine:v3.20", report=seen.append)
    assert tuple(seen) == results
    assert [(r.shard, r.outcome, r.state.records) for r in results] == [
        ("debian", ShardOutcome.UPDATED, 10),
        ("osv:PyPI", ShardOutcome.UPDATED, 1),
        ("alpine:v3.20", ShardOutcome.UPDATED, 2),
    ]
    with Database(db) as database:
        assert len(list(database.hits("Debian:12", "openssl"))) == 10
        assert [hit.advisory.id for hit in database.hits("Alpine:v3.20", "b")] == ["CVE-2024-1000"]
        assert missing(database, ["Debian:12", "npm", "CentOS:7"]) == ("osv:npm",)
        assert all(verify(database.shard(name)).faults == () for name in database.shards())
    assert names(db) == []


def test_a_full_disk_has_a_hint(from_mirror, monkeypatch):
    def full(*_given):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(update_database, "_fetch_documents", full)
    (result,) = from_mirror("debian")
    assert (result.outcome, "No space left" in result.error) == (ShardOutcome.FAILED, True)
    assert "make room" in result.hint


def test_the_same_bytes_are_only_confirmed(from_mirror, db):
    from_mirror("debian")
    inode = store.path_of(db, "debian").stat().st_ino
    (result,) = from_mirror("debian", now=LATER)
    assert (result.outcome, result.state.fetched) == (ShardOutcome.UNCHANGED, rfc3339(LATER))
    assert store.path_of(db, "debian").stat().st_ino == inode
    with Database(db) as database:
        assert [state.fetched for state in database.states()] == [rfc3339(LATER)]


def test_a_shrunken_feed_is_refused_until_it_is_accepted(from_mirror, mirror, db):
    from_mirror("debian")
    mirror.put(TRACKER, tracker(7))
    (result,) = from_mirror("debian")
    assert result.outcome is ShardOutcome.FAILED
    assert "from 10 records to 7" in result.error
    assert "--accept-shrink" in result.hint
    assert result.state.records == 10
    with Database(db) as database:
        assert len(list(database.hits("Debian:12", "openssl"))) == 10
    (result,) = from_mirror("debian", terms=Terms(accept_shrink=True))
    assert (result.outcome, result.state.records) == (ShardOutcome.UPDATED, 7)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"  <!DOCTYPE html><html>", "web page"),
        (b"{}", "0 records"),
        (b'{"a": {"CVE-2024-1000": {"wrong": 1}}}', "0 records could be read and 1 could not"),
        (b'{"a": {"CVE-2024-1000": ', "not JSON"),
        (b"\x1f\x8bxx", "compression is damaged"),
    ],
)
def test_bad_documents_are_refused_and_the_old_data_stay(from_mirror, mirror, db, data, message):
    from_mirror("debian")
    before = store.path_of(db, "debian").read_bytes()
    mirror.put(TRACKER, data)
    (result,) = from_mirror("debian")
    assert result.outcome is ShardOutcome.FAILED
    assert message in result.error
    assert store.path_of(db, "debian").read_bytes() == before
    assert names(db) == []


def test_the_failure_of_one_does_not_touch_the_others(from_mirror):
    results = from_mirror("osv:npm", "osv:Nope", "nope", "debian")
    assert [r.outcome for r in results] == [
        ShardOutcome.FAILED,
        ShardOutcome.FAILED,
        ShardOutcome.FAILED,
        ShardOutcome.UPDATED,
    ]
    assert "osv/npm/all.zip" in results[0].error


def test_an_optional_document_may_be_absent_come_and_go(from_mirror, mirror):
    mirror.drop("alpine-secdb/v3.20/community.json")
    assert [from_mirror("alpine:v3.20")[0].outcome for _ in range(2)] == [ShardOutcome.UPDATED, ShardOutcome.UNCHANGED]
    mirror.put("alpine-secdb/v3.20/community.json", secdb("b"))
    assert from_mirror("alpine:v3.20")[0].state.records == 2


def test_other_spellings_of_a_mirror_are_taken(from_mirror, mirror):
    import gzip

    mirror.drop(TRACKER)
    mirror.put(TRACKER + ".gz", gzip.compress(tracker(3)))
    assert from_mirror("debian")[0].state.records == 3


def test_a_shard_of_another_schema_is_built_anew(from_mirror, db, monkeypatch):
    monkeypatch.setattr("garboard.database.build.SCHEMA", 99)
    from_mirror("debian")
    monkeypatch.undo()
    assert from_mirror("debian")[0].outcome is ShardOutcome.UPDATED
    assert from_mirror("debian")[0].outcome is ShardOutcome.UNCHANGED


def test_without_names_it_is_what_is_there_and_the_enrichment(from_mirror, db):
    with pytest.raises(UsageError):
        default_shards(db)
    from_mirror("debian")
    assert default_shards(db) == ("debian", "epss", "kev")


def test_an_origin_that_is_none_is_the_users_error(db):
    with pytest.raises(UsageError, match="neither a directory"):
        update(db, ["debian"], origin="/nonexistent", now=NOW)
    with pytest.raises(UsageError, match="connection"):
        update(db, ["debian"], now=NOW)


def test_a_second_updater_waits_and_says_so(from_mirror, db):
    told, done = [], threading.Event()
    with store.writing(db):
        thread = threading.Thread(
            target=lambda: (from_mirror("debian", terms=Terms(waiting=told.append)), done.set()), daemon=True
        )
        thread.start()
        while not told:
            assert not done.is_set()
    thread.join(60)
    assert done.is_set()
    assert [str(os.getpid()) in text for text in told] == [True]


def test_waiting_is_bounded(db):
    with store.writing(db), pytest.raises(DatabaseError, match="another process"), store.writing(db, wait=0):
        pass


def test_what_another_process_has_just_fetched_is_not_fetched_again(from_mirror, mirror):
    from_mirror("debian")
    mirror.put(TRACKER, b"<html>")
    (result,) = from_mirror("debian", now=LATER, terms=Terms(fresh=dt.timedelta(days=2)))
    assert (result.outcome, result.bytes) == (ShardOutcome.UNCHANGED, 0)
    (result,) = from_mirror("debian", now=LATER, terms=Terms(fresh=dt.timedelta(days=1)))
    assert result.outcome is ShardOutcome.FAILED


SLOW = """
import datetime, sys, time
from pathlib import Path
from garboard.feeds import debian
from garboard.workflows.build_ratings import build as build_ratings
from garboard.workflows.data_supply import OfflineSupply
from garboard.workflows.update_database import update
whole = debian.parse
def slowly(shard, streams):
    for number, record in enumerate(whole(shard, streams)):
        yield record
        if number == 2500:
            print("middle", flush=True)
            time.sleep(60)
debian.parse = slowly
update(Path(sys.argv[1]), ["debian"], origin=sys.argv[2], now=datetime.datetime.now(datetime.UTC))
"""


def test_killed_in_the_middle_the_old_data_are_still_there(from_mirror, mirror, db):
    from_mirror("debian")
    before = store.path_of(db, "debian").read_bytes()
    mirror.put(TRACKER, tracker(5000))
    process = subprocess.Popen([sys.executable, "-c", SLOW, str(db), str(mirror.root)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"middle\n"
    with pytest.raises(DatabaseError, match=str(process.pid)), store.writing(db, wait=0):
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert names(db) != []
    assert store.path_of(db, "debian").read_bytes() == before
    with Database(db) as database:
        assert len(list(database.hits("Debian:12", "openssl"))) == 10
        assert verify(database.shard("debian")).faults == ()
    assert from_mirror("debian")[0].state.records == 5000
    assert names(db) == []


def test_a_reader_keeps_what_it_has_open(from_mirror, mirror, db):
    from_mirror("debian")
    with Database(db) as database:
        assert database.covers("Debian:12")
        mirror.put(TRACKER, tracker(20))
        from_mirror("debian")
        assert len(list(database.hits("Debian:12", "openssl"))) == 10


class Server(http.server.ThreadingHTTPServer):
    """A mirror that knows ETags and records what it was asked."""

    def __init__(self, root):
        self.asked, self.etags, self.root, self.pages = [], True, root, False
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server: Server = self.server
        path = server.root / self.path.lstrip("/")
        data = b"<html>login" if server.pages else path.read_bytes() if path.is_file() else None
        etag = f'"{hashlib.sha256(data or b"").hexdigest()}"'
        status = 404 if data is None else 304 if server.etags and self.headers.get("If-None-Match") == etag else 200
        server.asked.append((self.path, status))
        self.send_response(status)
        body = data if status == 200 else b""
        if server.etags and data is not None:
            self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(mirror):
    with Server(mirror.root) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()


@pytest.fixture
def from_server(server, db):
    with Client() as client:
        yield lambda *shards, now=NOW: update(db, shards, origin=server.address + "/", client=client, now=now)


def test_nothing_new_costs_one_request_a_document(server, from_server):
    assert from_server("debian")[0].outcome is ShardOutcome.UPDATED
    server.asked.clear()
    (result,) = from_server("debian", now=LATER)
    assert (result.outcome, result.bytes, result.state.fetched) == (ShardOutcome.UNCHANGED, 0, rfc3339(LATER))
    assert server.asked == [("/" + TRACKER, 304)]


def test_without_etags_the_digest_tells(server, from_server):
    server.etags = False
    assert [from_server("debian")[0].outcome for _ in range(2)] == [ShardOutcome.UPDATED, ShardOutcome.UNCHANGED]


def test_one_new_document_of_two_needs_both(server, from_server, mirror, db):
    from_server("alpine:v3.20")
    mirror.put("alpine-secdb/v3.20/community.json", secdb("c"))
    assert from_server("alpine:v3.20")[0].state.records == 2
    with Database(db) as database:
        assert [len(list(database.hits("Alpine:v3.20", name))) for name in "abc"] == [1, 0, 1]


def test_absent_documents_and_web_pages(server, from_server, mirror):
    mirror.drop("alpine-secdb/v3.20/community.json")
    assert from_server("alpine:v3.20")[0].outcome is ShardOutcome.UPDATED
    assert from_server("alpine:v3.20")[0].outcome is ShardOutcome.UNCHANGED
    assert "404" in from_server("osv:npm")[0].error
    server.pages = True
    assert "web page" in from_server("debian")[0].error


def test_a_blank_and_a_colon_survive_the_address(server, from_server, mirror):
    from_server("osv:Rocky Linux:9")
    assert server.asked == [(f"/osv/{name}/all.zip", 404) for name in ("Rocky%20Linux:9", "Rocky_Linux:9")]


def test_offline_is_told_for_each_shard(server, db):
    with Client(offline=True) as client:
        results = update(db, ["debian", "kev"], client=client, now=NOW)
    assert [r.outcome for r in results] == [ShardOutcome.FAILED] * 2
    assert server.asked == []


def test_ratings_are_made_of_nvds_years_and_spare_them(db, tmp_path):
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    for year in (2023, 2024):
        cve = {
            "id": f"CVE-{year}-1000",
            "published": f"{year}-05-01",
            "weaknesses": [{"description": [{"value": "CWE-79"}]}],
        }
        cve |= {"metrics": {"cvssMetricV31": [{"source": "nvd@nist.gov", "cvssData": {"vectorString": vector}}]}}
        path = tmp_path / f"m/nvd/feeds/json/cve/2.0/nvdcve-2.0-{year}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"vulnerabilities": [{"cve": cve}]}))
    with pytest.raises(DatabaseError, match="none of NVD"):
        build_ratings(db, now=NOW)
    update(db, ["nvd:2023", "nvd:2024"], origin=str(tmp_path / "m"), now=NOW)
    assert build_ratings(db, now=NOW).records == 2
    before = store.path_of(db, "ratings").read_bytes()
    build_ratings(db, now=LATER)
    assert store.path_of(db, "ratings").read_bytes() == before, "the same years make the same bytes"
    for year in (2023, 2024):
        store.path_of(db, f"nvd:{year}").unlink()
    with Database(db) as database:
        (facts,) = database.facts(["CVE-2024-1000"]).values()
        assert ([one.vector for one in facts.ratings], facts.cwes, facts.published) == (
            [vector],
            ("CWE-79",),
            "2024-05-01",
        )
        assert OfflineSupply(database, NOW).facts(["CVE-2022-1"], ["CVE-2022-1"])[0].subject == "kev, epss"
        assert [state.shard for state in database.used()] == ["ratings"]
    with pytest.raises(UsageError):
        default_shards(db)
    assert not verify(Shard(db, "ratings")).faults


def test_nvd_stands_for_all_its_years(db, tmp_path):
    results = update(db, ["nvd", "Software:redis"], origin=str(tmp_path), now=NOW)
    names = [result.shard for result in results]
    assert names[0] == "nvd:2002"
    assert len(names) == len(set(names)) == dt.datetime.now(dt.UTC).year - 2001


def test_what_is_fetched_ahead_is_removed_when_an_update_is_stopped(server, db):
    def stop(_result):
        raise KeyboardInterrupt

    with Client() as client, pytest.raises(KeyboardInterrupt):
        update(
            db,
            ["debian", "alpine:v3.20", "osv:PyPI", "kev"],
            origin=server.address,
            client=client,
            now=NOW,
            report=stop,
        )
    assert store.installed(db) == ("debian",)
    assert not [path for path in db.iterdir() if path.name.startswith(store.PREFIX)]


def test_shards_are_built_in_order_though_fetched_together(server, db):
    told = []
    with Client() as client:
        update(
            db,
            ["osv:PyPI", "nobody", "debian", "alpine:v3.20"],
            origin=server.address,
            client=client,
            now=NOW,
            report=lambda result: told.append((result.shard, result.outcome)),
        )
    assert [shard for shard, _ in told] == ["osv:PyPI", "nobody", "debian", "alpine:v3.20"]
    assert [outcome for _, outcome in told].count(ShardOutcome.UPDATED) == 3


def test_a_registry_is_no_mirror_of_a_scan():
    with pytest.raises(UsageError, match="a scan asks none") as raised:
        origin_of("registry:registry.example/db:latest", None)
    assert raised.value.hint == "run: garboard db update --from registry:registry.example/db:latest"
