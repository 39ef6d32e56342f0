"""A root file system in a tar, compressed or not, as an opened one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from garboard.image.blobs import map_file
from garboard.image.handle import OpenedTree, Tree
from garboard.model.image import Image, Platform

SOURCE: Final = "root-archive"


def open_root(path: Path, name: str) -> OpenedTree:
    """Open the file, whatever it holds. Raises `ImageError` if it cannot be read."""
    image = Image(name=name, source=SOURCE, platform=Platform(os="", architecture=""))
    return OpenedTree(image=image, tree=Tree(path, map_file(path)))
