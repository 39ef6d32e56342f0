"""Go's list of what a vendor folder holds, which a reader of beginnings alone would not know whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard.lock_text import legible
from garboard.model.image import File
from garboard.model.package import Fact, Unread
from garboard.packages import unread_kinds as kinds

NAME: Final = "vendored-modules"
VERSION: Final = 2
GLOBS: Final = ("**/vendor/modules.txt",)
_PATH_AND_VERSION: Final = 2


def catalog(file: File, /) -> Iterator[Fact]:
    """The modules as ``path@version``; none where it does not tell them all."""
    yield Unread(kind=kinds.VENDORED, names=tuple(dict.fromkeys(_modules(file.data))))


def _modules(data: bytes) -> list[str]:
    found = []
    for line in legible(data).splitlines():
        if line.startswith("# "):
            words = line[2:].rpartition("=>")[2].split()
            if len(words) != _PATH_AND_VERSION:
                return []
            found.append("@".join(words))
    return found
