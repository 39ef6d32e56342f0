"""Streams of every form: whole, bounded, and told apart by their first bytes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard import compression
from garboard.compression import ALL, GZIP, ZSTD, Bounds, Damaged, TooLarge, decompress, decompressed, form_of, stream

MIB = 1 << 20
ROOM = Bounds(256 * MIB)
DATA = bytes(range(256)) * 5000


def _zstd(data: bytes) -> bytes:
    return compression._zstd_module().compress(data)


PACK = {"plain": bytes, "gzip": gzip.compress, "zstd": _zstd, "xz": lzma.compress, "bzip2": bz2.compress}
PACKED = [name for name in PACK if name != "plain"]


@given(
    st.lists(st.binary(max_size=3000), min_size=1, max_size=4), st.sampled_from(sorted(PACKED)), st.integers(1, 5000)
)
def test_streams_one_after_the_other_are_one(parts, form, size):
    packed = b"".join(map(PACK[form], parts))
    chunks = (packed[at : at + size] for at in range(0, len(packed), size))
    assert b"".join(decompressed(chunks, ROOM)) == b"".join(parts)


@pytest.mark.parametrize("form", PACK)
def test_it_is_a_file_too(form):
    file = stream(decompressed(compression.sliced(PACK[form](DATA)), ROOM))
    assert (file.read(3), file.read(1000)) == (DATA[:3], DATA[3:1003])
    assert file.read() == DATA[1003:]
    assert file.read(1) == b""


@pytest.mark.parametrize("form", PACKED)
@pytest.mark.parametrize("keep", [0.4, 0.999])
def test_what_is_cut_short_is_damaged(form, keep):
    packed = PACK[form](DATA)
    with pytest.raises(Damaged, match=f"{form} stream is truncated"):
        decompress(packed[: int(len(packed) * keep)], ROOM)


@pytest.mark.parametrize("form", PACKED)
def test_what_was_changed_is_damaged(form):
    packed = bytearray(PACK[form](DATA))
    packed[-6] ^= 0x55
    with pytest.raises(Damaged):
        decompress(bytes(packed), ROOM)


@pytest.mark.parametrize(("form", "allowed"), [("gzip", False), ("zstd", False), ("xz", True), ("bzip2", True)])
def test_what_follows_and_is_no_stream(form, allowed):
    packed = PACK[form](DATA) + b"something else altogether"
    if allowed:
        assert decompress(packed, ROOM) == DATA
    else:
        with pytest.raises(Damaged):
            decompress(packed, ROOM)


@pytest.mark.parametrize("form", PACK)
def test_no_more_is_given_than_the_bound(form):
    given: list[int] = []
    pieces = decompressed(compression.sliced(PACK[form](bytes(8 * MIB))), Bounds(2 * MIB))
    with pytest.raises(TooLarge) as caught:
        given.extend(map(len, pieces))
    assert sum(given) <= 2 * MIB < caught.value.given
    assert not caught.value.by_ratio


@pytest.mark.parametrize("form", PACKED)
def test_no_more_is_given_than_the_ratio_allows(form):
    bomb = PACK[form](bytes(16 * MIB))
    with pytest.raises(TooLarge) as caught:
        decompress(bomb, Bounds(256 * MIB, ratio=50, floor=MIB))
    assert caught.value.by_ratio
    assert caught.value.given > 50 * caught.value.taken
    assert decompress(bomb, Bounds(256 * MIB, ratio=50, floor=16 * MIB)) == bytes(16 * MIB)


def test_only_the_forms_that_are_asked_for():
    packed = lzma.compress(DATA)
    assert decompress(packed, ROOM, (GZIP, ZSTD)) == packed
    assert form_of(packed, (GZIP, ZSTD)) is None
    with pytest.raises(Damaged, match="no zstd stream"):
        list(decompressed([packed], ROOM, (ZSTD,), plain=False))


def test_an_xz_stream_that_asks_for_much_memory_is_damaged():
    packed = bytearray(lzma.compress(DATA))
    end = 12 + (packed[12] + 1) * 4  # of the block's header: its size, flags, filter, properties, CRC
    assert packed[14:16] == b"\x21\x01"
    packed[16] = 38  # 2 GiB
    packed[end - 4 : end] = zlib.crc32(packed[12 : end - 4]).to_bytes(4, "little")
    with pytest.raises(Damaged, match="[Mm]emory"):
        decompress(bytes(packed), ROOM)


def test_the_first_of_several():
    two = gzip.compress(b"one") + gzip.compress(b"two")
    plain, rest = compression.first_stream(two, GZIP, 100)
    assert (plain, gzip.decompress(rest)) == (b"one", b"two")
    assert compression.first_stream(two, GZIP, 2) == (b"on", None)
    assert compression.first_stream(two[:10], GZIP, 100)[1] is None
    with pytest.raises(Damaged):
        compression.first_stream(b"plain text, and no header of gzip", GZIP, 100)


def test_what_is_written_is_read(tmp_path):
    with compression.zstd_writer(tmp_path / "a", 3) as file:
        file.write(DATA)
    with (tmp_path / "a").open("rb") as file:
        assert form_of(file.read(4)) is ZSTD
        file.seek(0)
        assert b"".join(decompressed(compression.chunks_of(file), ROOM)) == DATA


def test_nothing_is_nothing():
    assert [decompress(b"", ROOM, (form,)) for form in ALL] == [b""] * 4
    assert stream(iter(())).read() == b""
    assert list(compression.chunks_of(io.BytesIO())) == []
