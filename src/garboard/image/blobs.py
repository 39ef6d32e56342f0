"""Local archives as named blobs: the members of a tar file, or the files of a folder, mapped and never unpacked."""

from __future__ import annotations

import mmap
import os
from collections.abc import Container
from pathlib import Path
from typing import Protocol

import msgspec

from garboard.image.handle import Region
from garboard.image.layers.names import NameLog
from garboard.image.layers.tar import EVERYTHING, FILE, HARDLINK, SYMLINK, MappedWindow, Walker, clean
from garboard.model.errors import ImageError
from garboard.model.limits import Limits

MEMBERS = 100_000
"""The most members of an image's own archive."""


class Blobs(Protocol):
    """Blobs by name, such as ``manifest.json`` or ``blobs/sha256/…``."""

    def find(self, name: str) -> Region | None:
        """Return the blob's bytes, or ``None`` if there is no blob of that name."""
        ...

    def names(self) -> Container[str]: ...

    def identity(self, region: Region) -> str:
        """Return a text that changes whenever the underlying file is replaced or written."""
        ...

    def close(self) -> None: ...


def map_file(path: Path) -> Region:
    """Map a whole file for reading.

    Raises:
        ImageError: The file cannot be read.
    """
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            raise ImageError(f"{path} is not a file")
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise ImageError(f"{path} is empty", "export the image again")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror}") from error
    return Region(mapped, 0, len(mapped))


def file_identity(path: Path) -> str:
    """Return a text that changes whenever the file is replaced or written."""
    status = path.stat()
    return "|".join(map(str, (path.resolve(), status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)))


class TarBlobs:
    """The members of an uncompressed tar file."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._region = map_file(path)
        self._identity = file_identity(path)
        self._links: dict[str, str] = {}
        self._found: dict[str, tuple[int, int]] = {}
        unread = msgspec.structs.replace(limits, file_bytes=-1, members=MEMBERS)
        try:
            self._index(Walker(MappedWindow(self._region), EVERYTHING, NameLog(), unread))
        except ImageError as error:
            raise ImageError(f"{path}: {error.message}", error.hint) from error

    def _index(self, walker: Walker) -> None:
        for member in walker.walk():
            name = os.fsdecode(member.path)
            if member.kind == FILE:
                self._found[name] = (member.at, member.at + member.size)
            elif member.kind == HARDLINK:
                self._links[name] = os.fsdecode(member.target)
            elif member.kind == SYMLINK:  # docker save links layers that two images share
                folder = member.path.rpartition(b"/")[0]
                self._links[name] = os.fsdecode(clean(folder + b"/" + member.target)[0])

    def find(self, name: str) -> Region | None:
        for _ in range(4):
            place = self._found.get(name)
            if place is not None:
                return Region(self._region.map, *place)
            name = self._links.get(name, "")
        return None

    def names(self) -> Container[str]:
        return self._found.keys() | self._links.keys()

    def identity(self, region: Region) -> str:
        return f"{self._identity}|{region.start}|{region.end}"

    def close(self) -> None:
        self._region.map.close()


class FolderBlobs:
    """The files of a folder. Names that lead out of it are not found."""

    def __init__(self, path: Path) -> None:
        self._root = path.resolve()
        self._open: dict[str, Region] = {}
        self._identities: dict[int, str] = {}

    def _path(self, name: str) -> Path | None:
        path = (self._root / name).resolve()
        return path if path.is_relative_to(self._root) and path.is_file() else None

    def find(self, name: str) -> Region | None:
        region = self._open.get(name)
        path = self._path(name)
        if region is None and path is not None:
            region = self._open[name] = map_file(path)
            self._identities[id(region.map)] = file_identity(path)
        return region

    def names(self) -> Container[str]:
        return {name for name in ("oci-layout", "index.json", "manifest.json") if self._path(name)}

    def identity(self, region: Region) -> str:
        return self._identities[id(region.map)]

    def close(self) -> None:
        for region in self._open.values():
            region.map.close()


def document(blobs: Blobs, name: str, subject: str, limits: Limits) -> bytes:
    """Return the bytes of a small blob.

    Raises:
        ImageError: The blob is missing or exceeds the limit on metadata.
    """
    region = blobs.find(name)
    if region is None:
        raise ImageError(f"{subject} is incomplete: it has no {name}", "export the image again")
    if region.end - region.start > limits.metadata_bytes:
        raise ImageError(
            f"{name} in {subject} has {region.end - region.start} bytes; the limit is {limits.metadata_bytes}"
        )
    return region.map[region.start : region.end]
