"""Updates the database from the feeds."""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from garboard import feeds
from garboard.database import partial, store
from garboard.database.build import Builder, Built
from garboard.database.fetch import (
    Directory,
    DocumentState,
    FeedClient,
    FeedOrigin,
    Fetched,
    Progress,
    Remote,
    pack,
    unpack,
)
from garboard.database.read import RATINGS, Database
from garboard.database.shard import Confirmed, Shard
from garboard.model.advisory import FeedState, LastData
from garboard.model.base import Value
from garboard.model.errors import DatabaseError, FeedError, GarboardError, UsageError
from garboard.model.timestamp import rfc3339
from garboard.workflows import revise_shard
from garboard.workflows.revise_shard import Revision

SHRINK = 0.8
"""Share of the old number of records; fewer are refused, because a truncated feed would look like good news."""
ENRICHMENT = ("kev", "epss")
DOWNLOADS: Final = 4
"""Shards that are fetched at the same time."""


class ShardOutcome(enum.StrEnum):
    """What became of one shard."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    """The old data, if any, are unchanged."""


class ShardResult(Value):
    """What became of one shard. ``bytes`` were received; ``state`` is that of the data now there, None without any."""

    shard: str
    outcome: ShardOutcome
    bytes: int = 0
    state: FeedState | None = None
    error: str = ""
    hint: str = ""


class Terms(NamedTuple):
    """How an update goes about it.

    Attributes:
        accept_shrink: whether a feed may have lost many of its records.
        fresh: data that are younger are left alone: another process may have fetched them in the meantime.
        waiting: called if another process has to end first.
    """

    accept_shrink: bool = False
    fresh: dt.timedelta = dt.timedelta(0)
    waiting: store.Waiting = lambda _told: None


_ANY: Final = Terms()


def default_shards(directory: Path) -> tuple[str, ...]:
    """The shards that an update without names means: all that are there, what adds to them, KEV and EPSS.

    Raises:
        UsageError: the database has no shards.
    """
    found = [shard for shard in store.installed(directory) if shard != RATINGS]
    if not found:
        raise UsageError(
            "no vulnerability data are there yet", "name what your images need, as: garboard db update debian osv:PyPI"
        )
    return tuple(sorted({*found, *(more for shard in found for more in feeds.beside(shard)), *ENRICHMENT}))


def missing(database: Database, ecosystems: Iterable[str]) -> tuple[str, ...]:
    """The shards that these ecosystems need and the database does not have, sorted.

    Those of many parts are left out: who wants them fetches them once, and not in the middle of a scan.
    """
    have = set(database.shards())
    return tuple(shard for shard in feeds.needed_shards(ecosystems) if not feeds.has_parts(shard) and shard not in have)


def origin_of(text: str, client: FeedClient | None) -> FeedOrigin:
    """Where documents come from: upstream if empty, otherwise a mirror (an ``https://`` address or a directory)."""
    if text.startswith("registry:"):
        raise UsageError(f"{text} is a registry, and a scan asks none", f"run: garboard db update --from {text}")
    if text and "://" not in text:
        if not Path(text).is_dir():
            raise UsageError(
                f"{text} is neither a directory nor an address", "see docs/database.md for a mirror's layout"
            )
        return Directory(Path(text))
    if client is None:
        raise UsageError("an update from the network needs a connection")
    return Remote(client, text.rstrip("/"))


def update(
    directory: Path,
    shards: Iterable[str],
    *,
    origin: str = "",
    client: FeedClient | None = None,
    now: dt.datetime,
    progress: Progress = lambda _label, _done, _total: None,
    report: Callable[[ShardResult], None] = lambda _result: None,
    terms: Terms = _ANY,
) -> tuple[ShardResult, ...]:
    """Update shards; if one fails, the others are not affected. The next ones are fetched while one is being built.

    ``report`` is called with each result as soon as it is known. Shards may also be named by their ecosystem
    (``Debian:12``).

    Raises:
        UsageError: the origin is not valid.
        DatabaseError: the directory cannot be written, or another process is writing it.
    """
    source = origin_of(origin, client)
    names = dict.fromkeys(part for name in shards for part in _meant(name, now.year))
    with store.writing(directory, terms.waiting):
        partial.clear(directory)
        results = []
        for name, download in _downloads(directory, names, source, now, progress, terms):
            results.append(_result(directory, name, download, now, terms.accept_shrink))
            report(results[-1])
    return tuple(results)


def _meant(name: str, year: int) -> tuple[str, ...]:
    """The shards that a shard's or an ecosystem's name stands for."""
    shard = feeds.shard_for(name)
    return feeds.parts(name, year) if shard is None else (*feeds.parts(shard, year), *feeds.adding_shards((name,)))


class _Download:
    """A shard's documents, or that they are young enough, or why they could not be fetched. Close it to remove them."""

    def __init__(self) -> None:
        self.stack = contextlib.ExitStack()
        self.old: tuple[FeedState, tuple[DocumentState, ...]] | None = None
        self.young: ShardResult | None = None
        self.error: GarboardError | OSError | None = None
        self.fetched: list[Fetched] = []
        self.revision: Revision | None = None
        self.received = 0


def _downloads(
    directory: Path, names: Iterable[str], origin: FeedOrigin, now: dt.datetime, progress: Progress, terms: Terms
) -> Iterator[tuple[str, _Download]]:
    """Yield each shard with its documents, in order; a few shards are fetched ahead while one is being built."""
    stopped = threading.Event()

    def watched(label: str, done: int, total: int | None) -> None:
        if stopped.is_set():
            raise FeedError("the update was stopped")
        progress(label, done, total)

    def fetch(name: str) -> _Download:
        download = _Download()
        if not stopped.is_set():
            _fetch(download, directory, name, origin, now, watched, terms.fresh)
        return download

    waiting: deque[tuple[str, Future[_Download]]] = deque()
    with ThreadPoolExecutor(DOWNLOADS, "feed") as pool:
        try:
            for name in names:
                waiting.append((name, pool.submit(fetch, name)))
                if len(waiting) > DOWNLOADS:
                    yield from _taken(waiting)
            while waiting:
                yield from _taken(waiting)
        finally:
            stopped.set()
            for _, future in waiting:
                future.result().stack.close()


def _taken(waiting: deque[tuple[str, Future[_Download]]]) -> Iterator[tuple[str, _Download]]:
    name, future = waiting.popleft()
    download = future.result()
    with download.stack:
        yield name, download


def _fetch(
    download: _Download,
    directory: Path,
    shard: str,
    origin: FeedOrigin,
    now: dt.datetime,
    progress: Progress,
    fresh: dt.timedelta,
) -> None:
    try:
        download.young = _young(directory, shard, now, fresh) if fresh else None
        if download.young is None:
            _fetch_documents(download, directory, shard, origin, progress)
    except (GarboardError, OSError) as error:
        download.error = error


def _fetch_documents(download: _Download, directory: Path, shard: str, origin: FeedOrigin, progress: Progress) -> None:
    documents = feeds.feed_of(shard).documents(shard)
    download.old = old = _installed(directory, shard)
    known = old[1] if old and len(old[1]) == len(documents) else (None,) * len(documents)
    if old and known[0] is not None and len(documents) == 1 and isinstance(origin, Remote):
        download.revision = revise_shard.find(directory, old[0], known[0], origin, progress)
        if download.revision is not None:
            download.received = download.revision.received
            return
    places = [download.stack.enter_context(store.scratch(directory)) for _ in documents]
    asked = list(zip(documents, known, places, strict=True))
    fetched = [origin.fetch(document, note, place, progress) for document, note, place in asked]
    if not (old and all(each.unchanged for each in fetched)):
        for number, (document, _, place) in enumerate(asked):
            # One of several documents is new: the bytes of the others are needed again.
            if fetched[number].path is None and not fetched[number].note.absent:
                download.received += fetched[number].received
                fetched[number] = origin.fetch(document, None, place, progress)
    download.fetched = fetched
    download.received += sum(each.received for each in fetched)


def _young(directory: Path, shard: str, now: dt.datetime, fresh: dt.timedelta) -> ShardResult | None:
    found = _installed(directory, shard)
    age = found[0].age(now) if found else None
    if found is None or age is None or age >= fresh:
        return None
    return ShardResult(shard=shard, outcome=ShardOutcome.UNCHANGED, state=found[0])


def _result(directory: Path, shard: str, download: _Download, now: dt.datetime, accept_shrink: bool) -> ShardResult:
    if download.young is not None:
        return download.young
    try:
        if download.error is not None:
            raise download.error
        return _update(directory, shard, download, now, accept_shrink)
    except (GarboardError, OSError) as error:
        message = error.message if isinstance(error, GarboardError) else f"{error}"
        hint = error.hint if isinstance(error, GarboardError) else store.ROOM if store.is_full(error) else ""
        old = _installed(directory, shard)
        return ShardResult(
            shard=shard, outcome=ShardOutcome.FAILED, state=old[0] if old else None, error=message, hint=hint
        )


def _update(directory: Path, shard: str, download: _Download, now: dt.datetime, accept_shrink: bool) -> ShardResult:
    old, fetched, revision = download.old, download.fetched, download.revision
    if old and revision is not None and not revision.unchanged:
        state, outcome = _revise(directory, old[0], revision, now, accept_shrink), ShardOutcome.UPDATED
    elif old and all(each.unchanged for each in fetched):
        state, outcome = _confirm(directory, old[0], now), ShardOutcome.UNCHANGED
    else:
        state = _build(directory, shard, fetched, now, None if accept_shrink or not old else old[0])
        outcome = ShardOutcome.UPDATED
    return ShardResult(shard=shard, outcome=outcome, bytes=download.received, state=state)


def _installed(directory: Path, shard: str) -> tuple[FeedState, tuple[DocumentState, ...]] | None:
    """The installed shard; None if there is none, or if it must be rebuilt anyway."""
    if shard not in store.installed(directory):
        return None
    try:
        with contextlib.closing(Shard(directory, shard)) as there:
            return there.state, unpack(there.meta("documents"))
    except DatabaseError:
        return None


def _confirm(directory: Path, state: FeedState, now: dt.datetime) -> FeedState:
    with store.scratch(directory) as note:
        note.write_bytes(msgspec.json.encode(Confirmed(sha256=state.sha256, fetched=rfc3339(now))))
        store.install(note, store.path_of(directory, state.shard).with_suffix(store.CONFIRMED))
    return msgspec.structs.replace(state, fetched=rfc3339(now))


def _revise(directory: Path, old: FeedState, revision: Revision, now: dt.datetime, accept_shrink: bool) -> FeedState:
    with store.scratch(directory) as written:
        with Builder(written) as builder, contextlib.closing(Shard(directory, old.shard)) as shard:
            built = builder.fill(revise_shard.records(shard, revision))
            _judge(old.shard, built, None if accept_shrink else old)
            state = _state(old.shard, built, [Fetched(revision.note, received=revision.received)], now)
            state = msgspec.structs.replace(state, data_date=_iso(revision.last_modified))
            builder.finish(state, pack((revision.note,)))
        store.install(written, store.path_of(directory, old.shard))
    return state


def _build(directory: Path, shard: str, fetched: list[Fetched], now: dt.datetime, old: FeedState | None) -> FeedState:
    notes = tuple(each.note for each in fetched)
    with store.scratch(directory) as written:
        with contextlib.ExitStack() as stack:
            streams = [stack.enter_context(each.path.open("rb")) if each.path else None for each in fetched]
            builder = stack.enter_context(Builder(written))
            built = builder.fill(feeds.feed_of(shard).parse(shard, streams))
            _judge(shard, built, old)
            kept = _keep(builder, directory, shard)
            state = _state(shard, built, fetched, now)
            state = msgspec.structs.replace(
                state, records=state.records + kept.records, kept=kept.releases, kept_records=kept.records
            )
            builder.finish(state, pack(notes))
        store.install(written, store.path_of(directory, shard))
    return state


class _Kept(NamedTuple):
    """Releases that were kept of an older shard, and the number of their records."""

    releases: tuple[LastData, ...] = ()
    records: int = 0


def _keep(builder: Builder, directory: Path, shard: str) -> _Kept:
    """Keep the last data of the releases that have left the feed: nobody publishes them again."""
    if _installed(directory, shard) is None:
        return _Kept()
    with contextlib.closing(Shard(directory, shard)) as there:
        gone = sorted(set(there.ecosystems) - builder.ecosystems)
        if not gone:
            return _Kept()
        before = {one.ecosystem: one.date for one in there.state.kept}
        date = there.state.data_date or there.state.fetched
        built = builder.fill(there.advisories(gone))
    return _Kept(tuple(LastData(ecosystem=name, date=before.get(name, date)) for name in gone), built.records)


def _judge(shard: str, built: Built, old: FeedState | None) -> None:
    """Refuse what would look like good news: nothing, mostly unreadable records, or much less than before."""
    read = built.records - built.unread
    if not read or built.skipped > read:
        reason = f"; the first reason: {built.gaps[0]}" if built.gaps else ""
        raise FeedError(
            f"{shard}: {read} records could be read and {built.skipped} could not{reason}",
            "the feed's format may have changed: look for a newer garboard",
        )
    before = old.records - old.kept_records if old else 0
    if read < SHRINK * before:
        raise FeedError(
            f"{shard}: the feed has shrunk from {before} records to {read}; the old data were kept",
            f"if that is right: garboard db update {shard} --accept-shrink",
        )


def _iso(last_modified: str) -> str:
    """An HTTP date as RFC 3339; empty if it is none."""
    from email.utils import parsedate_to_datetime

    try:
        return rfc3339(parsedate_to_datetime(last_modified).astimezone(dt.UTC)) if last_modified else ""
    except ValueError:
        return ""


def _state(shard: str, built: Built, fetched: list[Fetched], now: dt.datetime) -> FeedState:
    notes = [each.note for each in fetched if not each.note.absent]
    digests = [note.sha256 for note in notes]
    return FeedState(
        shard=shard,
        url=notes[0].url,
        fetched=rfc3339(now),
        data_date=built.date or _iso(notes[0].last_modified),
        etag=notes[0].etag,
        last_modified=notes[0].last_modified,
        sha256=digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest(),
        records=built.records,
        bytes=sum(each.received for each in fetched),
        skipped=built.skipped,
        gaps=built.gaps,
        unanalyzed=built.unanalyzed,
        caveat=feeds.feed_of(shard).CAVEAT,
    )
