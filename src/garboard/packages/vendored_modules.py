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
    """The modules as ``path@version``; none where it does not tell them all, and nothing where all lie in the project itself."""
    found = _modules(file.data)
    if found is None or found:
        yield Unread(kind=kinds.VENDORED, names=tuple(dict.fromkeys(found or ())))


def _modules(data: bytes) -> list[str] | None:
    """What the lines name, but for folders in the place of modules, whose own go.mod tells; None where there are none."""
    found = []
    lines = 0
    for line in legible(data).splitlines():
        if line.startswith("# "):
            lines += 1
            _, replaced, stated = line[2:].rpartition("=>")
            words = stated.split()
            if replaced and stated.lstrip().startswith((".", "/")):
                continue
            if len(words) != _PATH_AND_VERSION:
                return None
            found.append("@".join(words))
    return found if lines else None
