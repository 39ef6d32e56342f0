"""What layers contributed, kept between scans: a folder of files with a bound on its size.

Safe for many processes at once: a file is written aside and renamed, a damaged or foreign one is a miss, and the oldest
used go first when the bound is passed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Final, Protocol

import msgspec

from garboard.image.layers.record import LayerRecord, decode, encode
from garboard.model.limits import MIB

_FORMAT: Final = 1
"""Rises whenever a record of the same layer would be made differently."""
_DEFAULT_BOUND: Final = 1024 * MIB


class Cache(Protocol):
    """Where records are kept, by a key that names all that they depend on."""

    def get(self, key: str) -> LayerRecord | None: ...

    def put(self, key: str, record: LayerRecord) -> None: ...


class NoCache:
    """Keeps nothing."""

    def get(self, key: str) -> LayerRecord | None:  # noqa: ARG002
        return None

    def put(self, key: str, record: LayerRecord) -> None:
        pass


class FolderCache:
    """A cache in a folder. A folder that cannot be written is no error: a scan is then only slower."""

    def __init__(self, folder: Path, bound: int = _DEFAULT_BOUND) -> None:
        self._folder = folder / f"layers-{_FORMAT}"
        self._bound = bound

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()

    def get(self, key: str) -> LayerRecord | None:
        """The record under this key, or ``None``."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            record = decode(data)
        except (OSError, msgspec.MsgspecError):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return record

    def put(self, key: str, record: LayerRecord) -> None:
        """Keep a record; others go where the bound is passed."""
        data = encode(record)
        if len(data) > self._bound // 4:
            return
        aside = self._folder / f".new-{os.getpid()}-{os.urandom(8).hex()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with aside.open("xb") as file:
                file.write(data)
            aside.replace(self._path(key))
        except OSError:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
        self._prune()

    def _prune(self) -> None:
        """Remove the least recently used until three quarters of the bound are left."""
        found: list[tuple[float, int, str]] = []
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    found.append((status.st_mtime, status.st_size, entry.path))
        total = sum(size for _, size, _ in found)
        if total <= self._bound:
            return
        for _, size, name in sorted(found):
            with contextlib.suppress(OSError):
                Path(name).unlink()
            total -= size
            if total <= self._bound * 3 // 4:
                return
