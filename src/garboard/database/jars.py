"""The coordinates of Java archives by their SHA-1, made of a user's own repository: for archives that do not state their group.

One SQLite file beside the shards. An archive that has several coordinates, because it was published twice, has none here.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import quote

from garboard.database.store import Waiting, install, scratch, writing
from garboard.model.errors import DatabaseError
from garboard.model.package import JarName

FILE: Final = "maven-jars.index"
_FORM: Final = 1
_SCHEMA: Final = (
    f"PRAGMA user_version = {_FORM}",
    """CREATE TABLE jar (
        sha1 BLOB, namespace TEXT, name TEXT, version TEXT, PRIMARY KEY (sha1, namespace, name, version)
    ) WITHOUT ROWID""",
)


def build(directory: Path, found: Iterable[tuple[bytes, JarName]], waiting: Waiting) -> int:
    """Write the index in a database's directory, in place of the one that is there; how many archives it names.

    Raises:
        DatabaseError: the directory cannot be written.
    """
    with writing(directory, waiting), scratch(directory) as path:
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.executemany(
                "INSERT OR IGNORE INTO jar VALUES (?, ?, ?, ?)", ((sha1, *one) for sha1, one in found)
            )
            (count,) = connection.execute("SELECT count(DISTINCT sha1) FROM jar").fetchone()
        install(path, directory / FILE)
    return int(count)


class Jars:
    """The index of a database's directory, opened at the first question; it need not be there."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE
        self._connection: sqlite3.Connection | None = None

    def __call__(self, sha1: str) -> JarName | None:
        """The coordinates of an archive.

        Raises:
            DatabaseError: the index is damaged.
        """
        if self._connection is None and not self._path.is_file():
            return None
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(f"file:{quote(str(self._path))}?mode=ro", uri=True)
                if self._connection.execute("PRAGMA user_version").fetchone() != (_FORM,):
                    raise sqlite3.DatabaseError("it is of another version")
            rows = self._connection.execute(
                "SELECT namespace, name, version FROM jar WHERE sha1 = ?", (bytes.fromhex(sha1),)
            ).fetchmany(2)
        except sqlite3.Error as error:
            raise DatabaseError(
                f"the index of Java archives {self._path} cannot be read: {error}", "garboard db jars DIR"
            ) from error
        return JarName(*rows[0]) if len(rows) == 1 else None
