"""Documents into advisories: one module per feed. Pure; each module knows one publisher's format whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import BinaryIO, Final, Protocol

from garboard.model.errors import UsageError
from garboard.model.feed import FeedDocument, Record


class Feed(Protocol):
    """One publisher. Its data come in *shards*: ``debian``, ``osv:PyPI``; each is fetched and replaced as a whole."""

    @property
    def NAME(self) -> str: ...  # noqa: N802

    @property
    def CAVEAT(self) -> str:  # noqa: N802
        """What its data cannot tell, a sentence for every report that uses them; empty where there is nothing."""
        ...

    def shard_for(self, ecosystem: str, /) -> str | None:
        """The shard that covers an OSV ecosystem with its release (``Debian:12``); None where the feed has none."""
        ...

    def known(self) -> tuple[str, ...]:
        """Names of its shards for a person; ``<…>`` stands for what varies."""
        ...

    def documents(self, shard: str, /) -> tuple[FeedDocument, ...]:
        """The files that the shard is made of. Raises `FeedError` for a shard that the feed does not have."""
        ...

    def parse(self, shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
        """What the shard's documents say: one seekable stream for each of `documents`, None for an optional one that
        is absent. Streaming: memory does not grow with the feed. Raises only `FeedError`.
        """
        ...


_NAMES: Final = ("debian", "alpine", "wolfi", "osv", "nvd", "kev", "epss", "endoflife")
"""Modules of this folder. A feed of its own comes before the OSV export of the same data."""
FEEDS: Final[tuple[Feed, ...]] = tuple(import_module(f"garboard.feeds.{name}") for name in _NAMES)


def feed_of(shard: str) -> Feed:
    """The feed that a shard belongs to. Raises `UsageError` where none has it."""
    name = shard.partition(":")[0]
    for feed in FEEDS:
        if name in {each.partition(":")[0] for each in feed.known()}:
            return feed
    raise UsageError(f"there is no feed {name!r}", "see: garboard db list")


def shard_for(ecosystem: str) -> str | None:
    """The shard that covers an ecosystem; None where no feed does, which is "not covered", never "clean"."""
    found = (feed.shard_for(ecosystem) for feed in FEEDS)
    return next((shard for shard in found if shard is not None), None)


def needed_shards(ecosystems: Iterable[str]) -> tuple[str, ...]:
    """The shards that these ecosystems need, sorted; those that no feed covers are left out."""
    return tuple(sorted({shard for each in ecosystems if (shard := shard_for(each)) is not None}))


def known() -> tuple[str, ...]:
    """Every shard that can be named, in the feeds' order."""
    return tuple(name for feed in FEEDS for name in feed.known())
