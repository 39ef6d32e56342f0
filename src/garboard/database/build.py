"""Writing records into one shard file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Self

import msgspec

from garboard.database import rows
from garboard.database.store import SCHEMA
from garboard.database.verify import content_digest
from garboard.model.advisory import UNREAD, Advisory, CveFacts, FeedState
from garboard.model.errors import DatabaseError
from garboard.model.feed import FeedHeader, Record
from garboard.model.gap import Gap
from garboard.model.lifecycle import Cycle, Support
from garboard.model.repository import RepositoryProducts

BATCH = 2000
GAPS = 20
"""Reasons kept for records that could not be used; all such records are counted."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of a finished shard.

    ``records`` counts advisories and facts, ``skipped`` the gaps, ``unread`` the advisories that stand
    for a gap; ``date`` is the feed's own date, if it states one;
    ``unanalyzed`` as in `garboard.model.feed.FeedHeader`.
    """

    records: int
    skipped: int
    gaps: tuple[str, ...]
    date: str
    unanalyzed: int = 0
    unread: int = 0


class Builder:
    """Writes one shard into an empty file. Use as a context manager; `finish` makes the file complete."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        # No journal: nobody uses the file until it is finished and renamed, and the file of a killed writer is thrown
        # away.
        self._connection.executescript(
            "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32768;"
        )
        self._connection.executescript(files("garboard.database").joinpath("schema.sql").read_text("utf-8"))
        self._ecosystems: dict[str, int] = {}
        self._texts: dict[str, int] = {}
        self._advisories = 0
        self._others = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def ecosystems(self) -> frozenset[str]:
        """The ecosystems and releases of which there are data so far."""
        return frozenset(self._ecosystems)

    def fill(self, records: Iterable[Record]) -> Built:
        """Store the records as they arrive.

        Raises:
            DatabaseError: The disk does not accept the records. Errors of the records' source pass through.
        """
        try:
            self._connection.execute("BEGIN")
            built = self._fill(records)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise DatabaseError(f"the database cannot be written: {error}", "is the disk full?") from error
        return built

    def _fill(self, records: Iterable[Record]) -> Built:
        total = skipped = unanalyzed = unread = 0
        reasons: list[str] = []
        date = ""
        for batch in _batches(records):
            facts: list[CveFacts] = []
            for record in batch:
                match record:
                    case Advisory():
                        self._advisory(record)
                        total += 1
                        unread += _is_unread(record)
                    case CveFacts():
                        facts.append(record)
                    case Cycle() | Support() | RepositoryProducts():
                        self._other(record)
                        total += 1
                    case Gap():
                        skipped += 1
                        reasons += [f"{record.subject}: {record.reason}"] if len(reasons) < GAPS else []
                    case FeedHeader():
                        date = record.date or date
                        unanalyzed += record.unanalyzed
                        for ecosystem in record.ecosystems:
                            self._ecosystem(ecosystem)
            total += self._facts(facts)
        return Built(
            records=total, skipped=skipped, gaps=tuple(reasons), date=date, unanalyzed=unanalyzed, unread=unread
        )

    def _advisory(self, advisory: Advisory) -> None:
        self._advisories += 1
        self._connection.execute("INSERT INTO advisory VALUES (?, ?)", (self._advisories, rows.pack_advisory(advisory)))
        self._connection.executemany(
            "INSERT INTO affected VALUES (?, ?, ?, ?, ?)",
            [
                (self._ecosystem(item.ecosystem), item.package, self._advisories, position, rows.pack_affected(item))
                for position, item in enumerate(advisory.affected)
            ],
        )

    def _facts(self, facts: list[CveFacts]) -> int:
        """Store facts and return the number of new rows: a CVE that comes twice is one row, and its later facts win."""
        new = {item.cve: item for item in facts}
        known = self._known(tuple(new))
        self._connection.executemany(
            "INSERT OR REPLACE INTO fact VALUES (?, ?)",
            [(cve, rows.pack_facts(item, self._text)) for cve, item in new.items()],
        )
        return len(new) - known

    def _other(self, value: Cycle | Support | RepositoryProducts) -> None:
        match value:
            case Cycle():
                table, key = "cycle", value.product
            case Support():
                table, key = "support", value.ecosystem
            case RepositoryProducts():
                table, key = "repository", value.repository
        self._others += 1
        self._connection.execute(
            f"INSERT INTO {table} VALUES (?, ?, ?)",  # noqa: S608  # ours
            (key, self._others, rows.pack_whole(value)),
        )

    def _known(self, cves: tuple[str, ...]) -> int:
        marks = ",".join("?" * len(cves))
        found: tuple[int] = self._connection.execute(
            f"SELECT count(*) FROM fact WHERE cve IN ({marks})",  # noqa: S608  # only question marks
            cves,
        ).fetchone()
        return found[0]

    def _ecosystem(self, name: str) -> int:
        if name not in self._ecosystems:
            self._ecosystems[name] = len(self._ecosystems) + 1
            self._connection.execute("INSERT INTO ecosystem VALUES (?, ?)", (self._ecosystems[name], name))
        return self._ecosystems[name]

    def _text(self, value: str) -> int:
        if not value:
            return 0
        if value not in self._texts:
            self._texts[value] = len(self._texts) + 1
            self._connection.execute("INSERT INTO text VALUES (?, ?)", (self._texts[value], value))
        return self._texts[value]

    def finish(self, state: FeedState, documents: str) -> None:
        """Add the shard's description and a digest of its contents; ``documents`` is the fetcher's own note."""
        try:
            self._connection.execute("BEGIN")
            self._connection.executemany(
                "INSERT INTO meta VALUES (?, ?)",
                [
                    ("schema", str(SCHEMA)),
                    ("shard", state.shard),
                    ("state", msgspec.json.encode(state).decode()),
                    ("documents", documents),
                ],
            )
            self._connection.execute("INSERT INTO meta VALUES ('digest', ?)", (content_digest(self._connection),))
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise DatabaseError(f"the database cannot be written: {error}", "is the disk full?") from error


def _is_unread(advisory: Advisory) -> bool:
    return bool(advisory.affected) and all(one.unmatchable == UNREAD for one in advisory.affected)


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch
