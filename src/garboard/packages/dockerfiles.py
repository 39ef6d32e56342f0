"""Dockerfiles in a source tree: a reader that tells of them, and reads none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from garboard.model.image import File, FileHistory
from garboard.model.package import Fact, Kept

NAME: Final = "dockerfiles"
VERSION: Final = 1
GLOBS: Final = ("**/Dockerfile", "**/Containerfile", "**/*.Dockerfile", "**/*.dockerfile")
HEAD: Final = 1


def catalog(file: File, /) -> Iterator[Fact]:
    """That the file is there."""
    yield Kept(path=file.path, data=b"")


def found(histories: Iterable[FileHistory]) -> tuple[str, ...]:
    """The paths of those that are there in the end."""
    return tuple(sorted(one.path for one in histories if one.reader == NAME and one.versions[-1].facts))
