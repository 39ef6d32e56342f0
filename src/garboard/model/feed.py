"""What a feed's importer receives and what it returns."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from garboard.model.advisory import Advisory, CveFacts
from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.lifecycle import Cycle, Support
from garboard.model.repository import RepositoryProducts

ADDING: Final = MappingProxyType({"Packagist": ("friendsofphp",), "RubyGems": ("rubysec",)})
"""Shards that know some vulnerabilities of an ecosystem. They add to the shard that covers it, and do not cover it."""


class Pointer(Value):
    """A small document that says where another one is, as a ``mirror.list`` or a ``repomd.xml``."""

    url: str
    """``{}`` stands for what the pointer before it says."""
    pattern: str
    """Its first group is what the document says; ``.`` matches line ends too."""
    path: str = ""
    """Where a mirror keeps it, if the mirror's path has ``{}`` in it as well."""


class FeedDocument(Value):
    """One file that a shard is built from: where it is published, and where a mirror keeps it."""

    url: str
    """With pointers, ``{}`` stands for what they say, joined from the first to the last; a whole address replaces it."""
    path: str
    """Relative to a mirror's root, with ``/``."""
    pointers: tuple[Pointer, ...] = ()
    """Read in turn before the document."""
    pages: str = ""
    """The pattern of the number of pages, if the document is published in several: ``url`` has ``{page}`` in it."""
    other_urls: tuple[str, ...] = ()
    """Tried in turn if ``url`` is refused or absent."""
    other_paths: tuple[str, ...] = ()
    """Other spellings that a mirror may use; the content may be plain, gzip or xz under any of them."""
    optional: bool = False
    """Whether it may be absent (a branch without a second repository)."""
    only_mirrored: bool = False
    """Whether the publisher is not asked for it: another document holds the same, and only a mirror may lack that one."""


class FeedChanges(Value):
    """Where a publisher lists when each of a shard's records was changed, and where each lies by itself."""

    listing: FeedDocument
    record_url: str
    """``{}`` stands for the identifier."""
    record_path: str
    """The same on a mirror."""


class FeedHeader(Value, tag="header"):
    """What the data say about themselves: their own date, and which ecosystems they cover even if nothing is listed."""

    date: str = ""
    ecosystems: tuple[str, ...] = ()
    unanalyzed: int = 0
    """Vulnerabilities that the publisher lists and has not looked at: which versions of what they are in is not told."""


Record = Advisory | CveFacts | Cycle | Support | RepositoryProducts | Gap | FeedHeader
"""What a parser yields. A `Gap` stands for one record that could not be used, and says why."""
