"""Verifying a shard: the file, its contents, and whether a matcher can use them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator

import msgspec

from garboard.database import rows
from garboard.database.shard import Shard
from garboard.model.base import Value
from garboard.model.errors import DatabaseError

_TABLES = (
    "SELECT key, value FROM meta WHERE key <> 'digest' ORDER BY key",
    "SELECT id, name FROM ecosystem ORDER BY id",
    "SELECT id, payload FROM advisory ORDER BY id",
    "SELECT ecosystem, package, advisory, position, payload FROM affected ORDER BY 1, 2, 3, 4",
    "SELECT cve, payload FROM fact ORDER BY cve",
    "SELECT id, value FROM text ORDER BY id",
    "SELECT product, position, payload FROM cycle ORDER BY 1, 2",
    "SELECT ecosystem, position, payload FROM support ORDER BY 1, 2",
    "SELECT name, position, payload FROM repository ORDER BY 1, 2",
)


class Verified(Value):
    """The result of verifying one shard.

    ``faults`` are sentences, empty if the shard is intact. ``unparseable`` counts affected packages of a known scheme
    with an invalid version, ``without_scheme`` those that no scheme can order yet.
    """

    shard: str
    records: int = 0
    affected: int = 0
    unparseable: int = 0
    without_scheme: int = 0
    faults: tuple[str, ...] = ()


def content_digest(connection: sqlite3.Connection) -> str:
    """Return ``sha256:`` over all rows of all tables in key order, independent of how SQLite stored them."""
    digest = hashlib.sha256()
    for query in _TABLES:
        digest.update(query.encode())
        for row in connection.execute(query):
            for cell in row:
                data = cell if isinstance(cell, bytes) else str(cell).encode()
                digest.update(len(data).to_bytes(4, "big"))
                digest.update(data)
    return f"sha256:{digest.hexdigest()}"


def verify(shard: Shard) -> Verified:
    """Check everything that a shard holds. Faults are returned, not raised."""
    try:
        return _verify(shard)
    except (sqlite3.Error, DatabaseError) as error:
        return Verified(shard=shard.name, faults=(f"the file is damaged: {error}",))


def damage(shard: Shard) -> list[str]:
    """Return what shows that a shard is not as it was built, as sentences. The versions in it are not looked at."""
    try:
        faults = [
            f"SQLite: {row[0]}" for row in shard.connection.execute("PRAGMA integrity_check(5)") if row[0] != "ok"
        ]
        if not faults and content_digest(shard.connection) != shard.meta("digest"):
            faults.append("its content is not what was recorded when it was built")
    except (sqlite3.Error, DatabaseError) as error:
        return [f"the file is damaged: {error}"]
    return faults


def _verify(shard: Shard) -> Verified:
    faults = damage(shard)
    records = sum(_count(shard, table) for table in ("advisory", "fact", "cycle", "support", "repository"))
    if records != shard.state.records:
        faults.append(f"it holds {records} records, and {shard.state.records} were recorded")
    total = unparseable = without = 0
    for scheme, versions in _stated_versions(shard):
        total += 1
        verdict = _all_parse(scheme, versions)
        unparseable += verdict is False
        without += verdict is None
    return Verified(
        shard=shard.name,
        records=records,
        affected=total,
        unparseable=unparseable,
        without_scheme=without,
        faults=tuple(faults),
    )


def _count(shard: Shard, table: str) -> int:
    found: tuple[int] = shard.connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  # ours
    return found[0]


def _stated_versions(shard: Shard) -> Iterator[tuple[str, frozenset[str]]]:
    for (payload,) in shard.connection.execute("SELECT payload FROM affected"):
        try:
            item = rows.unpack_affected(payload, "", "")
        except (msgspec.MsgspecError, ValueError, TypeError) as error:
            raise sqlite3.DatabaseError(f"a row cannot be read: {error}") from error
        bounds = (
            bound for each in item.ranges for bound in (each.introduced, each.fixed, each.last_affected, each.before)
        )
        yield item.scheme, frozenset((*bounds, *item.versions)) - {"", "0"}


def _all_parse(scheme: str, versions: frozenset[str]) -> bool | None:
    """Return None if the scheme is unknown."""
    from garboard import ecosystems
    from garboard.versions.invalid import InvalidVersion

    known = ecosystems.order(scheme)
    if known is None:
        return None
    key = known.key
    try:
        for version in versions:
            key(version)
    except InvalidVersion:
        return False
    return True
