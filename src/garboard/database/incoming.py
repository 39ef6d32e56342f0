"""Shards that were made elsewhere: checked in a folder beside the database before they are put in place."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from garboard.database import store
from garboard.database.shard import Confirmed, Shard
from garboard.database.verify import damage
from garboard.model.advisory import FeedState
from garboard.model.base import Value
from garboard.model.errors import DatabaseError
from garboard.model.timestamp import parsed

_NAME: Final = re.compile(r"[A-Za-z][\w.:+ ()-]{0,199}")
"""A shard's name: it stands in hints, in commands that a person types again."""


class IncomingShard(Value):
    """One shard that was made elsewhere; ``sha256`` is hex, ``fetched`` the time when its data were last fetched or confirmed."""

    shard: str
    size: int
    sha256: str
    fetched: str = ""


def listed(shards: Iterable[IncomingShard], where: str) -> tuple[IncomingShard, ...]:
    """The shards that a list from elsewhere names, each of them once and with a time that is one.

    Raises:
        DatabaseError: It names none, or one twice, or what it says of one is not right.
    """
    found: dict[str, IncomingShard] = {}
    for entry in shards:
        if not _NAME.fullmatch(entry.shard):
            raise DatabaseError(f"{where} names a shard as none is named: {entry.shard[:80]!r}", "have it made anew")
        if entry.shard in found:
            raise DatabaseError(f"{where} names the shard {entry.shard} twice", "have it made anew")
        if entry.fetched and parsed(entry.fetched) is None:
            raise DatabaseError(
                f"{where} says of the shard {entry.shard} that it was fetched at {entry.fetched[:40]!r}, which is no time",
                "have it made anew",
            )
        found[entry.shard] = entry
    if not found:
        raise DatabaseError(f"{where} has no shards", "have it made anew")
    return tuple(found.values())


def readable(beside: Path, entry: IncomingShard) -> FeedState:
    """Check a shard's file in a folder and return its state.

    Raises:
        DatabaseError: This program cannot read it, or its content is not what was recorded.
    """
    with contextlib.closing(Shard(beside, entry.shard)) as shard:
        if faults := damage(shard):
            raise DatabaseError(
                f"the shard {entry.shard} cannot be trusted: {'; '.join(faults)}",
                "it was changed after it was built: fetch it again, or have it made anew",
            )
        return msgspec.structs.replace(shard.state, fetched=max(shard.state.fetched, entry.fetched))


def place(beside: Path, directory: Path, entry: IncomingShard, state: FeedState) -> None:
    """Put a shard's file in its place, with the time when its data were last confirmed."""
    target = store.path_of(directory, entry.shard)
    store.install(store.path_of(beside, entry.shard), target)
    with store.scratch(directory) as note:
        note.write_bytes(msgspec.json.encode(Confirmed(sha256=state.sha256, fetched=state.fetched)))
        store.install(note, target.with_suffix(store.CONFIRMED))
