"""Alpine's secdb, one shard per branch: https://secdb.alpinelinux.org."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from garboard.feeds.readers import secdb
from garboard.feeds.readers.osv_ecosystems import base
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record

NAME = "alpine"
CAVEAT = "Alpine lists only what it has fixed; vulnerabilities that it has not fixed yet are not known here"
URL = "https://secdb.alpinelinux.org"

_BRANCH = re.compile(r"^(?:edge|v\d+\.\d+)$")


def shard_for(ecosystem: str) -> str | None:
    """Return ``alpine:v3.20`` for ``Alpine:v3.20``."""
    branch = ecosystem.partition(":")[2]
    return f"alpine:{branch}" if base(ecosystem) == "Alpine" and _BRANCH.match(branch) else None


def known() -> tuple[str, ...]:
    """Return the form of the shard names."""
    return ("alpine:edge", "alpine:v3.<n>")


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """Return ``main`` and, from v3.3 on, ``community``.

    Raises:
        FeedError: The shard is not a branch.
    """
    branch = _branch(shard)
    return tuple(
        FeedDocument(
            url=f"{URL}/{branch}/{repository}.json",
            path=f"alpine-secdb/{branch}/{repository}.json",
            optional=repository == "community",
        )
        for repository in ("main", "community")
    )


def _branch(shard: str) -> str:
    branch = shard.partition(":")[2]
    if shard != f"alpine:{branch}" or not _BRANCH.match(branch):
        raise FeedError(f"there is no shard {shard}", "name the branch, as alpine:v3.20 or alpine:edge")
    return branch


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Parse both repositories, one after the other; see `secdb.parse`."""
    ecosystem = f"Alpine:{_branch(shard)}"
    yield FeedHeader(ecosystems=(ecosystem,))
    for stream in streams:
        if stream is not None:
            yield from secdb.parse(stream, NAME, ecosystem)
