"""Compressed indexes and packages into bytes, bounded: what cannot be decompressed is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from garboard.compression import Bounds, Damaged, TooLarge, decompressed, sliced, stream
from garboard.model.limits import MIB
from garboard.repositories.errors import Refused

INDEX_BYTES: Final = 768 * MIB
"""Of one index, unfolded; the largest of Debian and Fedora are some 60 and 300 MB."""


def pieces(data: bytes, limit: int = INDEX_BYTES) -> Iterator[bytes]:
    """The unfolded bytes, some at a time: of xz, gzip, zstd, bzip2 or plain data, told apart by content.

    Raises `Refused` for damage and past ``limit``.
    """
    try:
        yield from decompressed(sliced(data), Bounds(limit))
    except Damaged as error:
        raise Refused(f"its compression is damaged: {error}") from error
    except TooLarge as error:
        raise Refused(f"unfolds to more than {limit // MIB} MiB, the limit") from error


def unfold(data: bytes, limit: int = INDEX_BYTES) -> bytes:
    """All of it. Raises as `pieces`."""
    return b"".join(pieces(data, limit))


def opened(data: bytes, limit: int = INDEX_BYTES) -> BinaryIO:
    """The same as a file to be read once. Reading raises as `pieces`."""
    return stream(pieces(data, limit))
