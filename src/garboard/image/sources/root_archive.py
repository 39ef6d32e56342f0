"""A root file system as a tar, compressed or not: ``docker export``, and what distributions publish."""

from __future__ import annotations

from pathlib import Path

from garboard.image import recognize
from garboard.image.handle import AnyOpened
from garboard.image.local_path import split
from garboard.image.options import Options
from garboard.image.root_file_system import SOURCE, open_root
from garboard.model.errors import ImageError

SCHEMES = (SOURCE,)


def detect(name: str, _options: Options) -> bool:
    path = Path(name).expanduser()
    return path.is_file() and recognize.kind(path) == recognize.ROOT


def open(name: str, _options: Options) -> AnyOpened:  # noqa: A001  (the sources' common word)
    path, rest = split(name)
    recognize.refuse_special(path)
    if rest or not path.is_file():
        raise ImageError(f"{name} is not a file", "root-archive: takes the tar of a root file system, dir: its folder")
    return open_root(path, name)
