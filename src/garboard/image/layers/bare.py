"""Folders that lack the file by which their content would be known, found by the names of a layer's members alone."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from garboard.image.layers.globs import Matcher
from garboard.image.layers.names import unpack
from garboard.image.layers.record import Reading
from garboard.model.image import Bare
from garboard.model.package import Unread


class BareFolders:
    """Those of one layer. Each is told of at one of its files, so that what hides or replaces that file counts.

    Whether the file that describes a folder is in another layer is not known here. Where a link has the place of such a
    folder, the one that it leads to counts if it is of the same layer.
    """

    def __init__(self, matcher: Matcher) -> None:
        self._reader = matcher.programs
        self._rules = matcher.bare
        self._found: list[set[bytes]] = [set() for _ in self._rules]
        self._linked: list[set[bytes]] = [set() for _ in self._rules]

    def look(self, names: bytes) -> None:
        """Look through some of the layer's names, as they are joined in `garboard.image.layers.names`."""
        for rule, found, linked in zip(self._rules, self._found, self._linked, strict=True):
            if rule.within in names:
                last, end = -1, 0
                for match in _expression(rule).finditer(names):
                    start = names.rfind(b"\0", 0, match.start()) + 1
                    if start != last:
                        _add(names, last, end, found, linked)
                    last, end = start, match.end()
                _add(names, last, end, found, linked)

    def readings(self, names: tuple[bytes, ...], described: Collection[bytes]) -> Iterator[Reading]:
        """One for each folder that holds what counts, and none of the paths ``described``."""
        for rule, found, linked in zip(self._rules, self._found, self._linked, strict=True):
            left = {folder for folder in found if not _described(rule, folder, described)}
            behind = {folder for folder in linked - found if not _described(rule, folder, described)}
            for block in unpack(names) if left or behind else ():
                for field in block:
                    if field[:1] == b"f" and field.endswith(rule.contents):
                        path = field[1:]
                        inside = rule.within in path
                        folder = _innermost(rule, path[: path.rfind(b"/") + 1]) if inside else b""
                        if folder in left:
                            left.discard(folder)
                            yield self._reading(rule, path, folder)
                        elif behind and not folder and (folder := _around(path, behind)):
                            behind.discard(folder)
                            yield self._reading(rule, path, folder)

    def undescribed(self, whiteouts: Iterable[bytes], described: Collection[bytes]) -> Iterator[Reading]:
        """One for each file alone that described a folder and that the layer removes."""
        for rule in self._rules:
            for path in whiteouts:
                folder, _, name = path.rpartition(b"/")
                if name in rule.files and path not in described and _innermost(rule, folder) == folder:
                    yield self._reading(rule, path, folder)

    def _reading(self, rule: Bare, path: bytes, folder: bytes) -> Reading:
        fact = Unread(kind=rule.kind, folder=folder.decode("utf-8", "backslashreplace"))
        return Reading(path=path, reader=self._reader, facts=(fact,))


def _add(names: bytes, start: int, end: int, found: set[bytes], linked: set[bytes]) -> None:
    """Add the folder that ends here in the field that starts there, or the one to which a link in its place leads."""
    mark = names[start : start + 1] if start >= 0 else b">"
    if mark == b"l" and names[end : end + 2] == b"\0>":
        stop = names.find(b"\0", end + 1)
        target = names[end + 2 : stop if stop >= 0 else len(names)]
        folder = posixpath.dirname(names[start + 1 : end])
        linked.add(posixpath.normpath(posixpath.join(b"/", folder, target)).lstrip(b"/"))
    elif mark != b">":
        found.add(names[start + 1 : end])


def _described(rule: Bare, folder: bytes, described: Collection[bytes]) -> bool:
    return any(folder + b"/" + name in described for name in rule.files)


def _around(path: bytes, folders: Collection[bytes]) -> bytes:
    """The innermost of these folders in which a path lies; nothing where it is in none."""
    while path and path not in folders:
        path = path[: max(path.rfind(b"/"), 0)]
    return path


@cache
def _expression(rule: Bare) -> re.Pattern[bytes]:
    return re.compile(rule.folder, re.DOTALL)


def _innermost(rule: Bare, path: bytes) -> bytes:
    """The last such folder on a path; nothing where there is none."""
    return path[: max((match.end() for match in _expression(rule).finditer(path)), default=0)]
