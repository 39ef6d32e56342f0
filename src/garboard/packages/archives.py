"""Archives that no cataloger reads, and that hold packages or programs: told, wherever they lie and however they are named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard import tarred
from garboard.model.image import File, Reader
from garboard.model.package import Fact, Unread
from garboard.packages import archive_contents, archive_names

KIND: Final = "archives"
IMAGES: Final = "folders of container images"
GLOBS: Final = archive_names.GLOBS
_SCRIPTS: Final = "are scripts that unpack the data that follow them, which were not looked into"
_SCRIPT: Final = b"#!"
_END_OF_ZIP: Final = b"PK\5\6"
_TAIL: Final = 4096


class _Zips:
    """A `Reader` of the directories of zip files."""

    NAME: Final = "zip-archives"
    VERSION: Final = 4
    GLOBS: Final = archive_names.ZIPS
    MAPPED: Final = True

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it holds packages."""
        if not archive_names.passed_over(file.path) and bytes(file.view[:2]) == b"PK":
            yield from _told(archive_contents.in_zip(file.view))


class _Tars:
    """A `Reader` of the headers of tar files, compressed or not."""

    NAME: Final = "tar-archives"
    VERSION: Final = 3
    GLOBS: Final = archive_names.TARS
    MAPPED: Final = True

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it holds packages."""
        if not archive_names.passed_over(file.path):
            yield from _told(archive_contents.in_tar(file.view))


class _Others:
    """A `Reader` of archives and disks of which nothing can be read."""

    NAME: Final = "other-archives"
    VERSION: Final = 3
    GLOBS: Final = archive_names.OTHERS
    HEAD: Final = 16

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it is there."""
        if not file.data or archive_names.for_tests(file.path):
            return
        if file.path.lower().endswith(".rar") and not file.data.startswith(b"Rar!"):
            return  # a Java archive
        yield Unread(kind=KIND, reason=archive_contents.NO_FORM)


class _Disks:
    """A `Reader` of disks whose names other files have, too."""

    NAME: Final = "disks"
    VERSION: Final = 1
    GLOBS: Final = archive_names.DISKS
    MAPPED: Final = True

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it is there."""
        if not archive_names.for_tests(file.path):
            yield from _told(archive_contents.in_disk(file.view))


class _Initial:
    """A `Reader` of the file systems with which a kernel starts, by their names: of any form."""

    NAME: Final = "initial-file-systems"
    VERSION: Final = 1
    GLOBS: Final = archive_names.INITIAL
    HEAD: Final = 1

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it is there."""
        if file.data:
            yield Unread(kind=KIND, reason=archive_contents.NO_FORM)


class _Images:
    """A `Reader` of what tells that a folder holds container images."""

    NAME: Final = "container-images"
    VERSION: Final = 1
    GLOBS: Final = archive_names.IMAGES
    HEAD: Final = 1

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it is there."""
        if not archive_names.for_tests(file.path):
            yield Unread(kind=IMAGES)


READERS: Final[tuple[Reader, ...]] = (_Zips(), _Tars(), _Others(), _Disks(), _Initial(), _Images())


def _told(reason: str) -> Iterator[Fact]:
    if reason:
        yield Unread(kind=KIND, reason=reason)


def unnamed(file: File, /) -> Iterator[Fact]:
    """The same of a file whose name does not tell that it is an archive, and of a script that data follow.

    ``file.data`` is its beginning.
    """
    head, view = file.data, file.view
    if archive_names.for_tests(file.path):
        return
    if head.startswith(_SCRIPT):
        if b"\0" in bytes(view[-_TAIL:]):
            if (
                _END_OF_ZIP in bytes(view[-_TAIL:])
                and (reason := archive_contents.in_zip(view)) != archive_contents.BROKEN
            ):
                yield from _told(reason)
            else:
                yield Unread(kind=KIND, reason=_SCRIPTS)
    elif head.startswith(archive_contents.ZIP):
        yield from _told(archive_contents.in_zip(view))
    elif head[tarred.MAGIC] == tarred.USTAR:
        yield from _told(archive_contents.in_tar(view))
    else:
        yield from _told(archive_contents.compressed(view))
