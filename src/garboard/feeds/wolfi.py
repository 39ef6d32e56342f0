"""The secdbs of Wolfi and of Chainguard's images, two rolling distributions from one vendor.

Their license forbids redistributing the data: they are fetched on the user's machine only, and no published bundle may
contain these shards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import BinaryIO

from garboard.feeds.readers import secdb
from garboard.feeds.readers.single_shard import only
from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument, FeedHeader, Record

NAME = "wolfi"
CAVEAT = "the distribution lists only what it has fixed; vulnerabilities that it has not fixed yet are not known here"
RESTRICTION = "its license forbids handing the data on (CC BY-NC-ND 4.0, and one for commercial scanners)"

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
    """Return ``wolfi`` or ``chainguard``."""
    return next((shard for shard, name in _ECOSYSTEMS.items() if name == ecosystem), None)


def known() -> tuple[str, ...]:
    """Return both shards."""
    return tuple(_DOCUMENTS)


def documents(shard: str) -> tuple[FeedDocument, ...]:
    """Return the single document of each.

    Raises:
        FeedError: This is another shard.
    """
    if shard not in _DOCUMENTS:
        raise FeedError(f"there is no shard {shard}", "see: garboard db list")
    return (_DOCUMENTS[shard],)


def parse(shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
    """Parse a document; see `secdb.parse`. One issue can occur twice, under its CVE and under its GHSA id."""
    ecosystem = _ECOSYSTEMS[shard]
    yield FeedHeader(ecosystems=(ecosystem,))
    stream = only(shard, streams)
    yield from secdb.parse(stream, shard, ecosystem)
