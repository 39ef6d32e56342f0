"""An unpacked root file system in a folder."""

from __future__ import annotations

from garboard.image.opened import AnyOpened, OpenedTree, Tree
from garboard.image.options import Options
from garboard.image.place import exists, split
from garboard.model.errors import ImageError
from garboard.model.image import Image, Platform

SCHEMES = ("dir",)


def detect(name: str, _options: Options) -> bool:
    path = exists(name)
    return path is not None and path.is_dir()


def open(name: str, _options: Options) -> AnyOpened:  # noqa: A001  (the sources' common word)
    path, rest = split(name)
    if rest or not path.is_dir():
        raise ImageError(f"{name} is not a folder", "dir: takes the root of an unpacked file system")
    return OpenedTree(
        image=Image(name=name, source=SCHEMES[0], platform=Platform(os="", architecture="")), tree=Tree(path)
    )
