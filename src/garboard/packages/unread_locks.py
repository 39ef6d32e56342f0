"""Lock files in an image that are read as a whole: told where what they pin is not installed, or no cataloger can know that.

Those that `garboard.packages.unread` knows by their beginnings are not among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.image import File
from garboard.model.package import Fact, Package, Unread
from garboard.packages import unread_kinds as kinds
from garboard.packages import unread_lists
from garboard.packages.guard import guarded

NAME: Final = "unread-locks"
VERSION: Final = 1 + unread_lists.VERSION + sum(one.version for one in ECOSYSTEMS if one.declares)
LARGE: Final = True
GLOBS: Final = (*kinds.PINNING, *unread_lists.LOCKS)
_NAMES: Final = 200
"""How many of the packages that a file pins are looked for."""


def catalog(file: File, /) -> Iterator[Fact]:
    """That it is there, and the first packages that it pins; nothing of a file that pins none."""
    ecosystem = kinds.pinning(file.path)
    if ecosystem is None:
        yield from unread_lists.catalog(file)
        return
    assert ecosystem.load_declared is not None
    facts = tuple(guarded(ecosystem.load_declared()(file), file))
    stated = (one for one in facts if isinstance(one, Package) and one.type == ecosystem.type and not one.application)
    names = tuple(dict.fromkeys(ecosystem.normalize(one.name) for one in stated))
    if facts:
        yield Unread(kind=kinds.LOCK, names=names[:_NAMES])
