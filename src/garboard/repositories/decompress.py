"""Bounded decompression of indexes and packages: data that cannot be decompressed are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from garboard.compression import Bounds, Damaged, TooLarge, decompressed, sliced, stream
from garboard.model.limits import MIB
from garboard.repositories.errors import Refused

INDEX_BYTES: Final = 768 * MIB
"""The size limit of one decompressed index; the largest of Debian and Fedora have about 60 and 300 MB."""


def pieces(data: bytes, limit: int = INDEX_BYTES) -> Iterator[bytes]:
    """Yield the decompressed bytes in pieces: of xz, gzip, zstd, bzip2 or plain data, recognized by content.

    Raises:
        Refused: The data are damaged or exceed ``limit``.
    """
    try:
        yield from decompressed(sliced(data), Bounds(limit))
    except Damaged as error:
        raise Refused(f"its compression is damaged: {error}") from error
    except TooLarge as error:
        raise Refused(f"unfolds to more than {limit // MIB} MiB, the limit") from error


def unfold(data: bytes, limit: int = INDEX_BYTES) -> bytes:
    """Return all the decompressed bytes. Raises the same errors as `pieces`."""
    return b"".join(pieces(data, limit))


def opened(data: bytes, limit: int = INDEX_BYTES) -> BinaryIO:
    """Return the decompressed data as a file that can be read once. Reading raises the same errors as `pieces`."""
    return stream(pieces(data, limit))
