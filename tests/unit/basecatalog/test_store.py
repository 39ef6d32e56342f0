"""The file: made, opened, shared between processes, and refused where it is not what it should be."""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
import os
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pytest

from garboard.basecatalog import rows
from garboard.basecatalog.reader import ListedImage, StoredCatalog
from garboard.basecatalog.store import SCHEMA, Store, default_path
from garboard.basecatalog.writer import Writer
from garboard.model.baseimage import Approval, Catalog
from garboard.model.errors import CatalogError
from garboard.model.image import Platform
from garboard.model.package import Inventory, Location, Package
from garboard.model.timestamp import rfc3339
from tests.unit.basecatalog.entries import AMD64, NOW, base, digest, image, inventory, name, writer

FILE = "catalogue.sqlite"


def reopened(folder: Path) -> StoredCatalog:
    return StoredCatalog(Store(folder / FILE))


def test_it_is_a_catalog(tmp_path: Path) -> None:
    found: Catalog = writer(tmp_path).catalog
    assert found.repositories() == ()


def test_the_chain_id_is_the_specifications() -> None:
    """https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid"""
    one, two = digest("a"), digest("b")
    of_two = "sha256:" + hashlib.sha256(f"{one} {two}".encode()).hexdigest()
    of_three = "sha256:" + hashlib.sha256(f"{of_two} {one}".encode()).hexdigest()
    assert list(rows.chain_ids([one, two, one])) == [one, of_two, of_three]


def test_a_packages_digest_is_blake2b_of_128_bits() -> None:
    """It is the key of packages in files that another release of garboard wrote: one of another size finds none."""
    found, payload = rows.pack_package(Package(type="npm", name="a", version="1", scheme="semver"))
    assert found == hashlib.blake2b(payload, digest_size=16).digest()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    kept = base("ab", "python:3.12", "python:3.12.4", said=("a", "b"))
    kept = type(kept)(**{f: getattr(kept, f) for f in kept.__struct_fields__} | {"distro": "debian 12", "packages": 2})
    writer(tmp_path, kept).catalog.close()
    (found,) = reopened(tmp_path).below([layer.diff_id for layer in image("a", "b", "c").layers])
    assert found.image == kept.image
    assert [one.tag for one in found.names] == ["3.12.4", "3.12"]
    assert (found.distro, found.packages, found.size, found.source, found.added) == (
        "debian 12",
        2,
        20,
        "registry",
        rfc3339(NOW),
    )


def test_named_the_current_one_first(tmp_path: Path) -> None:
    old, new = base("a", name("python:3.12", seen="2026-07-01T00:00:00+00:00")), base("b", "python:3.12")
    made = writer(tmp_path, old, new)
    found = made.catalog.named("docker.io/library/python", "3.12", AMD64)
    assert [one.key for one in found] == [new.key, old.key]
    assert [one.names[0].current for one in found] == [True, False]
    assert made.catalog.named("docker.io/library/python", "3.12", Platform(architecture="arm64")) == ()


def test_platforms_do_not_displace_each_other(tmp_path: Path) -> None:
    arm = Platform(architecture="arm64", variant="v8")
    made = writer(tmp_path, base("a", "python:3.12"), base("b", "python:3.12", platform=arm))
    assert all(one.names[0].current for one in made.catalog.images())
    assert len(made.catalog.of_repository("docker.io/library/python", Platform(architecture="arm64"))) == 1


def test_an_older_sight_does_not_displace_a_newer_one(tmp_path: Path) -> None:
    new, old = base("b", "python:3.12"), base("a", name("python:3.12", seen="2026-07-01T00:00:00+00:00"))
    made = writer(tmp_path, new, old)
    assert made.catalog.named("docker.io/library/python", "3.12", AMD64)[0].key == new.key


def test_a_claim_does_not_displace(tmp_path: Path) -> None:
    made = writer(tmp_path, base("a", "python:3.12"))
    made.add(base("b", name("python:3.12", seen="2026-09-01T00:00:00+00:00")), inventory(), moved=False)
    assert [one.names[0].current for one in made.catalog.named("docker.io/library/python", "3.12", AMD64)] == [
        True,
        False,
    ]


def test_the_same_configuration_is_one_image(tmp_path: Path) -> None:
    """Read from an archive, which has no manifest, and then from a registry."""
    known = base("a", "python:3.12")
    bare = image("a", name=known.image.name, manifest_digest="")
    made = writer(
        tmp_path, type(known)(key=bare.config_digest, image=bare, names=(name("local:1"),), source="docker-archive")
    )
    made.add(known, inventory("a=1"))
    (found,) = made.catalog.images()
    assert found.key == known.image.manifest_digest
    assert {one.tag for one in found.names} == {"1", "3.12"}
    assert made.catalog.has(found.key)


def test_equal_packages_are_one_object(tmp_path: Path) -> None:
    bases = [base(letter, f"python:{number}") for number, letter in enumerate("abc")]
    found = writer(tmp_path, *bases).catalog.inventories([one.key for one in bases])
    shared = {id(package) for one in found.values() for package in one.packages if package.name == "libc6"}
    assert len(found) == 3
    assert len(shared) == 1
    first = found[bases[0].key]
    assert first.distro
    assert first.distro.ecosystem == "Debian:12"
    assert (first.packages[0].layer, first.packages[0].locations, first.packages[0].depends_on) == (None, (), ())


def test_a_languages_package_keeps_its_place(tmp_path: Path) -> None:
    place = Location(path="usr/lib/node_modules/a/package.json", layer=3)
    one = Package(type="npm", name="a", version="1", scheme="semver", purl="pkg:npm/a@1", locations=(place,))
    known = base("a", "node:22")
    found = writer(tmp_path, known, packages=Inventory(packages=(one,))).catalog.inventories([known.key])
    assert found[known.key].packages[0].id == one.id


def test_unknown_packages_are_absent_and_not_none(tmp_path: Path) -> None:
    made = Writer(Store(tmp_path / FILE, write=True))
    bare, empty = base("a", "a:1"), base("b", "b:1")
    made.add(bare, None)
    made.add(empty, Inventory())
    assert made.catalog.inventories([bare.key, empty.key, "sha256:0"]) == {empty.key: Inventory()}
    assert not made.catalog.has(bare.key)


def test_gone_and_pointed_elsewhere(tmp_path: Path) -> None:
    made = writer(tmp_path, base("a", "python:3.12", "python:3.11"), base("b", "python:3.13"))
    assert made.gone("docker.io/library/python", ["3.12", "3.13"]) == 1
    made.point(name("python:3.13"), AMD64, "")
    current = {one.tag: one.current for found in made.catalog.images() for one in found.names}
    assert current == {"3.12": True, "3.11": False, "3.13": False}


def test_which_tags_are_built_is_unknown_without_a_list(tmp_path: Path) -> None:
    made = writer(tmp_path, base("a", "python:3.12", "python:3.8", "debian:12"))
    made.build("docker.io/library/python", [("3.12", "3"), ("3.13", "3")])
    (found,) = made.catalog.images()
    assert {one.familiar: one.supported for one in found.names} == {
        "python:3.12": True,
        "python:3.8": False,
        "debian:12": None,
    }
    assert made.catalog.tags_built("docker.io/library/python") == (("3", "3.12"), ("3", "3.13"))


def test_listings(tmp_path: Path) -> None:
    made = writer(tmp_path)
    made.list("sha256:1", [ListedImage("sha256:2", "linux/amd64"), ListedImage("sha256:3", "linux/arm64")])
    made.dated("sha256:3", "2026-01-01")
    assert made.catalog.listing("sha256:1")[1] == ListedImage("sha256:3", "linux/arm64", "2026-01-01")
    assert made.catalog.listed() == {"sha256:1"}


def test_approvals_are_replaced_and_taken_back(tmp_path: Path) -> None:
    made = writer(tmp_path)
    made.approve(Approval(pattern="python:*"))
    made.approve(Approval(pattern="a/b:1"))
    made.approve(Approval(pattern="python:*", reason="ours", until="2026-12-31"))
    assert [one.pattern for one in made.catalog.approvals()] == ["python:*", "a/b:1"]
    assert made.catalog.approvals()[0].reason == "ours"
    assert made.disapprove("a/b:1")
    assert not made.disapprove("a/b:1")


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("docker.io/library/python:3.12", True),
        ("python:*", True),
        ("*:3.12", True),
        ("python", False),
        ("evil/python:*", False),
    ],
)
def test_what_an_approval_covers(pattern: str, covered: bool) -> None:
    assert Approval(pattern=pattern).covers(name("python:3.12")) is covered
    assert not Approval(pattern="python:*").covers(name("evil.example/python:3.12"))


def test_prune_takes_only_what_meets_all_conditions(tmp_path: Path) -> None:
    old = "2026-01-01T00:00:00+00:00"
    moved = base("a", name("python:3.12", seen=old))
    moved = type(moved)(**{f: getattr(moved, f) for f in moved.__struct_fields__} | {"added": old})
    made = writer(tmp_path, moved, base("b", "python:3.12"), base("c", name("node:22", current=False)))
    assert made.prune(
        before=dt.datetime(2026, 6, 1, tzinfo=dt.UTC), keep_current=True, repository="docker.io/library/node"
    ) == (0, 0)
    assert made.prune(before=dt.datetime(2026, 6, 1, tzinfo=dt.UTC), keep_current=True) == (1, 0)
    assert made.prune(keep_current=True) == (1, 0)
    assert {one.label for one in made.catalog.images()} == {"python:3.12"}
    assert made.catalog.store.rows("SELECT count(*) FROM package") == [(2,)]
    assert made.prune(repository="docker.io/library/python") == (1, 0)
    assert made.catalog.store.rows("SELECT count(*) FROM name") == [(0,)]


def test_prune_of_a_repository_removes_its_names_and_no_others(tmp_path: Path) -> None:
    moved = name("ruby:3.2", current=False)
    both, own = base("a", moved, "ruby:3.3", "ours:1"), base("b", "ruby:3.4")
    made = writer(tmp_path, both, own, base("c", "python:3"))
    assert made.prune(repository="docker.io/library/ruby", keep_current=True) == (0, 0)
    assert made.prune(repository="docker.io/library/ruby") == (1, 1)
    assert sorted(one.canonical for image in made.catalog.images() for one in image.names) == [
        "docker.io/library/ours:1",
        "docker.io/library/python:3",
    ]
    assert both.key in made.catalog.inventories([both.key])


def test_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="there is no catalog"):
        reopened(tmp_path).repositories()
    assert not list(tmp_path.iterdir())


def test_what_is_none(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"something else that is long enough to be read as a header" * 20)
    with pytest.raises(CatalogError, match="damaged"):
        reopened(tmp_path).repositories()
    (tmp_path / "other").mkdir()
    sqlite3.connect(tmp_path / "other" / FILE).execute("CREATE TABLE x (y)").connection.close()
    with pytest.raises(CatalogError, match="not a catalog"):
        reopened(tmp_path / "other").repositories()


def test_somebody_elses_file_is_left_as_it_is(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / FILE).execute("CREATE TABLE x (y)").connection.close()
    before = (tmp_path / FILE).read_bytes()
    store = Store(tmp_path / FILE, write=True)
    with pytest.raises(CatalogError, match="not a catalog"):
        store.rows("SELECT 1")
    assert (tmp_path / FILE).read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [FILE]


def test_another_schema_is_refused_and_told(tmp_path: Path) -> None:
    made = writer(tmp_path)
    made.catalog.store.rows(f"PRAGMA user_version = {SCHEMA + 1}")
    made.catalog.close()
    for store in (Store(tmp_path / FILE), Store(tmp_path / FILE, write=True)):
        with pytest.raises(CatalogError, match=f"schema {SCHEMA + 1}"):
            StoredCatalog(store).repositories()


def test_a_damaged_payload_is_no_clean_answer(tmp_path: Path) -> None:
    made = writer(tmp_path, base("a", "debian:12"))
    made.catalog.store.rows("UPDATE image SET payload = x'93'")
    with pytest.raises(CatalogError, match="damaged"):
        made.catalog.images()
    made.catalog.store.rows("DELETE FROM package")
    with pytest.raises(CatalogError, match="damaged"):
        made.catalog.inventories([base("a", "debian:12").key])


def test_a_folder_that_cannot_be_written_can_be_read(tmp_path: Path) -> None:
    """As on a read-only mount: the write-ahead log is gone with the last writer, and the file has no neighbours."""
    writer(tmp_path, base("a", "debian:12")).catalog.close()
    copy = tmp_path / "mounted"
    copy.mkdir()
    (copy / FILE).write_bytes((tmp_path / FILE).read_bytes())
    (copy / FILE).chmod(0o444)
    copy.chmod(0o555)
    try:
        assert reopened(copy).repositories() == ("docker.io/library/debian",)
    finally:
        copy.chmod(0o755)


def test_what_is_only_in_the_log_is_not_overlooked(tmp_path: Path) -> None:
    """A reader that cannot share the writer's memory says so, rather than that there is nothing."""
    made = writer(tmp_path, base("a", "debian:12"))
    copy = tmp_path / "mounted"
    copy.mkdir()
    for name_ in (FILE, f"{FILE}-wal"):
        (copy / name_).write_bytes((tmp_path / name_).read_bytes())
    assert (copy / f"{FILE}-wal").stat().st_size
    assert reopened(copy).repositories() == ("docker.io/library/debian",)
    made.catalog.close()


def _write(folder: Path, letters: str) -> None:
    made = Writer(Store(folder / FILE, write=True))
    for number in range(20):
        made.add(base(f"{letters}{number}", f"{letters}:{number}"), inventory(f"libc6={number}"))


def test_processes_write_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    started = [context.Process(target=_write, args=(tmp_path, letters)) for letters in ("ab", "cd", "ef")]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0, 0, 0]
    assert len(reopened(tmp_path).images()) == 60


def _write_for_ever(folder: Path) -> None:
    made = Writer(Store(folder / FILE, write=True))
    for number in range(1_000_000):
        made.add(base(f"x{number}", f"x:{number}"), inventory(f"libc6={number}"))


def test_a_killed_writer_leaves_all_that_it_kept(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_write_for_ever, args=(tmp_path,))
    process.start()
    while not (tmp_path / FILE).exists() or len(_count(tmp_path)) < 5:
        assert process.is_alive()
        time.sleep(0.01)
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    kept = reopened(tmp_path).images()
    assert len(kept) >= 5
    assert all(one.names for one in kept)
    assert len(reopened(tmp_path).inventories(one.key for one in kept)) == len(kept)


def _count(folder: Path) -> tuple[object, ...]:
    try:
        return reopened(folder).images()
    except CatalogError:  # the file is there and its tables are not yet
        return ()


def test_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path() == tmp_path / "garboard" / "catalogue.sqlite"
    monkeypatch.setitem(sys.modules, "platformdirs", None)  # what costs so much is not loaded for it
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_path() == Path.home() / ".local" / "share" / "garboard" / "catalogue.sqlite"
