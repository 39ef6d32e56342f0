import contextlib
import errno
import io
import sqlite3
import tarfile

import msgspec
import pytest

from garboard.compression import zstd_writer
from garboard.database import bundle, store
from garboard.database.build import Builder
from garboard.database.bundle import BundleManifest, IncomingShard
from garboard.database.incoming import listed
from garboard.database.read import Database
from garboard.model.advisory import Advisory, CveFacts, FeedState
from garboard.model.errors import DatabaseError, UsageError


@pytest.fixture
def source(tmp_path):
    directory = tmp_path / "source"
    directory.mkdir()
    for shard, record in (("debian", Advisory(id="x", feed="debian")), ("osv:PyPI", Advisory(id="y", feed="osv"))):
        with Builder(store.path_of(directory, shard)) as builder:
            builder.fill([record])
            builder.finish(FeedState(shard=shard, records=1, fetched="2026-01-01T00:00:00+00:00", sha256="00"), "[]")
    return directory


def names(directory):
    return sorted(path.name for path in directory.iterdir() if not path.name.startswith("."))


def test_there_and_back(source, tmp_path):
    file, target = tmp_path / "b.tar.zst", tmp_path / "target"
    digest = bundle.export(source, ["debian", "osv:PyPI"], file)
    states = bundle.unpack(target, file, digest)
    assert [state.shard for state in states] == ["debian", "osv:PyPI"]
    for shard in ("debian", "osv:PyPI"):
        assert store.path_of(target, shard).read_bytes() == store.path_of(source, shard).read_bytes()
    with Database(target) as database, Database(source) as original:
        assert database.states() == original.states()


def test_the_same_shards_make_the_same_bytes(source, tmp_path):
    one = bundle.export(source, ["osv:PyPI", "debian"], tmp_path / "1")
    two = bundle.export(source, ["debian", "osv:PyPI"], tmp_path / "2")
    assert one == two


def test_shards_that_the_bundle_does_not_hold_are_left_alone(source, tmp_path):
    bundle.export(source, ["debian"], tmp_path / "b")
    with Builder(store.path_of(source, "kev")) as builder:
        builder.fill([CveFacts(cve="CVE-2024-1000")])
        builder.finish(FeedState(shard="kev", records=1), "[]")
    bundle.unpack(source, tmp_path / "b")
    assert store.installed(source) == ("debian", "kev", "osv:PyPI")


def test_nothing_and_unknown_shards_cannot_be_exported(source, tmp_path):
    with pytest.raises(UsageError):
        bundle.export(source, [], tmp_path / "b")
    with pytest.raises(DatabaseError, match="no shard kev"):
        bundle.export(source, ["kev"], tmp_path / "b")


def test_another_digest_is_refused_before_anything_is_written(source, tmp_path):
    bundle.export(source, ["debian"], tmp_path / "b")
    with pytest.raises(DatabaseError, match="not sha256:00"):
        bundle.unpack(tmp_path / "target", tmp_path / "b", "sha256:00")
    assert not (tmp_path / "target").exists()


def test_every_single_flipped_byte_leaves_the_old_data(source, tmp_path):
    file, target = tmp_path / "b", tmp_path / "target"
    bundle.export(source, ["debian", "osv:PyPI"], file)
    bundle.unpack(target, file)
    before = {name: (target / name).read_bytes() for name in names(target)}
    data = file.read_bytes()
    for place in range(0, len(data), max(len(data) // 60, 1)):
        file.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        with contextlib.suppress(DatabaseError):
            bundle.unpack(target, file)
        assert {name: (target / name).read_bytes() for name in names(target)} == before
    for cut in (0, 1, 20, len(data) // 2, len(data) - 1):
        file.write_bytes(data[:cut])
        with pytest.raises(DatabaseError):
            bundle.unpack(target, file)
    assert {name: (target / name).read_bytes() for name in names(target)} == before
    assert not list(target.glob(store.PREFIX + "*"))


def test_content_that_is_not_what_the_shard_was_built_with_is_refused(source, tmp_path):
    """The bundle's own digests are right: it was exported after the change."""
    with sqlite3.connect(store.path_of(source, "debian")) as connection:
        connection.execute("DELETE FROM advisory")
    connection.close()
    bundle.export(source, ["debian"], tmp_path / "b")
    with pytest.raises(DatabaseError, match="is not what was recorded"):
        bundle.unpack(tmp_path / "db", tmp_path / "b")
    assert not names(tmp_path / "db")


def packed(file, members):
    with zstd_writer(file, 1) as out, tarfile.open(fileobj=out, mode="w|") as archive:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def manifest(*entries, form=bundle.FORMAT, schema=store.SCHEMA):
    return "manifest.json", msgspec.json.encode(BundleManifest(format=form, schema=schema, shards=entries))


@pytest.mark.parametrize(
    "members",
    [
        [],
        [("other", b"x")],
        [("manifest.json", b"{")],
        [manifest(form=2)],
        [manifest(schema=99)],
        [manifest(IncomingShard(shard="kev", size=1, sha256="00"))],
        [manifest(IncomingShard(shard="kev", size=1, sha256="00")), ("../../kev.sqlite", b"x")],
        [manifest(IncomingShard(shard="kev", size=1, sha256="00")), ("kev.sqlite", b"xx")],
        [manifest(IncomingShard(shard="kev", size=1, sha256="00")), ("kev.sqlite", b"x")],
        [
            manifest(
                IncomingShard(
                    shard="kev", size=1, sha256="2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
                )
            ),
            ("kev.sqlite", b"x"),
        ],
    ],
)
def test_a_bundle_that_is_not_what_it_says_is_refused(tmp_path, members):
    packed(tmp_path / "b", members)
    with pytest.raises(DatabaseError):
        bundle.unpack(tmp_path / "target", tmp_path / "b")
    assert names(tmp_path / "target") == []


def test_a_shard_that_is_named_twice_is_refused(source, tmp_path):
    path = store.path_of(source, "debian")
    entry = IncomingShard(shard="debian", size=path.stat().st_size, sha256=store.sha256(path))
    packed(tmp_path / "b", [manifest(entry, entry), *[(path.name, path.read_bytes())] * 2])
    with pytest.raises(DatabaseError, match="names the shard debian twice"):
        bundle.unpack(tmp_path / "target", tmp_path / "b")
    assert names(tmp_path / "target") == []


def test_a_full_disk_is_told_as_such(source, tmp_path, monkeypatch):
    bundle.export(source, ["debian"], tmp_path / "b")

    def full(_source, _place):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bundle, "_copy", full)
    with pytest.raises(DatabaseError, match="there is no room .* no space left on device") as raised:
        bundle.unpack(tmp_path / "target", tmp_path / "b")
    assert "make room" in raised.value.hint
    assert names(tmp_path / "target") == []


@pytest.mark.parametrize("name", ["../../kev", "kev; x", "--kev", "", "a\nb", "k" * 300])
def test_a_name_that_no_shard_has_is_refused(tmp_path, name):
    packed(tmp_path / "b", [manifest(IncomingShard(shard=name, size=1, sha256="00"))])
    with pytest.raises(DatabaseError, match="as none is named") as raised:
        bundle.unpack(tmp_path / "target", tmp_path / "b")
    assert name not in raised.value.hint or not name


@pytest.mark.parametrize("name", ["suse:Linux Enterprise Server 15 SP5", "osv:crates.io", "osv:Ubuntu:Pro:18.04:LTS"])
def test_the_names_that_shards_have_are_taken(name):
    assert listed([IncomingShard(shard=name, size=1, sha256="00")], "x")


def test_a_bundle_without_shards_is_refused(tmp_path):
    packed(tmp_path / "b", [manifest()])
    with pytest.raises(DatabaseError, match="has no shards"):
        bundle.unpack(tmp_path / "target", tmp_path / "b")


def test_a_time_that_is_none_is_refused(source, tmp_path):
    path = store.path_of(source, "debian")
    entry = IncomingShard(shard="debian", size=path.stat().st_size, sha256=store.sha256(path), fetched="zzz")
    packed(tmp_path / "b", [manifest(entry), (path.name, path.read_bytes())])
    with pytest.raises(DatabaseError, match="no time"):
        bundle.unpack(tmp_path / "target", tmp_path / "b")
    assert names(tmp_path / "target") == []


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM advisory",
        "UPDATE advisory SET payload = (SELECT payload FROM advisory LIMIT 1) || x'00'",
        "INSERT INTO ecosystem VALUES (9, 'Debian:12')",
        "UPDATE meta SET value = replace(value, '2026-01-01', '2026-12-01') WHERE key = 'state'",
        "DELETE FROM meta WHERE key = 'digest'",
    ],
)
def test_a_shard_that_was_changed_after_it_was_built_is_refused(source, tmp_path, change):
    target = tmp_path / "target"
    bundle.export(source, ["debian", "osv:PyPI"], tmp_path / "good")
    bundle.unpack(target, tmp_path / "good")
    before = {name: store.path_of(target, name).read_bytes() for name in ("debian", "osv:PyPI")}
    with contextlib.closing(sqlite3.connect(store.path_of(source, "osv:PyPI"))) as connection, connection:
        connection.execute(change)
    digest = bundle.export(source, ["debian", "osv:PyPI"], tmp_path / "bad")
    with pytest.raises(DatabaseError, match="cannot be trusted"):
        bundle.unpack(target, tmp_path / "bad", digest)
    assert {name: store.path_of(target, name).read_bytes() for name in before} == before
