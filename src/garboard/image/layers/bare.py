"""Folders that lack the file by which their content would be known, found by the names of a layer's members alone."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache

from garboard.image.layers.globs import Matcher
from garboard.image.layers.names import unpack
from garboard.image.layers.record import Reading
from garboard.model.image import Bare
from garboard.model.package import Unread
from garboard.namespaces import packages


class BareFolders:
    """Those of one layer. Each is told of at one of its files, so that what hides or replaces that file counts.

    Whether the file that describes a folder is in another layer is not known here. Where a link has the place of such a
    folder, or of one above it by whose name it is known, the one that it leads to counts if it is of the same layer.
    """

    def __init__(self, matcher: Matcher) -> None:
        self._reader = matcher.programs
        self._rules = matcher.bare
        self._found: list[set[bytes]] = [set() for _ in self._rules]
        self._linked: list[set[bytes]] = [set() for _ in self._rules]
        self._above: dict[bytes, bytes] = {}
        """Links with the names of folders in which such folders are, by what they lead to."""
        named = [rule.within for rule in self._rules if not rule.namespaces]
        self._ends = tuple(b"/" + within.strip(b"/") for within in named)
        self._begins = {within[:place] for within in named for place, one in enumerate(within) if one == ord("/")}

    def look(self, folders: Iterable[bytes], links: Sequence[tuple[bytes, bytes]]) -> None:
        """Look through some of the layer's folders and links, as `garboard.image.layers.names.NameLog` has them."""
        text = b"\0".join({*folders})
        linking = b"\0".join(path for path, _ in links)
        for rule, found, linked in zip(self._rules, self._found, self._linked, strict=True):
            if rule.within in text:
                found.update(_in_text(rule, text))
            if rule.within in linking:
                linked.update(
                    _target(path, target)
                    for path, target in links
                    if rule.within in path and _innermost(rule, path) == path
                )
        for path, target in links:
            if path in self._begins or (b"/" + path).endswith(self._ends):
                self._above.setdefault(_target(path, target), path)

    def readings(self, names: tuple[bytes, ...], described: Collection[bytes]) -> Iterator[Reading]:
        """One for each folder that holds what counts, and none of the paths ``described``."""
        for rule, found, linked in zip(self._rules, self._found, self._linked, strict=True):
            left = {folder for folder in found if not _described(rule, folder, described)}
            behind = {folder for folder in linked - found if not _described(rule, folder, described)}
            shared: dict[bytes, list[bytes]] = {}
            for block in unpack(names) if left or behind else ():
                for field in block:
                    if field[:1] == b"f" and field.endswith(rule.contents):
                        path = field[1:]
                        inside = rule.within in path
                        folder = _innermost(rule, path[: path.rfind(b"/") + 1]) if inside else b""
                        if rule.namespaces and folder in left:
                            shared.setdefault(folder, []).append(path)
                        elif folder in left:
                            left.discard(folder)
                            yield self._reading(rule, path, folder)
                        elif behind and not folder and (folder := _around(path, behind)):
                            behind.discard(folder)
                            yield self._reading(rule, path, folder)
            for namespace, paths in shared.items():
                for folder, path in packages(namespace, paths).items():
                    yield self._reading(rule, path, folder)
        yield from self._behind(names, described)

    def _behind(self, names: tuple[bytes, ...], described: Collection[bytes]) -> Iterator[Reading]:
        """The same of folders that are such by the path of a link above them alone."""
        begins = tuple(b"f" + target + b"/" for target in self._above if target)
        paths = (field[1:] for block in unpack(names) for field in block if field.startswith(begins)) if begins else ()
        told: set[tuple[Bare, bytes]] = set()
        for path in paths:
            target = _around(path, self._above)
            link = self._above[target]
            known = link + path[len(target) :]
            for rule in self._rules:
                if rule.namespaces or rule.within not in known or not path.endswith(rule.contents):
                    continue
                folder = _innermost(rule, known[: known.rfind(b"/") + 1])
                real = target + folder[len(link) :]
                if len(folder) <= len(link) or (rule, folder) in told or _innermost(rule, real + b"/") == real:
                    continue
                told.add((rule, folder))
                if not _described(rule, real, described):
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


def _in_text(rule: Bare, text: bytes) -> Iterator[bytes]:
    """The innermost such folder of each path in this text, in which a zero byte parts them."""
    last, end = 0, 0
    for match in _expression(rule).finditer(text):
        start = text.rfind(b"\0", 0, match.start()) + 1
        if start != last and end:
            yield text[last:end]
        last, end = start, match.end()
    if end:
        yield text[last:end]


def _target(path: bytes, target: bytes) -> bytes:
    return posixpath.normpath(posixpath.join(b"/", posixpath.dirname(path), target)).lstrip(b"/")


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
