"""The files of a tar archive that a feed is published as, one at a time."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import BinaryIO, Final

from garboard.compression import stream as opened
from garboard.feeds.readers import bounded
from garboard.model.errors import FeedError

_ENDS: Final = (tarfile.TarError, EOFError, OSError, ValueError, OverflowError)


def members(stream: BinaryIO, ending: str) -> Iterator[tuple[str, bytes]]:
    """Yield the names and bytes of the files whose name has an ending, in the archive's order, decompressed.

    Nothing is written to disk, so a member's name can be anything.

    Raises:
        FeedError: The archive is damaged, or a limit is exceeded.
    """
    count = 0
    try:
        with tarfile.open(fileobj=opened(bounded.chunks(stream)), mode="r|") as archive:
            for info in archive:
                archive.members.clear()  # type: ignore[attr-defined]  # it would keep all of them
                count += 1
                if count > bounded.MEMBERS:
                    raise FeedError(f"the feed's archive has more than {bounded.MEMBERS} members")
                if not info.isreg() or not info.name.endswith(ending):
                    continue
                if info.size > bounded.MEMBER_BYTES:
                    raise FeedError(f"{info.name} of the feed is larger than {bounded.MEMBER_BYTES // 2**20} MiB")
                file = archive.extractfile(info)
                yield info.name, file.read() if file is not None else b""
    except _ENDS as error:
        raise FeedError(f"the feed's archive is damaged: {error}") from error
