"""Archives that hold packages and that no cataloger reads are told, and none that holds none."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.packages import archives
from tests.unit.packages.test_unread import deb, kinds, layer

HOLDS: Final = "hold packages or lists of them, and were not looked into"
NAMES = st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=300), max_size=6)


def zipped(*members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in members:
            archive.writestr(zipfile.ZipInfo(name), b"{}", zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(*members: str, form: int = tarfile.GNU_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name in members:
            info = tarfile.TarInfo(name)
            info.size = 600
            archive.addfile(info, io.BytesIO(bytes(600)))
    return out.getvalue()


FORMS: Final[dict[str, Callable[..., bytes]]] = {
    "zip": zipped,
    "vsix": zipped,
    "tar": tarred,
    "tgz": lambda *members: gzip.compress(tarred(*members)),
    "tar.gz": lambda *members: gzip.compress(tarred(*members)),
    "tar.xz": lambda *members: lzma.compress(tarred(*members)),
    "tar.bz2": lambda *members: bz2.compress(tarred(*members)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("package/package.json", True),
        ("node_modules/a/package.json", True),
        ("package.json", True),
        ("lib/a.jar", True),
        ("a-1-py3-none-any.whl", True),
        ("a-1/PKG-INFO", True),
        ("site-packages/a-1.dist-info/METADATA", True),
        ("example.org/a@v1.0.0/go.mod", True),
        ("a/vendor/composer/installed.json", True),
        ("a/poetry.lock", True),
        ("data/package.jsonl", False),
        ("docs/METADATA", False),
        ("a.csv", False),
    ],
)
def test_what_holds_packages_is_told(form: str, member: str, told: bool) -> None:
    path = f"opt/a.{form}"
    found = kinds(layer({path: FORMS[form]("README", member)}))
    assert found == ({archives.KIND: f"{HOLDS}: {path}"} if told else {})


@pytest.mark.parametrize(
    ("path", "beside"),
    [
        ("usr/share/a/a.zip", deb("a", "usr/share/a/a.zip")),
        ("usr/lib/a/a.tar.gz", deb("a", "usr/lib/a/a.tar.gz")),
        ("app/node_modules/a/a.zip", {"app/node_modules/a/package.json": b'{"name": "a", "version": "1.0.0"}'}),
        ("go/pkg/mod/cache/download/a/@v/v1.zip", {}),
        ("root/.composer/cache/files/a/b/1.zip", {}),
        (
            "root/.gradle/a-1-bin.zip",
            {"root/.gradle/a-1/lib/site-packages/b-1.dist-info/METADATA": b"Name: b\nVersion: 1\n"},
        ),
        ("app/.yarn/cache/a-npm-1-0-1.zip", {}),
    ],
)
def test_what_else_answers_for_it(path: str, beside: dict[str, bytes]) -> None:
    data = FORMS["zip" if path.endswith("zip") else "tar.gz"]("a/package.json")
    assert archives.KIND not in kinds(layer({path: data, **beside}))


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        ("a.zip", zipped("a/package.json")[:-30], "cannot be read: what they hold is not known"),
        ("a.tar.bz2", b"BZh9" + b"x" * 99, "cannot be read: what they hold is not known"),
        ("a.7z", b"7z", "are of a form that is not read: what they hold is not known"),
    ],
)
def test_what_cannot_be_read(path: str, data: bytes, reason: str) -> None:
    assert kinds(layer({path: data})) == {archives.KIND: f"{reason}: {path}"}


@pytest.mark.parametrize(("path", "data"), [("a.zip", b""), ("a.zip", b"text"), ("a.tar.gz", b""), ("a.tar", b"text")])
def test_what_is_no_archive(path: str, data: bytes) -> None:
    assert kinds(layer({path: data})) == {}


@given(NAMES, st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]), st.integers(0))
def test_names_are_those_that_tar_reads(members: list[str], form: int, cut: int) -> None:
    written = tarred(*members, form=form)
    with tarfile.open(fileobj=io.BytesIO(written)) as archive:
        expected = [one.name for one in archive]
    found = [name.rstrip("/") for name in archives.names(written)]
    assert found == [name.rstrip("/") for name in expected]
    some = [name.rstrip("/") for name in archives.names(written[: cut % (len(written) + 1)])]
    assert len(some) <= len(found)
