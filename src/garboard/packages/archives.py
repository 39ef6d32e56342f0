"""Archives that no cataloger reads, and that hold packages as far as their directory or their beginning shows.

Nothing is unpacked: the directory at the end of a zip file names all of its members, and of a tar file its first ones are
looked at, however it is compressed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.ecosystem import Ecosystem
from garboard.model.image import File, Reader
from garboard.model.package import Fact, Unread
from garboard.patterns import of_globs

KIND: Final = "archives"
_HOLDS: Final = "hold packages or lists of them, and were not looked into"
_BROKEN: Final = "cannot be read: what they hold is not known"
_NO_FORM: Final = "are of a form that is not read: what they hold is not known"
_ZIPS: Final = ("**/*.zip", "**/*.vsix")
_COMPRESSED: Final = ("gz", "xz", "bz2", "zst")
_TARS: Final = ("**/*.tar", "**/*.tgz", "**/*.txz", "**/*.tbz2", *(f"**/*.tar.{end}" for end in _COMPRESSED))
_OTHERS: Final = ("**/*.7z",)
GLOBS: Final = (*_ZIPS, *_TARS, *_OTHERS)
_HEAD: Final = 64 * 1024
_PLAIN: Final = 1024 * 1024
"""Bytes of a tar file that are looked at."""
_BLOCK: Final = 512
_LONGEST_NUMBER: Final = 16
_OCTAL: Final = frozenset(b"01234567")
_DESCRIBING: Final = (
    *("/package.json", ".dist-info/METADATA", "/PKG-INFO", "/go.mod", "/Cargo.toml", "/pom.xml", "/composer.json"),
    *("/composer/installed.json", ".gemspec", ".nuspec", ".deps.json", ".tgz", ".zip", ".phar"),
)


def _archives(ecosystem: Ecosystem) -> tuple[str, ...]:
    """The archives that its cataloger reads, as globs."""
    return (*ecosystem.archives, *(ecosystem.globs if ecosystem.mapped else ()))


_SIGNS: Final = tuple(
    dict.fromkeys(
        (
            *_DESCRIBING,
            *(glob.rpartition("*")[2] for one in ECOSYSTEMS for glob in _archives(one) if not glob.endswith(".zip")),
            *(f".{one.package_file.rpartition('.')[2]}" for one in ECOSYSTEMS if one.package_file),
            *(f"/{lock}" for one in ECOSYSTEMS for lock in one.locks),
        )
    )
)
"""How the names of members end that are packages, describe one, or list some."""


def _holds(names: Iterable[str]) -> bool:
    return any(f"/{name}".endswith(_SIGNS) for name in names)


@cache
def _read_elsewhere() -> re.Pattern[str]:
    return re.compile(of_globs(glob for one in ECOSYSTEMS for glob in _archives(one)))


def _passed_over(path: str) -> bool:
    """Whether a cataloger of the ecosystem reads it, or tests alone need it."""
    return _read_elsewhere().fullmatch(path) is not None or any(one.for_tests(path) for one in ECOSYSTEMS)


class _Zips:
    """A `Reader` of the directories of zip files."""

    NAME: Final = "zip-archives"
    VERSION: Final = 1
    GLOBS: Final = _ZIPS
    MAPPED: Final = True

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it holds packages."""
        from garboard import zipped

        if _passed_over(file.path) or bytes(file.view[:2]) != b"PK":
            return
        try:
            holds = _holds(entry.name for entry in zipped.entries(file.view))
        except zipped.Malformed:
            yield Unread(kind=KIND, reason=_BROKEN)
            return
        if holds:
            yield Unread(kind=KIND, reason=_HOLDS)


class _Tars:
    """A `Reader` of the beginnings of tar files, compressed or not."""

    NAME: Final = "tar-archives"
    VERSION: Final = 1
    GLOBS: Final = _TARS
    HEAD: Final = _HEAD

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it holds packages."""
        from garboard import compression

        if _passed_over(file.path) or not file.data:
            return
        form = compression.form_of(file.data)
        try:
            plain = file.data if form is None else compression.first_stream(file.data, form, _PLAIN)[0]
        except compression.Damaged:
            yield Unread(kind=KIND, reason=_BROKEN)
            return
        if _holds(names(plain)):
            yield Unread(kind=KIND, reason=_HOLDS)


class _Others:
    """A `Reader` of archives of which nothing can be read."""

    NAME: Final = "other-archives"
    VERSION: Final = 1
    GLOBS: Final = _OTHERS
    HEAD: Final = 1

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it is there."""
        if not _passed_over(file.path):
            yield Unread(kind=KIND, reason=_NO_FORM)


READERS: Final[tuple[Reader, ...]] = (_Zips(), _Tars(), _Others())


def names(plain: bytes) -> Iterator[str]:
    """The names of the first members of a tar file (POSIX.1-2017, and GNU's long names), until something else follows."""
    at = 0
    longer = b""
    while at + _BLOCK <= len(plain) and plain[at + 257 : at + 262] == b"ustar":
        size = _number(plain[at + 124 : at + 136])
        if size is None:
            return
        kind, data = plain[at + 156 : at + 157], plain[at + _BLOCK : at + _BLOCK + size]
        if kind == b"L":
            longer = data.partition(b"\0")[0]
        elif kind == b"x":
            longer = dict(_records(data)).get(b"path", b"")
        else:
            name, prefix = (plain[at + start : at + end].partition(b"\0")[0] for start, end in ((0, 100), (345, 500)))
            yield (longer or (prefix + b"/" + name if prefix else name)).decode("utf-8", "replace")
            longer = b""
        at += _BLOCK + -(-size // _BLOCK) * _BLOCK


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The records of an extended header: each begins with its own length."""
    at = 0
    while at < len(data):
        length = data[at : at + _LONGEST_NUMBER].partition(b" ")[0]
        if not length.isdigit() or not len(length) < int(length) <= len(data) - at:
            return
        name, _, value = data[at + len(length) + 1 : at + int(length) - 1].partition(b"=")
        yield name, value
        at += int(length)


def _number(field: bytes) -> int | None:
    """A size in octal digits; None for one of GNU's in base 256, which is larger than what is looked at."""
    text = field.strip(b"\0 ")
    return int(text or b"0", 8) if not set(text) - _OCTAL else None
