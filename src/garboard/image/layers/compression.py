"""Layers as stored into tar bytes: gzip, zstd or plain, told apart by their first bytes and never by a media type.

Limits on size and ratio are judged while inflating, so that a bomb costs no more than the limit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Final, cast

from isal import igzip_lib, isal_zlib

from garboard.model.errors import ImageError
from garboard.model.limits import MIB, Limits

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
_SKIPPABLE: Final = frozenset(bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16))
_GZIP_WINDOW: Final = 31
_ISAL_ERROR: Final = cast("type[Exception]", igzip_lib.IsalError)  # its stubs call it an instance
_OUTPUT: Final = 512 * 1024


def is_compressed(head: bytes) -> bool:
    """Whether data that begin so are gzip or zstd."""
    return head[:2] == GZIP or head[:4] == ZSTD or head[:4] in _SKIPPABLE


Decoder = Callable[[Iterator[bytes]], Iterator[bytes]]


def inflate(chunks: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    """The uncompressed bytes of a layer, in chunks of at most about 512 KiB unless it was plain.

    Raises `ImageError` for corrupt or truncated data, and where a limit is passed.
    """
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= 4:
            break
    rest = _chain(head, chunks)
    if head.startswith(GZIP):
        return _guard(rest, limits, _gzip)
    if head[:4] == ZSTD or head[:4] in _SKIPPABLE:
        return _guard(rest, limits, _zstd)
    return _guard(rest, limits, _plain)


def _chain(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from chunks


class _Counter:
    """Counts the compressed bytes that were taken."""

    __slots__ = ("chunks", "taken")

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            self.taken += len(chunk)
            yield chunk


def _guard(chunks: Iterator[bytes], limits: Limits, decoder: Decoder) -> Iterator[bytes]:
    counter = _Counter(chunks)
    done = 0
    for chunk in decoder(iter(counter)):
        done += len(chunk)
        if done > limits.layer_bytes:
            raise ImageError(
                f"a layer inflates to more than {limits.layer_bytes // MIB} MiB, the limit",
                "if the image is to be trusted, raise the limit: GARBOARD_LIMIT_LAYER_BYTES",
            )
        if done > limits.ratio_floor and done > counter.taken * limits.compression_ratio:
            raise ImageError(
                f"a layer inflates to more than {limits.compression_ratio} times its size, the limit "
                f"({counter.taken} bytes gave {done})",
                "this looks like a decompression bomb; if it is none, raise GARBOARD_LIMIT_COMPRESSION_RATIO",
            )
        yield chunk


def _plain(chunks: Iterator[bytes]) -> Iterator[bytes]:
    return chunks


def _gzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """All members of a gzip stream; zero padding after the last one is allowed (RFC 1952 leaves it open)."""
    decoder = isal_zlib.decompressobj(_GZIP_WINDOW)
    fresh = True
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if fresh:
                    data = data.lstrip(b"\0")
                    if not data:
                        break
                fresh = False
                out = decoder.decompress(data, _OUTPUT)
                if out:
                    yield out
                if decoder.eof:
                    data = decoder.unused_data
                    decoder = isal_zlib.decompressobj(_GZIP_WINDOW)
                    fresh = True
                else:
                    data = decoder.unconsumed_tail
                    if not out and not data:
                        break
    except _ISAL_ERROR as error:
        raise ImageError(f"the gzip stream is corrupt: {error}", "fetch or export the image again") from error
    if not fresh:
        raise ImageError("the gzip stream is truncated", "fetch or export the image again")


def _zstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """All frames of a zstd stream, skippable ones included."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    decoder = zstd.ZstdDecompressor()
    fresh = True
    try:
        for chunk in chunks:
            data = chunk
            while data or not (fresh or decoder.needs_input):
                fresh = False
                out = decoder.decompress(data, _OUTPUT)
                if out:
                    yield out
                data = b""
                if decoder.eof:
                    data = decoder.unused_data
                    decoder = zstd.ZstdDecompressor()
                    fresh = True
    except zstd.ZstdError as error:
        raise ImageError(f"the zstd stream is corrupt: {error}", "fetch or export the image again") from error
    if not fresh:
        raise ImageError("the zstd stream is truncated", "fetch or export the image again")
