"""RPM's SQLite database: table ``Packages(hnum, blob)``, one header a row.

The file is untrusted, schema included: it is opened in memory, only plain reading is allowed, and rows and steps are
counted.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from garboard.ecosystems.rpm.rpmdb.malformed import MalformedError

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_STEPS_AT_ONCE = 1_000_000
_STEPS = 20
"""Of `_STEPS_AT_ONCE` virtual-machine instructions each; a row costs about ten."""
_WAL_MAGICS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_WAL_HEADER, _WAL_FRAME = 32, 24
_JOURNAL_MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_LEAST_HEADER = 32
"""Bytes; no package's header is smaller."""


def headers(data: bytes) -> Iterator[bytes]:
    """Each package's header blob, by row. Raises `MalformedError` for a file that SQLite cannot read to its end.

    A database left in write-ahead mode is read as it stands in its main file; `committed` tells whether its ``-wal`` file
    has more.
    """
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            yield from _rows(connection, _rollback_mode(data))
        except (sqlite3.Error, UnicodeError, OverflowError, MemoryError) as error:
            raise MalformedError(f"SQLite: {error}") from error


def committed(wal: bytes) -> bool:
    """Whether a ``-wal`` file holds a transaction (SQLite's file format, section 4): what SQLite reads before the database.

    Frames that were written back already are not told from others: that takes the database.
    """
    if len(wal) < _WAL_HEADER or wal[:4] not in _WAL_MAGICS:
        return False
    size = _WAL_FRAME + (int.from_bytes(wal[8:12]) or 1)
    frames = (wal[at : at + _WAL_FRAME] for at in range(_WAL_HEADER, len(wal) - size + 1, size))
    current = itertools.takewhile(lambda frame: frame[8:16] == wal[16:24], frames)
    return any(frame[4:8] != bytes(4) for frame in current)


def hot(journal: bytes) -> bool:
    """Whether a ``-journal`` file holds pages by which SQLite undoes a transaction that did not end."""
    return journal[:8] == _JOURNAL_MAGIC


def _rollback_mode(data: bytes) -> bytes:
    """A database in memory cannot be in write-ahead mode; bytes 18 and 19 say which mode wrote and may read it."""
    return data[:18] + b"\1\1" + data[20:] if data[18:20] == b"\2\2" else data


def _rows(connection: sqlite3.Connection, data: bytes) -> Iterator[bytes]:
    connection.deserialize(data)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    steps = itertools.count(1)
    connection.set_progress_handler(lambda: next(steps) > _STEPS, _STEPS_AT_ONCE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, len(data))
    if not _is_plain_table(connection):
        raise MalformedError("SQLite: no plain table Packages")
    connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
    # Pages that point at each other could yield rows without end.
    rows, size = len(data) // _LEAST_HEADER, len(data)
    for (blob,) in connection.execute("SELECT blob FROM Packages"):
        if not isinstance(blob, bytes):
            raise MalformedError("SQLite: a row of Packages holds no blob")
        rows, size = rows - 1, size - len(blob)
        if rows < 0 or size < 0:
            raise MalformedError("SQLite: Packages holds more than the file's own size")
        yield blob


def _is_plain_table(connection: sqlite3.Connection) -> bool:
    """Neither a view nor a virtual table nor one with computed columns: those run what their author wrote."""
    entry = connection.execute("SELECT type, rootpage FROM sqlite_master WHERE name = 'Packages'").fetchone()
    if entry is None or entry[0] != "table" or not entry[1]:
        return False
    columns = connection.execute("SELECT hidden FROM pragma_table_xinfo('Packages')").fetchall()
    return all(column == (0,) for column in columns)
