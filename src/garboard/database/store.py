"""The database directory: one SQLite file per shard, replaced as a whole; one writer at a time.

A file is written next to its place, synced and renamed over the old one, so a reader sees either the old or the new
data, even if the writer is killed. Readers need no lock: a file that they have open stays unchanged.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from garboard import dirs
from garboard.model.errors import DatabaseError

SCHEMA = 9
"""Incremented with the schema, and whenever a parser gives a different result for the same bytes."""
SUFFIX = ".sqlite"
CONFIRMED = ".confirmed"
"""A note beside a shard: when upstream last reported no changes. Writing it leaves the shard file alone."""
LOCK = ".lock"
WAIT = 600.0
"""Seconds for which a writer waits for another one."""
PAUSE = 0.2
ROOM = "make room there, or choose another folder with --db DIR"
"""What helps where `is_full`."""
Waiting = Callable[[str], None]
"""Called once with a sentence for people, if another process has to end first."""
PREFIX = ".tmp-"
"""Prefix of files that are being written; any that exist when the lock is taken were left by a killed writer."""


def default_directory() -> Path:
    """Return ``db`` in the user's data directory on this platform."""
    return Path(dirs.data()) / "db"


def path_of(directory: Path, shard: str) -> Path:
    """Return the file of a shard, percent-encoded so that any name is one plain file name."""
    return directory / (quote(shard, safe="") + SUFFIX)


def installed(directory: Path) -> tuple[str, ...]:
    """Return the shards that have a file, sorted; none if the directory does not exist."""
    try:
        names = sorted(entry.name for entry in os.scandir(directory))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise DatabaseError(
            f"cannot read the database directory {directory}: {error.strerror}", "choose another with --db DIR"
        ) from error
    return tuple(unquote(name.removesuffix(SUFFIX)) for name in names if _is_shard(name))


def _is_shard(name: str) -> bool:
    return name.endswith(SUFFIX) and not name.startswith(".")


@contextlib.contextmanager
def writing(directory: Path, waiting: Waiting = lambda _told: None, wait: float = WAIT) -> Iterator[None]:
    """Hold the single writer's lock; create the directory, and remove what killed writers left.

    Another writer is waited for, for ``wait`` seconds at most.

    Raises:
        DatabaseError: Another process is still writing, or the directory is not writable.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise DatabaseError(
            f"cannot write to the database directory {directory}: {error.strerror}", "choose another with --db DIR"
        ) from error
    try:
        _lock(handle, directory, waiting, wait)
        for leftover in directory.glob(PREFIX + "*"):
            _remove(leftover)
        yield
    finally:
        os.close(handle)


def _remove(leftover: Path) -> None:
    if leftover.is_dir() and not leftover.is_symlink():
        import shutil

        shutil.rmtree(leftover, ignore_errors=True)
    else:
        leftover.unlink(missing_ok=True)


def _lock(handle: int, directory: Path, waiting: Waiting, wait: float) -> None:
    until = time.monotonic() + wait
    told = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError as error:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            reason = f"another process ({holder}) is changing the database in {directory}"
            if time.monotonic() >= until:
                raise DatabaseError(
                    f"{reason}, for more than {wait:.0f} seconds",
                    "wait until it has ended, or choose another directory with --db DIR",
                ) from error
            if not told:
                waiting(f"{reason}: waiting for it, for {wait:.0f} seconds at most")
                told = True
            time.sleep(PAUSE)
        except OSError as error:
            raise DatabaseError(
                f"the database directory {directory} cannot be locked: {error.strerror}", "choose another with --db DIR"
            ) from error
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)


@contextlib.contextmanager
def scratch(directory: Path) -> Iterator[Path]:
    """Provide a new empty file in the database directory; it is removed afterwards unless it was renamed."""
    import tempfile

    handle, name = tempfile.mkstemp(prefix=PREFIX, dir=directory)
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def install(written: Path, place: Path) -> None:
    """Put a finished file in its place, durably."""
    written.chmod(0o644)
    _sync(written, os.O_RDONLY)
    written.replace(place)
    _sync(place.parent, os.O_RDONLY | os.O_DIRECTORY)


def is_full(error: BaseException) -> bool:
    """Whether what failed is that there is no more room on the disk, or not for this user."""
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """Return the hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
