"""Lists of what a distribution brought, which a reader of beginnings alone would not know whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.image import File
from garboard.model.package import Fact, Unread
from garboard.packages import unread_kinds as kinds

NAME: Final = "module-lists"
VERSION: Final = 1
GLOBS: Final = kinds.MODULE_LISTS
_BEGINNING: Final = re.compile(rb"(?m)^([^/,\r\n]+)")


def catalog(file: File, /) -> Iterator[Fact]:
    """The first parts of the paths that it lists, for the folder in which the distribution lies."""
    home = file.path.rpartition("/")[0].rpartition("/")[0]
    names = dict.fromkeys(_BEGINNING.findall(file.data))
    yield Unread(kind=kinds.MODULE_LIST, names=tuple(one.decode("utf-8", "replace") for one in names), folder=home)
