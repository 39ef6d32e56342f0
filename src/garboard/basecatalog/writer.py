"""Changes to the catalog: images, names, current tags, approvals. Every method is one short transaction."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Final, NamedTuple

import msgspec

from garboard.basecatalog import rows
from garboard.basecatalog.reader import ListedImage, StoredCatalog
from garboard.basecatalog.store import Store
from garboard.model.baseimage import TOLD, Approval, BaseImage, BaseName
from garboard.model.image import Platform
from garboard.model.package import Inventory, Package
from garboard.model.timestamp import rfc3339

_BATCH: Final = 1000
_HEARSAY: Final = frozenset((TOLD, "repo-info"))
"""Sources that describe an image that nobody has read here."""


class Held(NamedTuple):
    """Packages by the numbers that `Writer.hold` assigned, and the rest of the inventory."""

    ids: Sequence[int]
    rest: Inventory


class Pruned(NamedTuple):
    """The number of images removed, and of images that lost a repository's names but keep others."""

    images: int
    unnamed: int = 0


class Writer:
    """Writes a catalog, and reads it as ``catalog``. Every method may raise `CatalogError`.

    Several processes may write at once: each waits for the other's transaction.
    """

    def __init__(self, store: Store) -> None:
        self.catalog = StoredCatalog(store)
        self._store = store

    def add(self, base: BaseImage, inventory: Inventory | None, *, moved: bool = True) -> None:
        """Keep an image, its names and its packages (None if they are unknown).

        An image that is already present, by its key or by its configuration's digest, is not stored twice: missing
        facts and names are added, and facts that came from others are replaced. With ``moved`` the tags name this image
        now, so other images of its platform under these tags stop being current unless they were seen later. Without
        ``moved``, a tag that is taken stays where it is.
        """
        self._add(base, inventory, moved=moved)

    def tell(self, base: BaseImage, held: Held | None) -> None:
        """Keep what another catalog reports about an image, as `TOLD`; for an existing image, only what is missing."""
        packages = len(held.ids) if held is not None else None
        self._add(msgspec.structs.replace(base, source=TOLD, packages=packages), held, moved=True)

    def hold(self, packages: Sequence[Package]) -> list[int]:
        """Keep packages and return their numbers for `tell`.

        Call both within the same `together`: packages without an image are removed.
        """
        with self._store.transaction() as connection:
            return _package_ids(connection, packages)

    def together(self) -> AbstractContextManager[object]:
        """Write everything inside the block, or nothing."""
        return self._store.transaction()

    def _add(self, base: BaseImage, held: Inventory | Held | None, *, moved: bool) -> None:
        with self._store.transaction() as connection:
            number = _same(connection, base)
            if number is None:
                number = _insert(connection, base, held)
            else:
                _enrich(connection, number, base, held)
            platform = rows.platform_key(base.image.platform)
            for name in base.names:
                _name(connection, number, platform, name, moved=moved)

    def point(self, name: BaseName, platform: Platform, key: str) -> None:
        """Record the image that a tag names now on a platform; an empty key means an image that was not kept."""
        with self._store.transaction() as connection:
            if not key:
                _forget(connection, name, rows.platform_key(platform))
                return
            found = connection.execute("SELECT id, platform FROM image WHERE key = ?", (key,)).fetchone()
            if found:
                _name(connection, found[0], found[1], name, moved=True)

    def gone(self, repository: str, tags: Iterable[str]) -> int:
        """Record that a repository has these tags and no others; return how many names stopped being current."""
        with self._store.transaction() as connection:
            there = set(tags)
            query = "SELECT DISTINCT tag FROM name WHERE repository = ? AND current"
            lost = [row for row in connection.execute(query, (repository,)) if row[0] not in there]
            connection.executemany(
                "UPDATE name SET current = 0 WHERE repository = ? AND tag = ?", [(repository, tag) for (tag,) in lost]
            )
            return len(lost)

    def list(self, digest: str, images: Sequence[ListedImage]) -> None:
        """Keep the contents of an index, in its order."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM listing WHERE digest = ?", (digest,))
            connection.executemany(
                "INSERT INTO listing VALUES (?, ?, ?, ?, ?)",
                [(digest, at, one.manifest, one.platform, one.created) for at, one in enumerate(images)],
            )

    def dated(self, manifest: str, created: str) -> None:
        """Keep the creation time of an image of an index."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE listing SET created = ? WHERE manifest = ?", (created, manifest))

    def build(self, repository: str, shared: Sequence[Sequence[str]]) -> None:
        """Keep the tags that a repository's maintainers build now, grouped by image."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM library WHERE repository = ?", (repository,))
            connection.executemany(
                "INSERT OR IGNORE INTO library VALUES (?, ?, ?)",
                [(repository, tag, share) for share, tags in enumerate(shared) for tag in tags],
            )

    def approve(self, approval: Approval) -> None:
        """Keep an approval; it replaces one with the same pattern."""
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT INTO approval (pattern, reason, until) VALUES (?, ?, ?)"
                " ON CONFLICT (pattern) DO UPDATE SET reason = excluded.reason, until = excluded.until",
                (approval.pattern, approval.reason, approval.until),
            )

    def disapprove(self, pattern: str) -> bool:
        """Remove an approval; return whether one with exactly this pattern existed."""
        with self._store.transaction() as connection:
            return connection.execute("DELETE FROM approval WHERE pattern = ?", (pattern,)).rowcount > 0

    def prune(self, *, before: dt.datetime | None = None, keep_current: bool = False, repository: str = "") -> Pruned:
        """Remove images, and everything that only they used.

        Args:
            before: Only images last seen, or added, before this time; None for all.
            keep_current: Only images that no tag names any more.
            repository: Only names of this repository (in full), and the images that then have no name. The other
                conditions apply to these names alone.
        """
        with self._store.transaction() as connection:
            join = "JOIN name ON name.image = image.id AND repository = ?" if repository else (
                "LEFT JOIN name ON name.image = image.id"
            )  # fmt: skip
            found = connection.execute(
                "SELECT id, payload, coalesce(max(seen), ''), coalesce(max(current), 0)"  # noqa: S608
                f" FROM image {join} GROUP BY id",
                (repository,) if repository else (),
            ).fetchall()
            doomed = [
                (number,)
                for number, payload, seen, current in found
                if not (keep_current and current)
                and not (before and max(seen, rows.unpack_image(payload).added) >= rfc3339(before))
            ]
            gone = _remove(connection, doomed, repository)
            _sweep(connection)
        self._store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        return Pruned(images=gone, unnamed=len(doomed) - gone)


def _remove(connection: sqlite3.Connection, doomed: Sequence[tuple[int]], repository: str) -> int:
    """Remove images, or a repository's names and the images that have no other; return how many images were removed."""
    if not repository:
        return connection.executemany("DELETE FROM image WHERE id = ?", doomed).rowcount if doomed else 0
    connection.executemany(
        "DELETE FROM name WHERE repository = ? AND image = ?", [(repository, number) for (number,) in doomed]
    )
    query = "DELETE FROM image WHERE id = ? AND NOT EXISTS (SELECT 1 FROM name WHERE image = image.id)"
    return connection.executemany(query, doomed).rowcount if doomed else 0


def _same(connection: sqlite3.Connection, base: BaseImage) -> int | None:
    config = base.image.config_digest
    found = connection.execute(
        "SELECT id FROM image WHERE key = ?1 OR (config = ?2 AND ?2 <> '') ORDER BY key <> ?1 LIMIT 1",
        (base.key, config),
    ).fetchone()
    return found[0] if found else None


def _insert(connection: sqlite3.Connection, base: BaseImage, held: Inventory | Held | None) -> int:
    cursor = connection.execute(
        "INSERT INTO image (key, config, chain, layers, platform, payload, packages, rest) VALUES (?,?,?,?,?,?,?,?)",
        (*_columns(base), *_packed(connection, held)),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _columns(base: BaseImage) -> tuple[object, ...]:
    image = base.image
    return (
        base.key,
        image.config_digest,
        rows.chain_of(base),
        len(image.layers),
        rows.platform_key(image.platform),
        rows.pack_image(base),
    )


def _packed(connection: sqlite3.Connection, held: Inventory | Held | None) -> tuple[bytes | None, bytes]:
    """Return the values of the columns ``packages`` and ``rest``."""
    if isinstance(held, Held):
        return rows.pack_ids(held.ids), rows.pack_rest(held.rest)
    ids = None if held is None else rows.pack_ids(_package_ids(connection, held.packages))
    return ids, rows.pack_rest(held or Inventory())


def _enrich(connection: sqlite3.Connection, number: int, base: BaseImage, held: Inventory | Held | None) -> None:
    """Add what a new sighting of an image knows better: missing layers, its manifest, its packages.

    Facts read here replace facts reported by others. Reported facts only fill gaps, and they do not change the key of
    an image that was read.
    """
    payload, packages = connection.execute("SELECT payload, packages FROM image WHERE id = ?", (number,)).fetchone()
    old = rows.unpack_image(payload)
    told = base.source == TOLD
    heals = old.source == TOLD and base.source not in _HEARSAY and held is not None
    if heals:
        old = base
    elif rows.chain_of(old) is None and rows.chain_of(base) is not None:
        old = msgspec.structs.replace(base, packages=old.packages, added=old.added, distro=base.distro or old.distro)
    elif not old.image.manifest_digest and base.image.manifest_digest and (not told or old.source == TOLD):
        image = msgspec.structs.replace(old.image, manifest_digest=base.image.manifest_digest)
        old = msgspec.structs.replace(old, key=base.key, image=image, size=base.size if old.size is None else old.size)
    if held is not None and (packages is None or base.source not in _HEARSAY):
        known = {"packages": base.packages, "distro": base.distro or old.distro}
        old = msgspec.structs.replace(old, **known, source=base.source if told else old.source)
        query = "UPDATE image SET packages = ?, rest = ? WHERE id = ?"
        connection.execute(query, (*_packed(connection, held), number))
    connection.execute(
        "UPDATE image SET key = ?, config = ?, chain = ?, layers = ?, platform = ?, payload = ? WHERE id = ?",
        (*_columns(old), number),
    )


def _package_ids(connection: sqlite3.Connection, packages: Iterable[Package]) -> list[int]:
    packed = [rows.pack_package(rows.interned(package)) for package in packages]
    connection.executemany("INSERT OR IGNORE INTO package (digest, payload) VALUES (?, ?)", dict(packed).items())
    numbers: dict[bytes, int] = {}
    digests = list(dict(packed))
    for start in range(0, len(digests), _BATCH):
        some = digests[start : start + _BATCH]
        query = f"SELECT digest, id FROM package WHERE digest IN ({','.join('?' * len(some))})"  # noqa: S608
        numbers.update(connection.execute(query, some).fetchall())
    return [numbers[digest] for digest, _ in packed]


def _name(connection: sqlite3.Connection, number: int, platform: str, name: BaseName, *, moved: bool) -> None:
    current = name.current
    if current:
        others = connection.execute(
            "SELECT seen FROM name WHERE repository = ? AND tag = ? AND platform = ? AND image <> ? AND current",
            (name.repository, name.tag, platform, number),
        ).fetchall()
        current = all(moved and seen <= name.seen for (seen,) in others)
        if current and others:
            _forget(connection, name, platform)
    connection.execute(
        "INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " index_digest = iif(excluded.index_digest <> '', excluded.index_digest, index_digest),"
        " seen = max(seen, excluded.seen), current = max(current, excluded.current)",
        (name.repository, name.tag, platform, number, name.index_digest, name.seen, current),
    )


def _forget(connection: sqlite3.Connection, name: BaseName, platform: str) -> None:
    connection.execute(
        "UPDATE name SET current = 0 WHERE repository = ? AND tag = ? AND platform = ? AND current",
        (name.repository, name.tag, platform),
    )


def _sweep(connection: sqlite3.Connection) -> None:
    """Remove packages that no image has any more."""
    used: set[int] = set()
    for (ids,) in connection.execute("SELECT packages FROM image WHERE packages NOT NULL"):
        used.update(rows.unpack_ids(ids))
    unused = [row for row in connection.execute("SELECT id FROM package") if row[0] not in used]
    connection.executemany("DELETE FROM package WHERE id = ?", unused)
