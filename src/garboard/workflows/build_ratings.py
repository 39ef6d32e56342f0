"""Makes one small shard of what NVD says of all CVEs, so that no scan fetches whole years for the severity of a few."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

from garboard.database import store
from garboard.database.build import Builder
from garboard.database.read import RATINGS, Database
from garboard.model.advisory import CveFacts, FeedState
from garboard.model.errors import DatabaseError
from garboard.model.timestamp import rfc3339


def build(directory: Path, *, now: dt.datetime, waiting: store.Waiting = lambda _told: None) -> FeedState:
    """Write the shard ``ratings`` from NVD's shards that are there: vectors, weaknesses and dates of each CVE.

    Raises:
        DatabaseError: there is none of NVD's shards, or the directory cannot be written.
    """
    with store.writing(directory, waiting), Database(directory) as database, store.scratch(directory) as written:
        years = [name for name in database.shards() if name.startswith("nvd:")]
        if not years:
            raise DatabaseError("none of NVD's years are there, of which ratings are made", "garboard db update nvd")
        states = [database.shard(name).state for name in years]
        with Builder(written) as builder:
            built = builder.fill(_facts(database, years))
            state = FeedState(
                shard=RATINGS,
                url=states[-1].url,
                fetched=min(one.fetched for one in states) or rfc3339(now),
                data_date=max(one.data_date for one in states),
                sha256=hashlib.sha256("\n".join(one.sha256 for one in states).encode()).hexdigest(),
                records=built.records,
            )
            builder.finish(state, "[]")
        store.install(written, store.path_of(directory, RATINGS))
    return state


def _facts(database: Database, years: list[str]) -> Iterator[CveFacts]:
    for name in years:
        yield from database.shard(name).all_facts()
