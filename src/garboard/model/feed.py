"""What a feed's importer receives and what it returns."""

from __future__ import annotations

from garboard.model.advisory import Advisory, CveFacts
from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.lifecycle import Cycle, Support


class FeedDocument(Value):
    """One file that a shard is built from: where it is published, and where a mirror keeps it."""

    url: str
    path: str
    """Relative to a mirror's root, with ``/``."""
    other_urls: tuple[str, ...] = ()
    """Tried in turn if ``url`` is refused or absent."""
    other_paths: tuple[str, ...] = ()
    """Other spellings that a mirror may use; the content may be plain, gzip or xz under any of them."""
    optional: bool = False
    """Whether it may be absent (a branch without a second repository)."""
    only_mirrored: bool = False
    """Whether the publisher is not asked for it: another document holds the same, and only a mirror may lack that one."""


class FeedHeader(Value, tag="header"):
    """What the data say about themselves: their own date, and which ecosystems they cover even if nothing is listed."""

    date: str = ""
    ecosystems: tuple[str, ...] = ()


Record = Advisory | CveFacts | Cycle | Support | Gap | FeedHeader
"""What a parser yields. A `Gap` stands for one record that could not be used, and says why."""
