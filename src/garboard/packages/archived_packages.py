"""Packages of other kinds in the archives that an ecosystem reads: what its cataloger passes over is told."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.ecosystem import Ecosystem
from garboard.model.image import File
from garboard.model.limits import MIB
from garboard.model.package import Fact, Unread
from garboard.packages import archive_contents, archive_names
from garboard.patterns import of_globs

if TYPE_CHECKING:
    from garboard.zipped import Entry

VERSION: Final = 2
"""Rises when what is told of an archive that an ecosystem reads changes."""
_SIGNS: Final = (b"PK", b"#!")
"""How an archive begins, and a script that one follows."""
_PLAIN_ENDS: Final = tuple(glob.rpartition("*")[2] for glob in (*archive_names.ZIPS, *archive_names.TARS))
_NESTED: Final = 16 * MIB
_ALL_NESTED: Final = 64 * MIB
"""Bytes of archives in an archive that are looked at, of one and of all."""
_OWN: Final = 64 * MIB
_ALL_OWN: Final = 256 * MIB
"""Bytes of compressed archives of the same kind in an archive that are searched, of one and of all."""
_DEPTH: Final = 4
_NAMED: Final = 3
_TOO_LARGE: Final = "are too large or too deep in others to be searched for packages of other kinds"
_OF_OTHERS: Final = "hold packages of other kinds, which were not read"
INSIDE: Final = "archives of packages"


def _own(ecosystem: Ecosystem) -> tuple[str, ...]:
    """How its packages and their archives are named in archives of others, as globs."""
    ends = (f"**/*.{ecosystem.package_file.rpartition('.')[2]}",) if ecosystem.package_file else ()
    return (*ecosystem.packed, *(glob for glob in archive_names.read_by(ecosystem) if "*." in glob), *ends)


@cache
def _ends() -> tuple[tuple[bytes, ...], re.Pattern[bytes]]:
    """Texts of which one is in the directory of each zip file that may hold packages of other kinds: words, and extensions.

    There are many extensions, and such directories are long: the expression parts them by their first letters.
    """
    ends = {glob.rpartition("/")[2].rpartition("*")[2] for one in ECOSYSTEMS for glob in _own(one)}
    letters: dict[str, list[str]] = defaultdict(list)
    for end in sorted({*ends, *_PLAIN_ENDS}):
        if end.startswith("."):
            letters[end[1:2]].append(re.escape(end[2:]))
    extensions = "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in letters.items())
    words = tuple(end.encode() for end in sorted(ends) if not end.startswith("."))
    return words, re.compile(rf"\.(?:{extensions})".encode())


def _mentions(names: bytes) -> bool:
    words, extensions = _ends()
    return extensions.search(names) is not None or any(word in names for word in words)


@cache
def _packages_of(name: str, *, others: bool) -> Callable[[str], object]:
    """Whether a member is a package of this ecosystem, or of any other."""
    chosen = (one for one in ECOSYSTEMS if (one.name != name) == others)
    return re.compile(of_globs(glob for one in chosen for glob in _own(one))).fullmatch


@cache
def _archives_of(name: str) -> Callable[[str], object]:
    """Whether a member is an archive that this ecosystem's cataloger reads."""
    globs = (glob for one in ECOSYSTEMS if one.name == name for glob in archive_names.read_by(one) if "*." in glob)
    return re.compile(of_globs(globs)).fullmatch


def of_others(file: File, ecosystem: Ecosystem) -> Iterator[Fact]:
    """That an archive which is read as one of this ecosystem's, or one in it, holds packages of others, or archives that do."""
    from garboard import zipped

    if bytes(file.view[:2]) not in _SIGNS:
        return
    search = _Search(file.path, ecosystem)
    try:
        found = tuple(islice(search.others(file.view), _NAMED))
    except zipped.Malformed:
        return  # the cataloger tells of it
    if found:
        yield Unread(kind=INSIDE, names=found, reason=_OF_OTHERS)
    if search.unsearched:
        yield Unread(kind=INSIDE, names=tuple(search.unsearched[:_NAMED]), reason=_TOO_LARGE)


class _Search:
    """Looks for packages of other kinds in one file and in the archives of the same kind in it."""

    def __init__(self, path: str, ecosystem: Ecosystem) -> None:
        self._path = path
        self._own = _packages_of(ecosystem.name, others=False)
        self._others = _packages_of(ecosystem.name, others=True)
        self._archive = _archives_of(ecosystem.name)
        self._left = _ALL_NESTED
        self._left_of_own = _ALL_OWN
        self.unsearched: list[str] = []
        """Archives of the same kind that are beyond a bound."""

    def others(self, view: memoryview, inside: str = "", depth: int = 1) -> Iterator[str]:
        """The members that tell of such packages."""
        from garboard import zipped

        if not _mentions(bytes(zipped.directory(view))):
            return
        for entry in zipped.entries(view):
            name = f"{inside}{entry.name}"
            if not entry.size or archive_names.for_tests(f"{self._path}/{name}"):
                continue
            if self._own(entry.name):
                if self._archive(entry.name):
                    yield from self._nested(view, entry, name, depth)
            elif self._tells(view, entry):
                yield name

    def _nested(self, view: memoryview, entry: Entry, name: str, depth: int) -> Iterator[str]:
        """Those in an archive of the same kind; the cataloger tells of one that cannot be read."""
        from garboard import zipped

        if depth >= _DEPTH or (entry.method and entry.size > min(self._left_of_own, _OWN)):
            self.unsearched.append(name)
            return
        if entry.method:
            self._left_of_own -= entry.size
        try:
            nested = zipped.read(view, entry, entry.size)
            if bytes(nested[:2]) in _SIGNS:
                yield from self.others(nested, f"{name}{zipped.SEPARATOR}", depth + 1)
        except zipped.Malformed:
            return

    def _tells(self, view: memoryview, entry: Entry) -> bool:
        if not entry.name.endswith(_PLAIN_ENDS):
            return bool(self._others(entry.name))
        known = entry.size <= min(self._left, _NESTED)
        self._left -= entry.size if known else 0
        return not known or bool(_reason(view, entry))


def _reason(view: memoryview, entry: Entry) -> str:
    """What is said of an archive in an archive."""
    from garboard import zipped

    try:
        nested = zipped.read(view, entry, _NESTED)
    except zipped.Malformed:
        return archive_contents.BROKEN
    return archive_contents.in_any(nested)
