"""Folders into which a tool put the source code of others: what the lists in them ask for is none of the project's."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.image import FileHistory
from garboard.model.package import Fact, Unread
from garboard.packages import unread_kinds as kinds
from garboard.packages import vendored_crates, vendored_modules

_MARKS: Final = frozenset({vendored_crates.NAME, vendored_modules.NAME})
"""Readers of the files that lie in such folders alone."""
_ASKING: Final = frozenset({kinds.LOCK, *(one.unmet for one in ECOSYSTEMS if one.unmet)})
"""Kinds of files that tell what is not installed; these others' readers know, too."""


class VendoredFolders:
    """Those of one image or tree."""

    def __init__(self, histories: Iterable[FileHistory]) -> None:
        self._folders = frozenset(posixpath.dirname(one.path) for one in histories if one.reader in _MARKS) - {""}

    def within(self, path: str) -> bool:
        """Whether a path lies in one of these folders."""
        while self._folders and (path := posixpath.dirname(path)):
            if path in self._folders:
                return True
        return False

    def asked_there(self, path: str, fact: Fact) -> bool:
        """Whether a file there is stated to ask for what is not installed."""
        return isinstance(fact, Unread) and fact.kind in _ASKING and self.within(path)
