"""Which paths the readers want: many globs as three dictionary lookups per path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple

from garboard.image.layers.linked import Alias, alias_of
from garboard.model.image import Bare, Glance, ProgramReader, Reader
from garboard.model.limits import Limits

_ANY_FOLDERS: Final = "**/"


def _expression(glob: str) -> bytes:
    """Convert the glob to an expression for `fullmatch`: ``*`` within one component, a leading ``**/`` for any folders."""
    inner = glob.removeprefix(_ANY_FOLDERS)
    text = "[^/]*".join(re.escape(part) for part in inner.split("*"))
    return (("(?:.*/)?" if inner != glob else "") + text).encode()


@cache
def _compiled(expression: bytes) -> re.Pattern[bytes]:
    """Compiled when a path asks for it: few of the globs meet any."""
    return re.compile(expression, re.DOTALL)


def _in_folder(folder: bytes, last: str) -> bytes:
    text = b"[^/]*".join(re.escape(part.encode()) for part in last.split("*"))
    return (re.escape(folder) + b"/" if folder else b"") + text


class Extra(NamedTuple):
    """A path beyond the globs that a reader wants because a link leads there.

    ``path`` is the file, or the folder of a glob with ``last`` as its last component. ``asked`` is the spelling that
    led here; a ``donor`` provides the content of a hard link and is not a file of its own.
    """

    path: bytes
    reader: str
    last: str = ""
    asked: bytes = b""
    donor: bool = False


class Pattern(NamedTuple):
    """A glob: its position among all globs, its reader, and its expression for `fullmatch`.

    ``literal`` is a text that is in each path which it matches: looked for first, since most paths do not have it.
    """

    number: int
    reader: str
    expression: bytes
    literal: bytes


def _pattern(number: int, reader: str, glob: str, extra: Extra | None) -> Pattern:
    if extra is not None:
        return Pattern(number, reader, _in_folder(extra.path, extra.last), extra.path)
    literal = max(glob.removeprefix(_ANY_FOLDERS).split("*"), key=len)
    return Pattern(number, reader, _expression(glob), literal.encode())


class Matcher:
    """Determines which readers want a path.

    ``names``, ``extensions``, ``extensions_in`` and ``folders`` are public so that a hot loop can check them itself before
    it calls `readers`: nobody wants a path if its last component is not in ``names`` and has none of its `ends`, and the
    path starts with none of ``folders``.
    """

    def __init__(self, readers: Sequence[Reader], extras: Iterable[Extra] = (), aliases: Iterable[Alias] = ()) -> None:
        self.names: set[bytes] = set()
        self.folders: tuple[bytes, ...] = ()
        self.fixed: list[tuple[bytes, str, str]] = []
        """(folder, last component as a glob, reader) of every glob with a fixed folder."""
        self.extras = tuple(extras)
        self.aliases = tuple(aliases)
        """Folders that links lead to, whose files are known by the links' paths too."""
        self._aliases = {one.folder: one for one in self.aliases}
        self.program_reader = next(
            (one for one in readers if hasattr(one, "BARE") and isinstance(one, ProgramReader)), None
        )
        self.programs = self.program_reader.NAME if self.program_reader else ""
        """The reader that wants programs, wherever they are; empty if none does."""
        self.bare: tuple[Bare, ...] = self.program_reader.BARE if self.program_reader else ()
        """The folders that the reader of programs asks about."""
        self._heads = {reader.NAME: getattr(reader, "HEAD", None) for reader in readers}
        self._large = frozenset(reader.NAME for reader in readers if getattr(reader, "LARGE", False))
        self._mapped = frozenset(reader.NAME for reader in readers if getattr(reader, "MAPPED", False))
        self.glances: dict[bytes, tuple[str, Glance]] = {
            glance.end: (reader.NAME, glance) for reader in readers for glance in getattr(reader, "GLANCES", ())
        }
        """By the end of a name, what is looked into of the files in folders, and for which reader."""
        self.run_by = {name: end for end, (_, glance) in self.glances.items() for name in glance.run_by}
        """By a program, the end that the names of its scripts have where they have one."""
        self.of_sources = frozenset(reader.NAME for reader in readers if getattr(reader, "SOURCES", False))
        """Readers of what the files of a source tree declare."""
        self.anywhere = frozenset(
            {
                self.programs,
                *(name for name, _ in self.glances.values()),
                *(reader.NAME for reader in readers if getattr(reader, "CASES", ())),
            }
        )
        """Readers of files that no glob of theirs meets."""
        self.wanting_folders = tuple(
            one for one in readers if self.programs != one.NAME and one.NAME not in self.of_sources
        )
        """Readers that go by the names of folders: of what is installed."""
        self._readers = readers
        self._globs: dict[bytes, list[tuple[int, str, str, Extra | None]]] = {}
        """Position, reader and glob, or the extra with a folder of its own, keyed by the last component, by its extension, or by
        the folder if the last component can be anything."""
        self._patterns: dict[bytes, tuple[tuple[bytes, tuple[Pattern, ...]], ...]] = {}
        """Made of those when a path asks for the key, as few of the globs meet any; by the text that is in each path of them."""
        self.extensions: dict[bytes, tuple[bytes, ...]] = {}
        """The ends of names that are wanted in any folder, by what follows their last dot, and that dot."""
        self.extensions_in: dict[bytes, dict[bytes, tuple[bytes, ...]]] = {}
        """These and those that are wanted in folders of a name alone, by that name."""
        self._count = 0
        self._exact: dict[bytes, dict[str, Extra]] = {}
        self._in_folders: dict[tuple[bytes, str], Extra] = {}
        for reader in readers:
            for glob in reader.GLOBS:
                self._add(reader.NAME, glob)
        for extra in self.extras:
            self._add_extra(extra)

    def with_extras(self, extras: Iterable[Extra]) -> Matcher:
        """Return a matcher for the same globs and folders behind links, and these additional paths."""
        extras = tuple(extras)
        return self if extras == self.extras else Matcher(self._readers, extras, self.aliases)

    def with_aliases(self, aliases: Iterable[Alias]) -> Matcher:
        """Return a matcher for the same paths and these folders behind links."""
        aliases = tuple(aliases)
        return self if aliases == self.aliases else Matcher(self._readers, self.extras, aliases)

    def _add(self, reader: str, glob: str) -> None:
        folder, _, last = glob.rpartition("/")
        if "*" not in folder:
            self.fixed.append((folder.encode(), last, reader))
        if "*" in folder and "*" in last and last.rpartition("*")[2][:1] != ".":
            raise ValueError(f"a glob's last component is a name, one with *.extension, or in a fixed folder: {glob}")
        self._add_glob(folder.encode(), last, reader, glob)

    def _add_glob(self, folder: bytes, last: str, reader: str, glob: str, extra: Extra | None = None) -> None:
        """Add a glob under the fastest key that rules out paths that it cannot match."""
        if "*" not in last:
            key = last.encode()
            self.names.add(key)
        elif (last.startswith("*.") or b"*" in folder) and (end := last.rpartition("*")[2])[:1] == ".":
            key = end.encode()
            self._add_end(folder[folder.rfind(b"/") + 1 :], key)
        else:
            key = folder + b"/"
            self.folders += (key,) if key not in self.folders else ()
        self._count += 1
        self._globs.setdefault(key, []).append((self._count, reader, glob, extra))

    def _add_end(self, folder: bytes, end: bytes) -> None:
        """Add the end of names that are wanted in folders of this name; in any if that is a pattern, or links lead to some."""
        if b"*" in folder or self.aliases:
            places = [self.extensions, *self.extensions_in.values()]
        else:
            places = [self.extensions_in.setdefault(folder, dict(self.extensions))]
        extension = end[end.rfind(b".") :]
        for ends in places:
            if end not in (same := ends.get(extension, ())):
                ends[extension] = (*same, end)

    def ends(self, path: bytes, last: bytes) -> tuple[bytes, ...]:
        """Return the ends of names of which the name of a wanted path has one, where ``last`` does not decide by itself."""
        folder = path[: max(len(path) - len(last) - 1, 0)]
        return self.extensions_in.get(folder[folder.rfind(b"/") + 1 :], self.extensions).get(
            last[last.rfind(b".") :], ()
        )

    def _patterns_of(self, key: bytes) -> tuple[tuple[bytes, tuple[Pattern, ...]], ...]:
        found = self._patterns.get(key)
        if found is None:
            alike: dict[bytes, list[Pattern]] = {}
            for glob in self._globs[key]:
                one = _pattern(*glob)
                alike.setdefault(one.literal, []).append(one)
            found = self._patterns[key] = tuple((literal, tuple(same)) for literal, same in alike.items())
        return found

    def _add_extra(self, extra: Extra) -> None:
        if not extra.last:
            of = self._exact.setdefault(extra.path, {})
            if extra.reader not in of or of[extra.reader].donor:
                of[extra.reader] = extra
            self.names.add(extra.path[extra.path.rfind(b"/") + 1 :])
            return
        self._in_folders.setdefault((extra.path, extra.reader), extra)
        self._add_glob(extra.path, extra.last, extra.reader, "", extra)

    def extra_for(self, path: bytes, reader: str) -> Extra | None:
        """Return the extra for which this reader wants the path; one of a file before one of its folder."""
        exact = self._exact.get(path, {}).get(reader)
        return exact or self._in_folders.get((path[: max(path.rfind(b"/"), 0)], reader))

    def spelling(self, path: bytes, reader: str) -> bytes:
        """Return the path as the reader requested it, if a link led to this one."""
        extra = self.extra_for(path, reader)
        if extra is None:
            return self.by_link(path, reader) or path
        return extra.asked.rpartition(b"/")[0] + path[len(extra.path) :] if extra.last else extra.asked

    def by_link(self, path: bytes, reader: str) -> bytes:
        """Return the path by a link to a folder above it, if this reader wants it by that; else nothing."""
        found = alias_of(path, self._aliases) if self._aliases else None
        if found is None or reader not in found[0].readers or reader not in self._wanting(found[1]):
            return b""
        return found[1]

    @property
    def key(self) -> str:
        """Return the readers with their versions and globs, and the extra paths: all that a cached answer depends on."""
        names = "+".join(sorted(f"{reader.NAME}/{reader.VERSION}:{','.join(reader.GLOBS)}" for reader in self._readers))
        extras = sorted(f"{extra.path!r}{extra.last}={extra.reader}" for extra in self.extras)
        aliases = (f"{one.folder!r}:{one.link!r}={','.join(one.readers)}" for one in self.aliases)
        return "|".join((names, *extras, *aliases))

    def head(self, readers: Sequence[str]) -> int | None:
        """How many bytes of a file are enough for these readers; None if one of them wants all."""
        heads = [self._heads[name] for name in readers]
        return None if None in heads else max(heads)  # type: ignore[type-var]

    def largest(self, readers: Sequence[str], limits: Limits) -> int:
        """How many bytes a file may have for these readers."""
        if self.mapped(readers):
            return limits.mapped_bytes
        return limits.file_bytes if self._large.intersection(readers) else min(limits.file_bytes, limits.text_bytes)

    def mapped(self, readers: Sequence[str]) -> bool:
        """Whether one of these readers reads parts of a file."""
        return not self._mapped.isdisjoint(readers)

    def followers(self, readers: Sequence[str]) -> tuple[str, ...]:
        """Those of the readers that want what a link leads to, which a file's name alone does not tell."""
        return tuple(name for name in readers if name != self.programs)

    def readers(self, path: bytes) -> tuple[str, ...]:
        """Return the names of the readers that want this path, each once."""
        wanting = self._wanting(path)
        found = alias_of(path, self._aliases) if self._aliases else None
        if found is not None:
            wanting = (*wanting, *(one for one in self._wanting(found[1]) if one in found[0].readers))
        return tuple(dict.fromkeys((*wanting, *self._exact.get(path, ()))))

    def _wanting(self, path: bytes) -> tuple[str, ...]:
        """Those whose globs meet this path, and those that a folder was added for."""
        last = path[path.rfind(b"/") + 1 :]
        keys = [last] if last in self._globs else []
        keys += [one for one in self.ends(path, last) if last.endswith(one) and one != last]
        if path.startswith(self.folders):
            keys += [folder for folder in self.folders if path.startswith(folder)]
        found = [
            (number, reader)
            for key in keys
            for literal, patterns in self._patterns_of(key)
            if literal in path
            for number, reader, expression, _ in patterns
            if _compiled(expression).fullmatch(path)
        ]
        return tuple(reader for _, reader in sorted(found))
