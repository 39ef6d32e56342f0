"""Reading untrusted compressed bytes: what they unfold to is bounded, and every fault is a `FeedError`."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO

from garboard.model.errors import FeedError

MIB = 1024 * 1024
CHUNK = 256 * 1024
TOTAL_BYTES = 16 * 1024 * MIB
"""Of one document, unfolded."""
MEMBER_BYTES = 32 * MIB
"""Of one member of a zip file."""
MEMBERS = 5_000_000
RATIO = 200
"""Unfolded to stored; real feeds stay under 40."""
RATIO_FLOOR = 16 * MIB
"""Bytes unfolded before the ratio is judged."""

_GZIP = b"\x1f\x8b"
_XZ = b"\xfd7zXZ\x00"


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a seekable document from its start, unfolded if they are gzip or xz, in pieces of some 256 KiB.

    Raises `FeedError` for damaged compression and past the bounds.
    """
    stream.seek(0)
    magic = stream.read(6)
    stream.seek(0)
    if magic.startswith(_GZIP):
        from isal import igzip, igzip_lib

        unfolded: BinaryIO = igzip.IGzipFile(fileobj=stream, mode="rb")  # type: ignore[no-untyped-call,assignment]
        yield from _bounded(unfolded, stream, igzip_lib.IsalError)  # type: ignore[arg-type]  # a wrong stub
    elif magic == _XZ:
        import lzma

        with lzma.LZMAFile(stream, "rb") as file:
            yield from _bounded(file, stream, lzma.LZMAError)
    else:
        while piece := stream.read(CHUNK):
            yield piece


def _bounded(unfolded: IO[bytes], stored: BinaryIO, damage: type[Exception]) -> Iterator[bytes]:
    done = 0
    while True:
        try:
            piece = unfolded.read(CHUNK)
        except (OSError, EOFError, ValueError, zlib.error, damage) as error:
            raise FeedError(f"the feed's compression is damaged: {error}") from error
        if not piece:
            return
        done += len(piece)
        _judge(done, stored.tell())
        yield piece


def _judge(unfolded: int, stored: int) -> None:
    if unfolded > TOTAL_BYTES:
        raise FeedError(f"the feed unfolds to more than {TOTAL_BYTES // MIB} MiB")
    if unfolded > RATIO_FLOOR and unfolded > RATIO * max(stored, 1):
        raise FeedError(f"the feed unfolds to more than {RATIO} times its size")


def members(stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """The names and bytes of a zip file's ``.json`` members, one at a time, in the archive's order.

    Nothing is written to a disk, so a member's name may be anything. Raises `FeedError` for a damaged archive and
    past the bounds.
    """
    try:
        yield from _members(stream)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise FeedError(f"the feed's zip file is damaged: {error}") from error


def _members(stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    stream.seek(0)
    with zipfile.ZipFile(stream) as archive:
        infos = archive.infolist()
        if len(infos) > MEMBERS:
            raise FeedError(f"the feed's zip file has more than {MEMBERS} members")
        unfolded = stored = 0
        for info in infos:
            if not info.filename.endswith(".json"):
                continue
            with archive.open(info) as member:
                data = member.read(MEMBER_BYTES + 1)
            if len(data) > MEMBER_BYTES:
                raise FeedError(f"{info.filename} of the feed is larger than {MEMBER_BYTES // MIB} MiB")
            unfolded += len(data)
            stored += info.compress_size
            _judge(unfolded, stored)
            yield info.filename, data
