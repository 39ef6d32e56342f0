"""Brings a shard up to date by the records that changed, where its publisher tells them: cheaper than all records again.

The result is that of a whole import, or there is none: every identifier and every time of the publisher's list has to be that of
the shard, else the whole is fetched.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from garboard import feeds
from garboard.database import store
from garboard.database.fetch import DocumentState, Progress, Remote
from garboard.database.shard import Shard
from garboard.feeds import osv
from garboard.model.advisory import Advisory, FeedState
from garboard.model.errors import DatabaseError, FeedError, NetworkError, OfflineError
from garboard.model.feed import FeedChanges, FeedHeader, Record

MOST: Final = 300
"""Records that are fetched one by one."""
LEAST_BYTES: Final = 16 * 1024 * 1024
"""Of the whole document; a smaller one is fetched."""


class Revision(NamedTuple):
    """The records that changed, and what is left of the others.

    Attributes:
        note: to remember with the revised shard.
        last_modified: when the whole document was changed, as its server says.
        unchanged: the list is the one that the shard was revised by.
        changed: the new records by their identifiers.
        listed: all identifiers that there are by now.
        received: bytes.
    """

    note: DocumentState
    last_modified: str = ""
    unchanged: bool = False
    changed: dict[str, Advisory] = {}  # noqa: RUF012  # never changed
    listed: frozenset[str] = frozenset()
    received: int = 0


def find(directory: Path, state: FeedState, note: DocumentState, origin: Remote, progress: Progress) -> Revision | None:
    """Find what changed since a shard was built; None if all of it has to be fetched."""
    changes = feeds.changes(state.shard)
    if changes is None or state.skipped or state.kept or not note.url:
        return None
    try:
        return _found(directory, state, note, changes, origin, progress)
    except OfflineError:
        raise
    except (NetworkError, FeedError, DatabaseError):
        return None


def _found(
    directory: Path, state: FeedState, note: DocumentState, changes: FeedChanges, origin: Remote, progress: Progress
) -> Revision | None:
    peeked = origin.peek(note)
    if peeked.unchanged:
        return Revision(note, unchanged=True)
    if peeked.size < LEAST_BYTES:
        return None
    with store.scratch(directory) as place:
        listing = origin.fetch(changes.listing, None, place, progress)
        if listing.path is None:
            return None
        with listing.path.open("rb") as stream:
            listed = osv.listed(stream)
    # Without a validator: the archive may be older or newer than the list, so it is never taken for what is here.
    new = DocumentState(url=note.url, sha256=_digest(listed))
    if new.sha256 == note.sha256:
        return Revision(note, unchanged=True, received=listing.received)
    changed = _changed(directory, state.shard, listed, changes, origin)
    if changed is None:
        return None
    records, received = changed
    return Revision(
        new,
        peeked.last_modified,
        changed=records,
        listed=frozenset(listed),
        received=listing.received + received,
    )


def _changed(
    directory: Path, shard: str, listed: dict[str, str], changes: FeedChanges, origin: Remote
) -> tuple[dict[str, Advisory], int] | None:
    """The records that are not here as listed, and their bytes; None if they are too many, or one is not as listed."""
    with contextlib.closing(Shard(directory, shard)) as there:
        known = {advisory.id: advisory.modified for advisory in there.whole()}
    asked = [identifier for identifier, time in listed.items() if not _same(known.get(identifier, ""), time)]
    if len(asked) > MOST:
        return None
    found, received = {}, 0
    for identifier in asked:
        data = origin.record(changes, identifier)
        record = osv.record(shard, f"{identifier}.json", data) if data is not None else None
        if (
            not isinstance(record, Advisory)
            or record.id != identifier
            or not _same(record.modified, listed[identifier])
        ):
            return None
        found[identifier] = record
        received += len(data or b"")
    return found, received


def records(shard: Shard, revision: Revision) -> Iterator[Record]:
    """Yield the shard's records as they are by now: each in its place, and new ones at the end."""
    yield FeedHeader(ecosystems=shard.ecosystems)
    there = set()
    for advisory in shard.whole():
        if advisory.id in revision.listed:
            there.add(advisory.id)
            yield revision.changed.get(advisory.id, advisory)
    yield from (advisory for identifier, advisory in revision.changed.items() if identifier not in there)


def _digest(listed: dict[str, str]) -> str:
    return hashlib.sha256("\n".join(f"{one} {time}" for one, time in sorted(listed.items())).encode()).hexdigest()


def _same(one: str, two: str) -> bool:
    """Whether two times are the same, however many zeros end their fractions."""
    return one == two or (bool(one) and _plain(one) == _plain(two))


def _plain(time: str) -> str:
    whole, dot, fraction = time.removesuffix("Z").partition(".")
    return f"{whole}{dot}{fraction}".rstrip("0").rstrip(".") if dot else whole
