"""The digest of a layer's bytes, taken while they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from queue import Queue
from threading import Thread
from typing import Final

from garboard.model.limits import MIB

_ALONE: Final = 8 * MIB
"""Bytes after which a thread of its own takes the digest: it is a third of the work on a compressed layer."""
_WAITING: Final = 8
"""Chunks that may wait for it."""


class Hashing:
    """SHA-256 of the chunks that pass through."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def passing(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the chunks; once all are taken, `hexdigest` is theirs."""
        passed = 0
        for chunk in chunks:
            self._digest.update(chunk)
            yield chunk
            passed += len(chunk)
            if passed > _ALONE:
                break
        else:
            return
        waiting: Queue[bytes] = Queue(_WAITING)
        worker = Thread(target=_take, args=(waiting.get, self._digest.update), name="digest", daemon=True)
        worker.start()
        try:
            for chunk in filter(None, chunks):
                waiting.put(chunk)
                yield chunk
        finally:
            waiting.put(b"")
            worker.join()

    def hexdigest(self) -> str:
        """Return the digest of all chunks so far, in hexadecimal."""
        return self._digest.hexdigest()


def _take(get: Callable[[], bytes], update: Callable[[bytes], None]) -> None:
    """Update with each chunk until an empty one."""
    while chunk := get():
        update(chunk)
