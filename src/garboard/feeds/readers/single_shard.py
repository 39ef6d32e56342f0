"""Feeds whose data come as one shard, whatever the release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from garboard.model.errors import FeedError
from garboard.model.feed import FeedDocument


@dataclass(frozen=True, slots=True)
class SingleShard:
    """What such a feed's module has of the protocol `Feed`, apart from parsing.

    ``ecosystem`` is the one that it covers, or how the names of its releases begin (``Oracle Linux:``); it is empty if
    the feed is not about packages. ``holds`` is what a person calls its contents.
    """

    name: str
    ecosystem: str
    holds: str
    files: tuple[FeedDocument, ...]

    def shard_for(self, ecosystem: str) -> str | None:
        """Return the single shard; None for what it does not cover."""
        if self.ecosystem.endswith(":"):
            return self.name if ecosystem.removeprefix(self.ecosystem) not in {ecosystem, ""} else None
        return self.name if ecosystem and ecosystem == self.ecosystem else None

    def known(self) -> tuple[str, ...]:
        """Return the single shard."""
        return (self.name,)

    def documents(self, shard: str) -> tuple[FeedDocument, ...]:
        """Return the shard's files.

        Raises:
            FeedError: This is another shard.
        """
        if shard != self.name:
            raise FeedError(f"there is no shard {shard}", f"{self.holds}: {self.name}")
        return self.files


def needed(shard: str, stream: BinaryIO | None) -> BinaryIO:
    """Return a document that a shard cannot be without.

    Raises:
        FeedError: It is absent.
    """
    if stream is None:
        raise FeedError(f"{shard} has no document")
    return stream


def only(shard: str, streams: Sequence[BinaryIO | None]) -> BinaryIO:
    """Return the document of a shard that has one.

    Raises:
        FeedError: It is absent.
    """
    (stream,) = streams
    return needed(shard, stream)
