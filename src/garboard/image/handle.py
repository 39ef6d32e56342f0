"""An opened image: what a source hands over, and how its layers' bytes are asked for."""

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
    """A root file system unpacked in a folder: one layer that needs no archive."""

    root: Path


Content = Region | Iterator[bytes]
"""A layer's bytes as stored (tar, gzip or zstd; told apart by content)."""

Consume = Callable[[str, Content], None]
"""Reads one layer to its end. The first argument is the layer's *label*."""


class Opened(Protocol):
    """An image whose metadata are read and whose layers have not been.

    ``trusted`` says that labels and diff ids were named by a server or engine whose bytes will be verified while they
    are read, so that the shared layer cache may be used under them; else ``identity`` (of the file and its
    place in it) is the cache's key.
    """

    @property
    def image(self) -> Image: ...

    @property
    def trusted(self) -> bool: ...

    def identity(self, index: int) -> str:
        """A key under which this layer's contribution may be cached although nobody verified it.

        Made of the archive's path, device, inode, size and mtime (ns) and the layer's place; empty = never cache.
        """
        ...

    def read(self, need: Collection[int], consume: Consume) -> None:
        """Call ``consume`` once for every distinct layer blob among the layers ``need`` (indexes, lowest 0), and
        perhaps for others.

        In any order; possibly from several threads at once. An exception that ``consume`` raises goes through.
        """
        ...

    def label(self, index: int) -> str:
        """The label under which `read` handed over this layer; valid once `read` is done."""
        ...

    def gaps(self) -> tuple[Gap, ...]:
        """What the source itself could not know."""
        ...

    def attestations(self) -> Attestations:
        """What accompanies the image; fetched when it is asked for. Nothing is raised."""
        ...

    def close(self) -> None: ...


class OpenedTree(Value, kw_only=False):
    """An opened folder."""

    image: Image
    tree: Tree


class OpenedInventory(Value, kw_only=False):
    """An opened SBOM: its packages are known without reading any layer."""

    image: Image
    inventory: Inventory


AnyOpened = Opened | OpenedTree | OpenedInventory
