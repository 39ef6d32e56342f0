"""A catalogue in one file: the same bytes for the same content, whole or not at all, and nobody else's approvals."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from garboard.basecatalog import bundle
from garboard.basecatalog.reader import ListedImage
from garboard.basecatalog.store import Store
from garboard.basecatalog.writer import Writer
from garboard.model.baseimage import Approval, BaseImage
from garboard.model.errors import CatalogError
from garboard.model.timestamp import rfc3339
from tests.unit.basecatalog.entries import AMD64, NOW, base, digest, inventory, name, writer

if sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd


LATER = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)


def filled(folder: Path, *, backwards: bool = False) -> Writer:
    folder.mkdir()
    bases = [base("a", "debian:12"), base("ab", "python:3.12", "python:3"), base("c", "node:22")]
    made = writer(folder, *(reversed(bases) if backwards else bases))
    made.add(base("d", "bare:1"), None)
    made.list("sha256:9", [ListedImage("sha256:8", "linux/amd64", "2026-01-01")])
    made.build("docker.io/library/python", [("3.12", "3")])
    made.approve(Approval(pattern="python:*", reason="ours"))
    return made


def empty(folder: Path) -> Writer:
    return Writer(Store(folder / "new.sqlite", write=True))


def test_there_and_back(tmp_path: Path) -> None:
    source, file = filled(tmp_path / "one"), tmp_path / "x.catalogue"
    digest = bundle.export(source.catalog, file)
    target = empty(tmp_path)
    done = bundle.unpack(target, file, digest, now=LATER)
    assert (done.images, done.packages, done.approvals) == (4, 4, 1)
    ours, theirs = source.catalog, target.catalog
    assert {one.source for one in theirs.images()} == {"bundle"}
    kept = zip(theirs.images(), ours.images(), strict=True)
    assert all(replace(one, source="", packages=None) == replace(other, source="") for one, other in kept)
    assert [one.packages for one in theirs.images() if one.packages is not None] == [2, 2, 2]
    keys = [one.key for one in ours.images()]
    assert theirs.inventories(keys) == ours.inventories(keys)
    assert theirs.listed() == frozenset()  # only a registry knows what its indexes hold
    assert theirs.tags_built("docker.io/library/python") == (("3", "3.12"),)
    assert theirs.approvals() == ()
    assert bundle.unpack(target, file, approvals=True, now=LATER) == done
    assert theirs.approvals() == ours.approvals()
    passed_on = bundle.export(theirs, tmp_path / "y.catalogue")
    third = Writer(Store(tmp_path / "third.sqlite", write=True))
    bundle.unpack(third, tmp_path / "y.catalogue", approvals=True, now=LATER)
    assert bundle.export(third.catalog, tmp_path / "z.catalogue") == passed_on


def claimed(folder: Path, true: BaseImage, **more: object) -> Path:
    """A bundle whose image of this configuration is another one, without packages."""
    (folder / "claims").mkdir()
    image = replace(true.image, layers=base("zz").image.layers, created="1999-01-01T00:00:00Z", **more)
    false = replace(true, key=image.manifest_digest or image.config_digest, image=image, names=(name("evil:1"),))
    made = writer(folder / "claims")
    made.add(false, inventory())
    bundle.export(made.catalog, folder / "claim")
    return folder / "claim"


@pytest.mark.parametrize("more", [{}, {"manifest_digest": digest("other")}, {"config_digest": digest("other")}])
def test_what_was_read_here_is_not_overwritten(tmp_path: Path, more: dict[str, object]) -> None:
    true = base("ab", "python:3.12")
    here = writer(tmp_path, true)
    known = here.catalog.inventories([true.key])
    bundle.unpack(here, claimed(tmp_path, true, **more), now=LATER)
    (found,) = here.catalog.named("docker.io/library/python", "3.12", AMD64)
    assert (found.key, found.image, found.source) == (true.key, true.image, "registry")
    assert here.catalog.inventories([true.key]) == known
    assert here.catalog.has(true.key)


def test_what_was_told_gives_no_key_to_what_was_read(tmp_path: Path) -> None:
    read = base("ab", "python:3.12", manifest_digest="")
    read = replace(read, key=read.image.config_digest)
    here = writer(tmp_path, read)
    bundle.unpack(here, claimed(tmp_path, read, manifest_digest=digest("other")), now=LATER)
    (found,) = here.catalog.images()
    assert (found.key, found.image) == (read.key, read.image)


@pytest.mark.parametrize("more", [{}, {"manifest_digest": digest("other")}, {"config_digest": digest("other")}])
def test_what_is_read_heals_what_was_told(tmp_path: Path, more: dict[str, object]) -> None:
    true = base("ab", "python:3.12")
    here = empty(tmp_path)
    bundle.unpack(here, claimed(tmp_path, true, **more), now=LATER)
    assert not here.catalog.has(true.key)
    here.add(true, inventory("a=1"))
    assert here.catalog.has(true.key)
    (found,) = here.catalog.named("docker.io/library/python", "3.12", AMD64)
    assert (found.key, found.image, found.source) == (true.key, true.image, "registry")
    assert [one.name for one in here.catalog.inventories([true.key])[true.key].packages] == ["a"]


def test_what_was_missing_is_filled_and_is_hearsay(tmp_path: Path) -> None:
    known = base("ab", "python:3.12")
    (tmp_path / "there").mkdir()
    bundle.export(writer(tmp_path / "there", known).catalog, tmp_path / "x")
    here = empty(tmp_path)
    here.add(replace(known, image=replace(known.image, layers=()), source="repo-info"), None)
    bundle.unpack(here, tmp_path / "x", now=LATER)
    (found,) = here.catalog.images()
    assert (found.image.layers, found.source, found.packages) == (known.image.layers, "bundle", 2)
    assert not here.catalog.has(known.key)


def test_packages_that_no_image_has_are_not_exported(tmp_path: Path) -> None:
    made = writer(tmp_path, base("a", "debian:12"))
    made.add(base("a", "debian:12"), inventory("only=1"))
    bundle.export(made.catalog, tmp_path / "x")
    assert bundle.unpack(empty(tmp_path), tmp_path / "x", now=LATER).packages == 1


def test_the_number_of_packages_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x"
    bundle.export(filled(tmp_path / "one").catalog, file)
    with monkeypatch.context() as less:
        less.setattr(bundle, "_MOST_OF_ONE", 1)
        with pytest.raises(CatalogError, match="more packages than the limit of 1"):
            bundle.unpack(empty(tmp_path), file, now=LATER)
    monkeypatch.setattr(bundle, "_MOST_PARTS", 1)
    with pytest.raises(CatalogError, match="more than 1 layers, names"):
        bundle.unpack(empty(tmp_path), file, now=LATER)
    monkeypatch.setattr(bundle, "_MOST_PACKAGES", 2)
    with pytest.raises(CatalogError, match="more distinct packages than the limit of 2"):
        bundle.unpack(empty(tmp_path), file, now=LATER)


def test_an_import_that_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, target = tmp_path / "x", empty(tmp_path)
    bundle.export(filled(tmp_path / "one").catalog, file)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(target, "build", fail)
    with pytest.raises(KeyboardInterrupt):
        bundle.unpack(target, file, now=LATER)
    assert target.catalog.images() == ()
    assert target.catalog.store.rows("SELECT count(*) FROM package") == [(0,)]


def test_the_same_content_is_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the order in which it was written."""
    one, two = filled(tmp_path / "one"), filled(tmp_path / "two", backwards=True)
    assert bundle.export(one.catalog, tmp_path / "1") == bundle.export(two.catalog, tmp_path / "2")


def test_a_name_that_was_seen_later_counts(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    later = base("b", name("python:3.12", seen="2026-09-01T00:00:00+00:00"))
    old, new = writer(tmp_path / "1", base("a", "python:3.12")), writer(tmp_path / "2", later)
    bundle.export(old.catalog, tmp_path / "old")
    bundle.export(new.catalog, tmp_path / "new")
    bundle.unpack(new, tmp_path / "old", now=LATER)
    bundle.unpack(old, tmp_path / "new", now=LATER)
    for one in (old, new):
        assert one.catalog.named("docker.io/library/python", "3.12", AMD64)[0].key == later.key


def test_nothing_was_seen_in_the_future(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    wrong = writer(tmp_path / "1", base("a", name("python:3.12", seen="2999-01-01T00:00:00+00:00")))
    bundle.export(wrong.catalog, tmp_path / "x")
    target = empty(tmp_path)
    bundle.unpack(target, tmp_path / "x", now=NOW)
    today = base("b", name("python:3.12", seen=rfc3339(LATER)))
    target.add(today, inventory())
    assert target.catalog.named("docker.io/library/python", "3.12", AMD64)[0].key == today.key


def test_another_digest_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x"
    bundle.export(filled(tmp_path / "one").catalog, file)
    with pytest.raises(CatalogError, match="has the digest"):
        bundle.unpack(empty(tmp_path), file, "sha256:" + "0" * 64, now=LATER)


def written(path: Path, text: bytes) -> Path:
    with zstd.ZstdFile(path, "w") as file:
        file.write(text)
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: lines[:-1], "cut short"),
        (lambda lines: [*lines[:-2], lines[-1]], "lines instead of"),
        (lambda lines: lines[1:], "no header"),
        (lambda lines: [b'{"type":"header","format":99}', *lines[1:]], "format 99"),
        (lambda lines: [*lines[:1], b'{"type":"package","package":{}}', *lines[1:]], "no catalog"),
        (lambda lines: [*lines[:1], b"\xff", *lines[1:]], "no catalog"),
        (lambda lines: [line.replace(b'"key":"sha256:', b'"key":"sha256:0') for line in lines], "none of its digests"),
        (lambda lines: [line.replace(b'"packages":[', b'"packages":[99,') for line in lines], "does not hold"),
        (lambda lines: [lines[0], lines[1], *lines[1:]], "a package twice"),
        (lambda lines: [line.replace(b'"packages":[', b'"packages":[0],"x":[') for line in lines], "no image of it has"),
        (lambda lines: [line.replace(b'"diff_id":"sha256:', b'"diff_id":"sha256:../') for line in lines], "no digest"),
    ],
)  # fmt: skip
def test_nothing_of_a_damaged_one_is_taken(tmp_path: Path, change, message: str) -> None:
    file = tmp_path / "x"
    bundle.export(filled(tmp_path / "one").catalog, file)
    lines = zstd.ZstdFile(file).read().splitlines()
    written(file, b"\n".join(change(lines)) + b"\n")
    target = empty(tmp_path)
    with pytest.raises(CatalogError, match=message):
        bundle.unpack(target, file, now=LATER)
    assert target.catalog.images() == ()


def test_what_is_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"plain")
    with pytest.raises(CatalogError, match="damaged"):
        bundle.unpack(empty(tmp_path), tmp_path / "x", now=LATER)
    with pytest.raises(CatalogError, match="cannot read"):
        bundle.unpack(empty(tmp_path), tmp_path / "absent", now=LATER)
    file = tmp_path / "y"
    bundle.export(writer(tmp_path, base("a", "debian:12"), packages=inventory("a=1")).catalog, file)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(CatalogError, match="damaged"):
        bundle.unpack(empty(tmp_path), file, now=LATER)
