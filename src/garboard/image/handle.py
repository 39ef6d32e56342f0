"""An opened image: what a source returns, and how the bytes of its layers are requested."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Protocol

from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.image import Attestations, Image
from garboard.model.package import Inventory


class Region(Value, kw_only=False):
    """Bytes of a mapped local file, from ``start`` up to but not including ``end``."""

    map: mmap.mmap
    start: int
    end: int


class Tree(Value, kw_only=False):
    """A root file system: unpacked in a folder, or an archive of one; a single layer that belongs to no image.

    With ``sources`` the folder holds a project's source, and no system; with ``only`` that one file of the folder counts.
    """

    root: Path
    archive: Region | None = None
    sources: bool = False
    only: str = ""


Content = Region | Iterator[bytes]
"""A layer's bytes as stored (tar, gzip or zstd; recognized by content)."""

Consume = Callable[[str, Content], None]
"""Reads one layer to its end. The first argument is the layer's *label*."""


class Opened(Protocol):
    """An image with its metadata read and its layers unread.

    ``trusted`` means that labels and diff ids come from a server or engine and that the bytes will be verified as they
    are read, so the shared layer cache may use them as keys; otherwise ``identity`` (of the file and the layer's place
    in it) is the cache key.
    """

    @property
    def image(self) -> Image: ...

    @property
    def trusted(self) -> bool: ...

    def identity(self, index: int) -> str:
        """Return a key for caching this layer's contribution although its digest is unverified.

        It consists of the archive's path, device, inode, size and mtime (ns) and the layer's place; empty = never
        cache.
        """
        ...

    def read(self, need: Collection[int], consume: Consume) -> None:
        """Call ``consume`` once for every distinct blob among the layers ``need`` (indexes, lowest 0).

        Other layers may be read too. The order is arbitrary, and several threads may call at once. An exception from
        ``consume`` passes through.
        """
        ...

    def label(self, index: int) -> str:
        """Return the label under which `read` handed over this layer; valid once `read` is done."""
        ...

    def gaps(self) -> tuple[Gap, ...]:
        """Return the gaps of the source itself."""
        ...

    def attestations(self) -> Attestations:
        """Return what accompanies the image, fetched on request. Never raises."""
        ...

    def close(self) -> None: ...


class OpenedTree(Value, kw_only=False):
    """An opened root file system."""

    image: Image
    tree: Tree


class OpenedInventory(Value, kw_only=False):
    """An opened SBOM: its packages are known without reading any layer."""

    image: Image
    inventory: Inventory


AnyOpened = Opened | OpenedTree | OpenedInventory
