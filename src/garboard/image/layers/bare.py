"""Folders that lack the file by which their content would be known, found by the names of a layer's members alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from garboard.image.layers.globs import Matcher
from garboard.image.layers.names import unpack
from garboard.image.layers.record import Reading
from garboard.model.image import Bare


class BareFolders:
    """Those of one layer. Each is told of at one of its files, so that what hides or replaces that file counts.

    Whether the file that describes a folder is in another layer is not known here.
    """

    def __init__(self, matcher: Matcher) -> None:
        self._reader = matcher.programs
        self._rules = matcher.bare
        self._found: list[set[bytes]] = [set() for _ in self._rules]

    def look(self, names: bytes) -> None:
        """Look through some of the layer's names, as they are joined in `garboard.image.layers.names`."""
        for rule, found in zip(self._rules, self._found, strict=True):
            if rule.within in names:
                for match in _mentioned(rule).finditer(names):
                    start = names.rfind(b"\0", 0, match.start()) + 1
                    if names[start : start + 1] != b">":
                        found.add(names[start + 1 : match.end()])

    def readings(self, names: tuple[bytes, ...], described: Collection[bytes]) -> Iterator[Reading]:
        """One for each folder that holds what counts, and none of the paths ``described``."""
        for rule, found in zip(self._rules, self._found, strict=True):
            left = {folder for folder in found if folder + b"/" + rule.file not in described}
            for block in unpack(names) if left else ():
                for field in block:
                    if field[:1] == b"f" and field.endswith(rule.contents):
                        folder = _innermost(rule, field[1 : field.rfind(b"/")])
                        if folder in left:
                            left.discard(folder)
                            yield Reading(path=field[1:], reader=self._reader, facts=(rule.fact,))

    def undescribed(self, whiteouts: Iterable[bytes], described: Collection[bytes]) -> Iterator[Reading]:
        """One for each file alone that described a folder and that the layer removes."""
        for rule in self._rules:
            for path in whiteouts:
                folder, _, name = path.rpartition(b"/")
                if name == rule.file and path not in described and _innermost(rule, folder) == folder:
                    yield Reading(path=path, reader=self._reader, facts=(rule.fact,))


@cache
def _mentioned(rule: Bare) -> re.Pattern[bytes]:
    """Such a folder in names that are joined: as a member, or by one of the files in it that count."""
    ends = b"|".join(map(re.escape, rule.contents))
    return re.compile(rule.folder + rb"(?=\0|\Z|/[^/\0]+(?:" + ends + rb")(?:\0|\Z))", re.DOTALL)


@cache
def _below(rule: Bare) -> re.Pattern[bytes]:
    return re.compile(rule.folder + rb"(?=/|\Z)", re.DOTALL)


def _innermost(rule: Bare, path: bytes) -> bytes:
    """The last such folder on a path; nothing where there is none."""
    return path[: max((match.end() for match in _below(rule).finditer(path)), default=0)]
