"""Crates that ``cargo vendor`` put into a project's folder ``vendor``: each has a file with its digests there.

Beside it are its author's own lists of dependencies, which are none of the project's. What is installed there all the same
is read.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from typing import Final

from garboard.model.image import File
from garboard.model.package import Fact

NAME: Final = "vendored-crates"
VERSION: Final = 1
_FILE: Final = ".cargo-checksum.json"
GLOBS: Final = (f"**/vendor/*/{_FILE}",)


def catalog(file: File, /) -> Iterator[Fact]:
    """Nothing: where the file lies tells all."""
    del file
    yield from ()


def folders(paths: Collection[str]) -> frozenset[str]:
    """The crates' folders, by the paths of such files."""
    return frozenset(posixpath.dirname(one) for one in paths) - {""}


def within(path: str, folders: frozenset[str]) -> bool:
    """Whether a path lies in one of these folders."""
    while folders and (path := posixpath.dirname(path)):
        if path in folders:
            return True
    return False
