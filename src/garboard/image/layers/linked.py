"""Folders by whose names readers know what lies below them, where a link has such a name and leads to a folder of another.

A glob as ``**/specifications/*.gemspec`` does not meet what a link ``specifications`` leads to: in the names of a layer the
files lie below the link's target. For such links the files there are wanted, and shown to readers, by the link's path too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from garboard.model.image import Reader


class Alias(NamedTuple):
    """A folder that is known by the path of a link, too, to these readers."""

    folder: bytes
    link: bytes
    readers: tuple[str, ...]


class _Tail(NamedTuple):
    """The folders of a glob, up to one of them, as an expression for the end of a path."""

    reader: str
    folders: tuple[bytes, ...]


class FolderNames:
    """The names of folders in the globs of readers, and for whom a link of such a name counts."""

    def __init__(self, readers: Iterable[Reader]) -> None:
        self._exact: dict[bytes, list[_Tail]] = {}
        self._ends: dict[bytes, list[_Tail]] = {}
        """By the extension of any name."""
        self._below: dict[bytes, dict[int, list[_Tail]]] = {}
        """Of folders of any name, by that of the nearest folder above that the glob names, and how many folders they are below it."""
        self._deepest = 0
        self._starts: dict[bytes, list[_Tail]] = {}
        """By what the name begins with."""
        self._whole: dict[bytes, dict[str, None]] = {}
        """Readers of globs that begin at the root, by the whole path of a folder."""
        for reader in readers:
            for glob in reader.GLOBS:
                self._add(reader.NAME, glob, children=True)
            for glob in getattr(reader, "KNOWN_BY", ()):
                self._add(reader.NAME, glob, children=False)
        self._prefixes = tuple(self._starts)

    def _add(self, reader: str, glob: str, *, children: bool) -> None:
        folders = glob.encode().split(b"/")[:-1]
        if folders[:1] != [b"**"]:
            self._add_whole(reader, folders)
            return
        for count in range(2, len(folders) + 1):
            last, tail = folders[count - 1], _Tail(reader, tuple(folders[1:count]))
            if b"*" not in last:
                self._exact.setdefault(last, []).append(tail)
            elif last[:2] == b"*.":
                self._ends.setdefault(last[1:], []).append(tail)
            elif last[:1] != b"*":
                self._starts.setdefault(last.partition(b"*")[0], []).append(tail)
            elif last == b"*" and children:
                self._add_below(tail)

    def _add_whole(self, reader: str, folders: Sequence[bytes]) -> None:
        """Add the folders above the first whose name is a pattern; where none is, links are followed by the path."""
        patterns = [place for place, name in enumerate(folders) if b"*" in name]
        for count in range(1, patterns[0] + 1 if patterns else 0):
            self._whole.setdefault(b"/".join(folders[:count]), {})[reader] = None

    def _add_below(self, tail: _Tail) -> None:
        for depth, name in enumerate(reversed(tail.folders)):
            if b"*" not in name:
                self._below.setdefault(name, {}).setdefault(depth, []).append(tail)
                self._deepest = max(depth, self._deepest)
                return

    def readers(self, path: bytes) -> tuple[str, ...]:
        """Those for whom a folder of this path has a name of its own."""
        *above, last = path.rsplit(b"/", self._deepest + 1)[-self._deepest - 1 :]
        tails = [*self._exact.get(last, ()), *self._ends.get(last[last.rfind(b".") :], ())]
        if not self._below.keys().isdisjoint(above):
            for depth, name in enumerate(reversed(above), 1):
                tails += self._below.get(name, {}).get(depth, ())
        if last.startswith(self._prefixes):
            tails += (tail for start, some in self._starts.items() if last.startswith(start) for tail in some)
        found = (tail.reader for tail in tails if _expression(tail.folders).fullmatch(path))
        return tuple(dict.fromkeys((*found, *self._whole.get(path, ()))))


@cache
def _expression(folders: tuple[bytes, ...]) -> re.Pattern[bytes]:
    """Compiled when a link asks for it: few have such names."""
    text = b"/".join(b"[^/]*".join(map(re.escape, one.split(b"*"))) for one in folders)
    return re.compile(rb"(?:.*/)?" + text, re.DOTALL)


def alias_of(path: bytes, aliases: Mapping[bytes, Alias]) -> tuple[Alias, bytes] | None:
    """The alias of the innermost folder that has one and holds this path, and the path by the link."""
    folder = path[: max(path.rfind(b"/"), 0)]
    while folder:
        found = aliases.get(folder)
        if found is not None:
            return found, found.link + path[len(folder) :]
        folder = folder[: max(folder.rfind(b"/"), 0)]
    return None
