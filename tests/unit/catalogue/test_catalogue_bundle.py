"""A catalogue in one file: the same bytes for the same content, whole or not at all, and nobody else's approvals."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from entries import AMD64, NOW, base, inventory, name, writer

from garboard.catalogue import bundle
from garboard.catalogue.reading import Listed
from garboard.catalogue.store import Store
from garboard.catalogue.writing import Writer
from garboard.model.baseimage import Approval
from garboard.model.errors import CatalogueError

if sys.version_info < (3, 14):
    from backports import zstd
else:
    from compression import zstd


LATER = "2026-10-01T00:00:00+00:00"


def filled(folder: Path, *, backwards: bool = False) -> Writer:
    folder.mkdir()
    bases = [base("a", "debian:12"), base("ab", "python:3.12", "python:3"), base("c", "node:22")]
    made = writer(folder, *(reversed(bases) if backwards else bases))
    made.add(base("d", "bare:1"), None)
    made.list("sha256:9", [Listed("sha256:8", "linux/amd64", "2026-01-01")])
    made.build("docker.io/library/python", [("3.12", "3")])
    made.approve(Approval(pattern="python:*", reason="ours"))
    return made


def empty(folder: Path) -> Writer:
    return Writer(Store(folder / "new.sqlite", write=True))


def test_there_and_back(tmp_path: Path) -> None:
    source, file = filled(tmp_path / "one"), tmp_path / "x.catalogue"
    digest = bundle.export(source.catalogue, file)
    target = empty(tmp_path)
    done = bundle.unpack(target, file, digest, now=LATER)
    assert (done.images, done.packages, done.approvals) == (4, 4, 1)
    ours, theirs = source.catalogue, target.catalogue
    assert theirs.images() == ours.images()
    keys = [one.key for one in ours.images()]
    assert theirs.inventories(keys) == ours.inventories(keys)
    assert theirs.listing("sha256:9") == ours.listing("sha256:9")
    assert theirs.tags_built("docker.io/library/python") == (("3", "3.12"),)
    assert theirs.approvals() == ()
    assert bundle.unpack(target, file, approvals=True, now=LATER) == done
    assert theirs.approvals() == ours.approvals()
    assert bundle.export(theirs, tmp_path / "y.catalogue") == digest


def test_the_same_content_is_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the order in which it was written."""
    one, two = filled(tmp_path / "one"), filled(tmp_path / "two", backwards=True)
    assert bundle.export(one.catalogue, tmp_path / "1") == bundle.export(two.catalogue, tmp_path / "2")


def test_a_name_that_was_seen_later_counts(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    later = base("b", name("python:3.12", seen="2026-09-01T00:00:00+00:00"))
    old, new = writer(tmp_path / "1", base("a", "python:3.12")), writer(tmp_path / "2", later)
    bundle.export(old.catalogue, tmp_path / "old")
    bundle.export(new.catalogue, tmp_path / "new")
    bundle.unpack(new, tmp_path / "old", now=LATER)
    bundle.unpack(old, tmp_path / "new", now=LATER)
    for one in (old, new):
        assert one.catalogue.named("docker.io/library/python", "3.12", AMD64)[0].key == later.key


def test_nothing_was_seen_in_the_future(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    wrong = writer(tmp_path / "1", base("a", name("python:3.12", seen="2999-01-01T00:00:00+00:00")))
    bundle.export(wrong.catalogue, tmp_path / "x")
    target = empty(tmp_path)
    bundle.unpack(target, tmp_path / "x", now=NOW)
    today = base("b", name("python:3.12", seen=LATER))
    target.add(today, inventory())
    assert target.catalogue.named("docker.io/library/python", "3.12", AMD64)[0].key == today.key


def test_another_digest_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x"
    bundle.export(filled(tmp_path / "one").catalogue, file)
    with pytest.raises(CatalogueError, match="has the digest"):
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
        (lambda lines: [*lines[:1], b'{"type":"package","package":{}}', *lines[1:]], "no catalogue"),
        (lambda lines: [*lines[:1], b"\xff", *lines[1:]], "no catalogue"),
        (lambda lines: [line.replace(b'"key":"sha256:', b'"key":"sha256:0') for line in lines], "none of its digests"),
        (lambda lines: [line.replace(b'"packages":[', b'"packages":[99,') for line in lines], "does not hold"),
        (lambda lines: [line.replace(b'"diff_id":"sha256:', b'"diff_id":"sha256:../') for line in lines], "no digest"),
    ],
)  # fmt: skip
def test_nothing_of_a_damaged_one_is_taken(tmp_path: Path, change, message: str) -> None:
    file = tmp_path / "x"
    bundle.export(filled(tmp_path / "one").catalogue, file)
    lines = zstd.ZstdFile(file).read().splitlines()
    written(file, b"\n".join(change(lines)) + b"\n")
    target = empty(tmp_path)
    with pytest.raises(CatalogueError, match=message):
        bundle.unpack(target, file, now=LATER)
    assert target.catalogue.images() == ()


def test_what_is_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"plain")
    with pytest.raises(CatalogueError, match="damaged"):
        bundle.unpack(empty(tmp_path), tmp_path / "x", now=LATER)
    with pytest.raises(CatalogueError, match="cannot read"):
        bundle.unpack(empty(tmp_path), tmp_path / "absent", now=LATER)
    file = tmp_path / "y"
    bundle.export(writer(tmp_path, base("a", "debian:12"), packages=inventory("a=1")).catalogue, file)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(CatalogueError, match="damaged"):
        bundle.unpack(empty(tmp_path), file, now=LATER)
