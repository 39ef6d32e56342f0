"""The catalog's file: its location, how it is opened, and its schema.

It uses SQLite's write-ahead mode: readers see the state after the last finished transaction while another process
writes, and a writer that is killed leaves nothing half done.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from garboard import dirs
from garboard.model.errors import CatalogError

SCHEMA: Final = 1
"""Incremented with every change of schema.sql."""
PATIENCE: Final = 60.0
"""Seconds that a writer waits for another transaction; one takes milliseconds."""
_NO_PLACE: Final = frozenset((sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY))
"""Errors of a folder that is not writable: it has no room for the memory that SQLite's readers share."""


def default_path() -> Path:
    """Return ``catalogue.sqlite`` in the user's data directory."""
    return Path(dirs.data()) / "catalogue.sqlite"


class Store:
    """A catalog file, opened on first use. A context manager: leaving it closes the file.

    ``write`` creates the file if it is missing. Every method raises `CatalogError` if the file is missing, damaged, not
    a catalog, or has another schema.
    """

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self.path = path
        self._write = write
        self._connection: sqlite3.Connection | None = None

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[Any]:
        """Return all rows of a query."""
        with self.translated():
            return self._open().execute(query, values).fetchall()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write everything inside the block, or nothing. A nested transaction is part of the outer one."""
        with self.translated():
            connection = self._open()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read everything inside the block from one point in time, whatever others write. Can be nested."""
        with self.translated():
            connection = self._open()
            if connection.in_transaction:
                yield
                return
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.execute("COMMIT")

    @contextlib.contextmanager
    def translated(self) -> Iterator[None]:
        """Translate errors of SQLite and of decoding into errors for people."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise CatalogError(
                f"the catalog {self.path} cannot be used: {error}", "choose another with --catalog FILE"
            ) from error
        except (sqlite3.Error, msgspec.MsgspecError, UnicodeError, TypeError) as error:
            raise self._damaged(str(error)) from error

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _damaged(self, why: str) -> CatalogError:
        return CatalogError(
            f"the catalog {self.path} is damaged: {why}",
            "move it away, and make it anew with garboard catalog sync or garboard catalog import",
        )

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = self._writable() if self._write else self._readable()
            try:
                self._check(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _readable(self) -> sqlite3.Connection:
        if not self.path.is_file():
            raise CatalogError(f"there is no catalog at {self.path}", "make one with garboard catalog sync REPOSITORY")
        connection = _connect(self.path, "mode=ro")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF not in _NO_PLACE or self._has_log():
                raise
            connection = _connect(self.path, "mode=ro&immutable=1")
        return connection

    def _has_log(self) -> bool:
        """Report whether the log holds changes that are not in the file yet: reading the file alone would miss them."""
        try:
            return self.path.with_name(f"{self.path.name}-wal").stat().st_size > 0
        except OSError:
            return False

    def _writable(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CatalogError(f"cannot make the folder {self.path.parent}: {error.strerror}") from error
        connection = _connect(self.path, "mode=rwc")
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Create the catalog if the file is new. A foreign file is refused before anything in it changes."""
        if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            self._check(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN IMMEDIATE")
        if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            for statement in Path(__file__).with_name("schema.sql").read_text("utf-8").split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("COMMIT")

    def _check(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if found == 0 or not {"image", "package", "name"} <= tables:
            raise CatalogError(f"{self.path} is not a catalog of garboard", "choose another with --catalog FILE")
        if found != SCHEMA:
            raise CatalogError(
                f"the catalog {self.path} has schema {found}, this program reads {SCHEMA}",
                "carry it over with the version that wrote it: garboard catalog export, then garboard catalog import",
            )


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # autocommit: transactions begin and end only where the code says so
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
