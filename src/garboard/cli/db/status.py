"""``garboard db status``: how fresh the data are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from garboard import reporters
from garboard.cli import options as o
from garboard.cli.command import command as make
from garboard.cli.db.options import Inspect, inspect, now
from garboard.cli.output import write

if TYPE_CHECKING:
    from garboard.model.advisory import FeedState
    from garboard.reporters.shards import Status


@make("status", *o.report(reporters.DB_STATUS), o.DB, settings=inspect)
def status(settings: Inspect) -> None:
    """How fresh each shard is."""
    from garboard.database import store
    from garboard.reporters.shards import Statuses

    directory, output, moment = settings.directory, settings.output, now()
    shards = tuple(_status(directory, shard, moment) for shard in store.installed(directory))
    found = Statuses(directory=str(directory), shards=shards)
    write(reporters.DB_STATUS.load(output.format).render(found), output)


def _status(directory: Path, shard: str, now: dt.datetime) -> Status:
    import contextlib

    from garboard.database import store
    from garboard.database.shard import Shard
    from garboard.model.errors import DatabaseError
    from garboard.reporters.shards import Status

    try:
        with contextlib.closing(Shard(directory, shard)) as there:
            state, ecosystems = there.state, there.ecosystems
    except DatabaseError as error:
        return Status(shard=shard, error=error.message)
    return Status(
        shard=shard,
        state=state,
        ecosystems=tuple(ecosystems),
        bytes=store.path_of(directory, shard).stat().st_size,
        age=_age(state, now),
    )


def _age(state: FeedState, now: dt.datetime) -> int | None:
    try:
        return max((now - dt.datetime.fromisoformat(state.fetched)).days, 0)
    except (ValueError, TypeError):
        return None
