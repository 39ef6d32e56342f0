"""Parsing documents into advisories: one module per feed. Pure code; each module knows one publisher's complete format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import BinaryIO, Final, Protocol

from garboard.model.errors import UsageError
from garboard.model.feed import ADDING, FeedChanges, FeedDocument, Record


class Feed(Protocol):
    """One publisher.

    Its data come in *shards*, such as ``debian`` or ``osv:PyPI``; each is fetched and replaced as a whole.
    """

    @property
    def NAME(self) -> str: ...  # noqa: N802

    @property
    def CAVEAT(self) -> str:  # noqa: N802
        """A limitation of the feed's data: a sentence for every report that uses them, or empty."""
        ...

    def shard_for(self, ecosystem: str, /) -> str | None:
        """Return the shard that covers an OSV ecosystem with its release (``Debian:12``); None if the feed has none."""
        ...

    def known(self) -> tuple[str, ...]:
        """Return the names of its shards for people; ``<…>`` marks the variable part."""
        ...

    def documents(self, shard: str, /) -> tuple[FeedDocument, ...]:
        """Return the files that make up the shard.

        Raises:
            FeedError: The feed does not have this shard.
        """
        ...

    def parse(self, shard: str, streams: Sequence[BinaryIO | None], /) -> Iterator[Record]:
        """Parse the shard's documents into records. Streaming: memory does not grow with the feed.

        Args:
            shard: The shard's name.
            streams: One seekable stream for each of `documents`, None for an optional one that is absent.

        Raises:
            FeedError: The documents cannot be parsed; no other error is raised.
        """
        ...


_NAMES: Final = (
    "debian", "alpine", "wolfi", "amazon", "arch", "azurelinux", "bottlerocket", "fedora", "friendsofphp", "gentoo", "nodejs", "oracle", "photon", "redhat", "rocky", "rubysec", "suse", "osv", "nvd", "cvelist", "kev", "epss",
    "endoflife", "debian_support", "redhat_repositories",
)  # fmt: skip
"""Modules of this folder. A feed of its own comes before the OSV export of the same data."""
FEEDS: Final[tuple[Feed, ...]] = tuple(import_module(f"garboard.feeds.{name}") for name in _NAMES)


def has_parts(name: str) -> bool:
    """Report whether a name stands for several shards."""
    from garboard.feeds import nvd

    return name == nvd.NAME


def parts(name: str, year: int) -> tuple[str, ...]:
    """Return the shards that a name stands for: ``nvd`` for those of all years up to ``year``, and any other for itself."""
    from garboard.feeds import nvd

    return nvd.years(year) if name == nvd.NAME else (name,)


def changes(shard: str) -> FeedChanges | None:
    """Return where a shard's publisher tells which records changed; None if it does not."""
    from garboard.feeds import osv

    return osv.changes(shard) if shard.startswith(f"{osv.NAME}:") else None


def restriction(shard: str) -> str:
    """Return why the data of a shard must not be handed on; empty if they may be."""
    from garboard.feeds import wolfi

    return wolfi.RESTRICTION if shard in wolfi.known() else ""


_MADE = "ratings"
"""The shard that is made of others."""


def feed_of(shard: str) -> Feed:
    """Return the feed that a shard belongs to.

    Raises:
        UsageError: No feed has this shard.
    """
    name = shard.partition(":")[0]
    for feed in FEEDS:
        if name in {each.partition(":")[0] for each in feed.known()}:
            return feed
    if shard == _MADE:
        raise UsageError(f"{_MADE} has no feed: it is made of NVD's years", f"garboard db build {_MADE}")
    raise UsageError(f"there is no feed {name!r}", "see: garboard db list")


def shard_for(ecosystem: str) -> str | None:
    """Return the shard that covers an ecosystem. None if no feed does: that means "not covered", never "clean"."""
    found = (feed.shard_for(ecosystem) for feed in FEEDS)
    return next((shard for shard in found if shard is not None), None)


def needed_shards(ecosystems: Iterable[str]) -> tuple[str, ...]:
    """Return the shards that these ecosystems need, sorted, without ecosystems that no feed covers."""
    return tuple(sorted({shard for each in ecosystems if (shard := shard_for(each)) is not None}))


def adding_shards(ecosystems: Iterable[str]) -> tuple[str, ...]:
    """Return the shards that know more of these ecosystems than those that cover them, sorted."""
    return tuple(sorted({shard for each in ecosystems for shard in ADDING.get(each, ())}))


def beside(shard: str) -> tuple[str, ...]:
    """Return the shards that know more of what a shard covers."""
    return adding_shards(each for each in ADDING if shard_for(each) == shard)


def known() -> tuple[str, ...]:
    """Return every shard name that can be given, in the order of the feeds."""
    return tuple(name for feed in FEEDS for name in feed.known())
