"""The secdbs of Wolfi and of Chainguard's images, two rolling distributions of one maker.

Their licence forbids handing the data on: they are fetched on the user's machine only, and no bundle that is published
may hold these shards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import BinaryIO

from garboard.feeds.readers import secdb
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record

NAME = "wolfi"
CAVEAT = "the distribution lists only what it has fixed; vulnerabilities that it has not fixed yet are not known here"

_DOCUMENTS = MappingProxyType(
    {
        "wolfi": FeedDocument(url="https://packages.wolfi.dev/os/security.json", path="wolfi/os/security.json"),
        "chainguard": FeedDocument(
            url="https://packages.cgr.dev/chainguard/security.json", path="chainguard/security.json"
        ),
    }
)
_ECOSYSTEMS = MappingProxyType({"wolfi": "Wolfi", "chainguard": "Chainguard"})


def shard_for(ecosystem: str) -> str | None:
    """``wolfi`` and ``chainguard``."""
    return next((shard for shard, name in _ECOSYSTEMS.items() if name == ecosystem), None)


def known() -> tuple[str, ...]:
    """Both."""
    return tuple(_DOCUMENTS)


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """The one document of each. Raises `FeedError` for another shard."""
    if shard not in _DOCUMENTS:
        raise FeedError(f"there is no shard {shard}", "see: garboard db list")
    return (_DOCUMENTS[shard],)


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """See `secdb.parse`. One issue may stand there twice, under its CVE and under its GHSA id."""
    ecosystem = _ECOSYSTEMS[shard]
    yield FeedHeader(ecosystems=(ecosystem,))
    (stream,) = streams
    if stream is None:
        raise FeedError(f"{shard} has no document")
    yield from secdb.parse(stream, shard, ecosystem)
