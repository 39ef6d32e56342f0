"""The contributions of layers, kept between scans: a folder of files with a size limit.

Safe for many processes at once: a file is written under another name and renamed, a damaged or foreign file is a miss,
and the least recently used files are removed first when the limit is exceeded.
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

_FORMAT: Final = 2
"""Incremented whenever the record of an unchanged layer would come out differently."""
_DEFAULT_BOUND: Final = 1024 * MIB


class Cache(Protocol):
    """Storage for records, by a key that covers everything they depend on."""

    def get(self, key: str) -> LayerRecord | None: ...

    def put(self, key: str, record: LayerRecord) -> None: ...


class NoCache:
    """Keeps nothing."""

    def get(self, key: str) -> LayerRecord | None:  # noqa: ARG002
        return None

    def put(self, key: str, record: LayerRecord) -> None:
        pass


class FolderCache:
    """A cache in a folder. A folder that is not writable is not an error: scans are just slower."""

    def __init__(self, folder: Path, bound: int = _DEFAULT_BOUND) -> None:
        self._folder = folder / f"layers-{_FORMAT}"
        self._bound = bound
        self._total: int | None = None
        """Bytes in the folder, as far as this process knows; looked up once, because a folder may have many files."""

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()

    def get(self, key: str) -> LayerRecord | None:
        """Return the record under this key, or ``None``."""
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
        """Keep a record; others are removed if the limit is exceeded."""
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
            return
        if self._total is not None:
            self._total += len(data)
        if self._total is None or self._total > self._bound:
            self._total = self._prune()

    def _prune(self) -> int:
        """Remove the least recently used files until three quarters of the limit are left; returns what is left."""
        found: list[tuple[float, int, str]] = []
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    found.append((status.st_mtime, status.st_size, entry.path))
        total = sum(size for _, size, _ in found)
        if total <= self._bound:
            return total
        for _, size, name in sorted(found):
            with contextlib.suppress(OSError):
                Path(name).unlink()
            total -= size
            if total <= self._bound * 3 // 4:
                break
        return total
