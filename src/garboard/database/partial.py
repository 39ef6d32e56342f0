"""What was received of a document before its fetch was broken off: kept beside the shards, for the next update to continue.

It is continued only if the server confirms by a strong validator that the rest belongs to the same bytes, and nothing reads it
before it is whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final, Self

import msgspec

from garboard.model.base import Value

PREFIX: Final = ".partial-"
KEPT: Final = 7 * 24 * 3600
"""Seconds for which a part is kept that nobody continues."""


class Begun(Value):
    """Of which representation a part is; ``size`` is that of the whole."""

    url: str
    etag: str
    size: int


class Partial:
    """The part of one document that is there. A context manager: only one process has it at a time."""

    def __init__(self, folder: Path, url: str) -> None:
        key = hashlib.sha256(url.encode()).hexdigest()[:32]
        self._path = folder / f"{PREFIX}{key}"
        self._note = folder / f"{PREFIX}{key}.json"
        self._url = url
        self._file: BinaryIO | None = None
        self._begun: Begun | None = None

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            file = os.fdopen(handle, "r+b")
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(handle).st_ino == self._path.stat().st_ino:  # nobody removed it in between
                    self._file = file
                    self._begun = self._read()
            if self._file is None:
                file.close()
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is None:
            return
        if self._begun is None or not self.done:
            self._remove()
        self._file.close()

    @property
    def done(self) -> int:
        """How many bytes can be continued."""
        if self._file is None or self._begun is None:
            return 0
        self._file.flush()
        return os.fstat(self._file.fileno()).st_size

    def headers(self) -> dict[str, str]:
        """What asks for the rest, or for the whole if it is another by now; empty if there is nothing to continue."""
        if self._begun is None or not 0 < self.done < self._begun.size:
            return {}
        return {"Range": f"bytes={self.done}-", "If-Range": self._begun.etag}

    def continued_by(self, headers: Mapping[str, str]) -> bool:
        """Whether an answer with status 206 is the rest of exactly these bytes."""
        if self._begun is None:
            return False
        whole = self._begun.size
        return (
            headers.get("ETag", self._begun.etag) == self._begun.etag
            and headers.get("Content-Range", "") == f"bytes {self.done}-{whole - 1}/{whole}"
        )

    def received(self) -> Iterator[bytes]:
        """Yield what is there, for its digest; afterwards more can be written."""
        if self._file is not None:
            self._file.seek(0)
            while piece := self._file.read(1 << 20):
                yield piece

    def begin(self, headers: Mapping[str, str], most: int) -> BinaryIO | None:
        """Begin anew with an answer; None if it could not be continued later, or would be larger than ``most``."""
        self._begun = None
        etag, length = headers.get("ETag", ""), headers.get("Content-Length", "")
        if self._file is None or not etag.startswith('"') or not (length.isascii() and length.isdecimal()):
            return None
        if len(length) > 15 or not 0 < int(length) <= most:
            return None
        self._file.seek(0)
        self._file.truncate()
        begun = Begun(url=self._url, etag=etag, size=int(length))
        self._note.write_bytes(msgspec.json.encode(begun))
        self._begun = begun
        return self._file

    def rest(self) -> BinaryIO | None:
        """The file, to write the rest at its end."""
        if self._file is not None:
            self._file.seek(0, os.SEEK_END)
        return self._file

    def whole(self) -> bool:
        """Whether every byte is there."""
        return self._begun is not None and self.done == self._begun.size

    def forget(self) -> None:
        """Continue nothing: the server has something else by now."""
        self._begun = None

    def become(self, place: Path) -> None:
        """Move the whole document to its place."""
        assert self._file is not None
        self._file.flush()
        self._path.replace(place)
        self._note.unlink(missing_ok=True)
        self._file.close()
        self._file = None

    def _remove(self) -> None:
        for path in (self._path, self._note):
            path.unlink(missing_ok=True)

    def _read(self) -> Begun | None:
        try:
            found = msgspec.json.decode(self._note.read_bytes(), type=Begun)
        except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
            return None
        return found if found.url == self._url and found.etag.startswith('"') else None


def clear(folder: Path) -> None:
    """Remove parts that nobody has continued for long."""
    for path in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > KEPT:
                path.unlink()
