"""Layers as stored: by content, whole, and bounded."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.image.layers.compression import inflate, is_compressed
from garboard.model.errors import ImageError
from garboard.model.limits import DEFAULT, MIB, Limits

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DATA = bytes(range(256)) * 5000


def read(data: bytes, limits: Limits = DEFAULT, chunk: int = 1000) -> bytes:
    return b"".join(inflate((data[at : at + chunk] for at in range(0, len(data), chunk)), limits))


COMPRESS = {"plain": bytes, "gzip": gzip.compress, "zstd": zstd.compress, "xz": lzma.compress, "bzip2": bz2.compress}


@pytest.mark.parametrize("chunk", [1, 3, 1000, 1 << 20])
@pytest.mark.parametrize("kind", COMPRESS)
def test_by_content(kind, chunk):
    data = DATA[: 20_000 if chunk < 10 else None]
    assert read(COMPRESS[kind](data), chunk=chunk) == data


@given(
    st.lists(st.binary(max_size=2000), min_size=1, max_size=5), st.sampled_from(["gzip", "zstd"]), st.integers(1, 500)
)
def test_several_members_and_frames_are_one(parts, kind, chunk):
    assert read(b"".join(map(COMPRESS[kind], parts)), chunk=chunk) == b"".join(parts)


def test_a_skippable_zstd_frame_is_skipped():
    skippable = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"note"
    assert read(skippable + zstd.compress(DATA)) == DATA
    assert is_compressed(skippable)


def test_zero_padding_after_gzip_is_no_member():
    assert read(gzip.compress(DATA) + bytes(600)) == DATA


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
def test_truncation_is_an_error(kind, keep):
    data = COMPRESS[kind](DATA)
    with pytest.raises(ImageError, match="truncated"):
        read(data[: int(len(data) * keep)])


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_corruption_is_an_error(kind):
    data = bytearray(COMPRESS[kind](DATA))
    data[-6] ^= 0x55
    with pytest.raises(ImageError, match=r"corrupt|truncated"):
        read(bytes(data))


def test_garbage_after_gzip_is_an_error():
    with pytest.raises(ImageError):
        read(gzip.compress(DATA) + b"garbage that is no member")


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_bomb_ends_at_the_ratio(kind):
    bomb = COMPRESS[kind](bytes(64 * MIB))
    limits = Limits(ratio_floor=4 * MIB, compression_ratio=250)
    with pytest.raises(ImageError, match="250 times"):
        read(bomb, limits)


def test_a_layer_beyond_the_limit_ends_there():
    sizes: list[int] = []
    chunks = inflate(iter([gzip.compress(bytes(64 * MIB))]), Limits(layer_bytes=2 * MIB))
    with pytest.raises(ImageError, match="2 MiB"):
        sizes.extend(map(len, chunks))
    assert sum(sizes) <= 3 * MIB


def test_output_comes_in_small_chunks_whatever_comes_in():
    whole = gzip.compress(bytes(64 * MIB))
    assert max(map(len, inflate(iter([whole]), DEFAULT))) <= MIB
    assert max(map(len, inflate(iter([zstd.compress(bytes(64 * MIB))]), DEFAULT))) <= MIB


def test_raw_deflate_is_not_taken_for_gzip():
    data = zlib.compress(DATA)
    assert read(data) == data
