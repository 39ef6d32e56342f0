"""Reading untrusted compressed bytes: the decompressed size is bounded, and every fault is a `FeedError`."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from garboard.compression import Bounds, Damaged, TooLarge, chunks_of, decompressed
from garboard.model.errors import FeedError
from garboard.model.limits import MIB

TOTAL_BYTES = 16 * 1024 * MIB
"""The size limit of one decompressed document."""
MEMBER_BYTES = 32 * MIB
"""The size limit of one member of a zip file."""
MEMBERS = 5_000_000
RATIO = 200
"""The highest ratio of decompressed to stored size; real feeds stay under 40."""
RATIO_FLOOR = 16 * MIB
"""Decompressed bytes before the ratio is checked."""
_BOUNDS = Bounds(TOTAL_BYTES, RATIO, RATIO_FLOOR)


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield a seekable document's bytes from its start, in pieces of at most 512 KiB, decompressed.

    Raises:
        FeedError: The compression is damaged, or a limit is exceeded.
    """
    stream.seek(0)
    try:
        yield from decompressed(chunks_of(stream), _BOUNDS)
    except Damaged as error:
        raise FeedError(f"the feed's compression is damaged: {error}") from error
    except TooLarge as error:
        raise _too_large(by_ratio=error.by_ratio) from error


def _too_large(*, by_ratio: bool) -> FeedError:
    bound = f"{RATIO} times its size" if by_ratio else f"{TOTAL_BYTES // MIB} MiB"
    return FeedError(f"the feed unfolds to more than {bound}")


def _judge(unfolded: int, stored: int) -> None:
    if unfolded > TOTAL_BYTES:
        raise _too_large(by_ratio=False)
    if unfolded > RATIO_FLOOR and unfolded > RATIO * max(stored, 1):
        raise _too_large(by_ratio=True)


def members(stream: BinaryIO, suffix: str = ".json") -> Iterator[tuple[str, bytes]]:
    """Yield the names and bytes of a zip file's members with this suffix, one at a time, in the archive's order.

    Nothing is written to disk, so a member's name can be anything.

    Raises:
        FeedError: The archive is damaged, or a limit is exceeded.
    """
    try:
        yield from _members(stream, suffix)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise FeedError(f"the feed's zip file is damaged: {error}") from error


def _members(stream: BinaryIO, suffix: str) -> Iterator[tuple[str, bytes]]:
    stream.seek(0)
    with zipfile.ZipFile(stream) as archive:
        infos = archive.infolist()
        if len(infos) > MEMBERS:
            raise FeedError(f"the feed's zip file has more than {MEMBERS} members")
        unfolded = stored = 0
        for info in infos:
            if not info.filename.endswith(suffix):
                continue
            with archive.open(info) as member:
                data = member.read(MEMBER_BYTES + 1)
            if len(data) > MEMBER_BYTES:
                raise FeedError(f"{info.filename} of the feed is larger than {MEMBER_BYTES // MIB} MiB")
            unfolded += len(data)
            stored += info.compress_size
            _judge(unfolded, stored)
            yield info.filename, data
