"""Compressed indexes into bytes, bounded."""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Final, cast

from garboard.repositories.errors import Refused

MIB = 1024 * 1024
INDEX_BYTES: Final = 768 * MIB
"""Of one index, unfolded; the largest of Debian and Fedora are some 60 and 300 MB."""
_CHUNK: Final = 1024 * 1024


def opened(data: bytes) -> BinaryIO:
    """The unfolded bytes as a stream: xz, gzip, zstd, bzip2 or plain, told apart by content."""
    stream = io.BytesIO(data)
    for magic, open_one in _FORMS:
        if data.startswith(magic):
            unfolded: BinaryIO = open_one(stream)
            return unfolded
    return stream


def unfold(data: bytes, limit: int = INDEX_BYTES) -> bytes:
    """All of it. Raises `Refused` for damage and past ``limit``."""
    parts: list[bytes] = []
    total = 0
    stream = opened(data)
    while piece := read(stream, _CHUNK):
        total += len(piece)
        if total > limit:
            raise Refused(f"unfolds to more than {limit // MIB} MiB, the limit")
        parts.append(piece)
    return b"".join(parts)


def read(stream: BinaryIO, size: int) -> bytes:
    """At most ``size`` bytes. Raises `Refused` for damage."""
    damage: tuple[type[Exception], ...] = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, *_damage())
    try:
        return stream.read(size)
    except damage as error:
        raise Refused(f"its compression is damaged: {error}") from error


def _damage() -> tuple[type[Exception], ...]:
    from isal import igzip_lib

    return cast("type[Exception]", igzip_lib.IsalError), cast("type[Exception]", _zstd().ZstdError)


def _zstd() -> Any:
    """The module of many homes."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _gzip(stream: BinaryIO) -> Any:
    from isal import igzip

    return igzip.IGzipFile(fileobj=stream, mode="rb")  # type: ignore[no-untyped-call]


_FORMS: Final[tuple[tuple[bytes, Callable[[BinaryIO], Any]], ...]] = (
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
    (b"\x1f\x8b", _gzip),
    (b"\x28\xb5\x2f\xfd", lambda stream: _zstd().ZstdFile(stream)),
    (b"BZh", bz2.BZ2File),
)
