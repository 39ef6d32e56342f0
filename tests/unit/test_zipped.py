"""Zip archives are read in place as Python's own module reads them."""

from __future__ import annotations

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.zipped import Malformed, entries, read

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0\\"), min_size=1, max_size=20).filter(
    lambda name: not name.startswith("/")
)
METHODS = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])


def made(files: list[tuple[str, bytes, int]], *, comment: bytes = b"", zip64: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = comment
        for name, data, method in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with archive.open(info, "w", force_zip64=zip64) as member:
                member.write(data)
    return out.getvalue()


@given(
    st.lists(st.tuples(NAMES, st.binary(max_size=500), METHODS), max_size=8, unique_by=lambda one: one[0]),
    st.binary(max_size=50).filter(lambda text: b"PK" not in text),
    st.binary(max_size=50).filter(lambda text: b"PK" not in text),
    st.booleans(),
)
def test_it_reads_what_python_reads(
    files: list[tuple[str, bytes, int]], before: bytes, comment: bytes, zip64: bool
) -> None:
    data = memoryview(before + made(files, comment=comment, zip64=zip64))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        expected = [(info.filename, archive.read(info)) for info in archive.infolist()]
    assert [(entry.name, bytes(read(data, entry, 1000))) for entry in entries(data)] == expected


@given(st.data())
def test_damage_is_told(data: st.DataObject) -> None:
    whole = bytearray(made([("a/b", b"x" * 300, zipfile.ZIP_DEFLATED), ("c", b"y" * 40, zipfile.ZIP_STORED)]))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    view = memoryview(bytes(whole))[: data.draw(st.integers(0, len(whole)))]
    with contextlib.suppress(Malformed):
        for entry in entries(view):
            assert len(read(view, entry, 1000)) <= 1000


def patched(data: bytes, at: int, value: int, width: int = 4) -> memoryview:
    """With another number in the last entry of the directory."""
    start = data.rindex(b"PK\1\2") + at
    return memoryview(data[:start] + value.to_bytes(width, "little") + data[start + width :])


STORED = made([("a", b"hello", zipfile.ZIP_STORED)])
DEFLATED = made([("a", b"hello" * 9, zipfile.ZIP_DEFLATED)])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (patched(STORED, 8, 1, 2), "encrypted"),
        (patched(STORED, 10, 12, 2), "method 12"),
        (patched(STORED, 24, 6), "two sizes"),
        (patched(STORED, 24, 5000), "the limit is 1000"),
        (patched(STORED, 42, 999_999), "outside"),
        (patched(STORED, 42, 1), "not where"),
        (patched(STORED, 20, 999_999), "not where"),
        (patched(DEFLATED, 24, 44), "according to the directory"),
        (patched(DEFLATED, 24, 46), "according to the directory"),
        (patched(STORED, 28, 60_000, 2), "ends within an entry"),
    ],
)
def test_what_is_refused(data: memoryview, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        [read(data, entry, 1000) for entry in entries(data)]


def test_the_directory_bounds_the_entries_and_not_their_stated_number() -> None:
    data = bytearray(STORED)
    end = data.rindex(b"PK\5\6")
    data[end + 8 : end + 12] = b"\xff\xff\xff\xff"
    assert len(list(entries(memoryview(bytes(data))))) == 1


@pytest.mark.parametrize("size", range(22))
def test_an_end_that_is_cut_off(size: int) -> None:
    with pytest.raises(Malformed):
        list(entries(memoryview((b"PK\5\6" + bytes(18))[:size])))
