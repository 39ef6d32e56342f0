"""Fetches the data that a scan needs, and only those that are missing or old."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import click

from garboard.model.gap import Gap
from garboard.model.limits import DEFAULT, Limits
from garboard.model.timestamp import day
from garboard.workflows.judge import Supply

if TYPE_CHECKING:
    from garboard.database.read import Database
    from garboard.image.options import Progress
    from garboard.model.advisory import FeedState

FRESH: Final = dt.timedelta(hours=24)
"""Data younger than this are used as they are."""


class OfflineSupply(Supply):
    """Fetches nothing and reports what is missing at a time; ``origin`` is where an update would read."""

    def __init__(self, database: Database, now: dt.datetime, origin: str = "") -> None:
        self._database = database
        self._year = now.year
        self._origin = origin

    def _hint(self, shards: Iterable[str]) -> str:
        which = f", which reads {self._origin} (GARBOARD_FEEDS)" if self._origin else ""
        return f"run: garboard db update {shlex.join(shards)}{which}"

    def advisories(self, ecosystems: Iterable[str]) -> tuple[Gap, ...]:
        from garboard.feeds import adding_shards, has_parts, needed_shards, parts, shard_for

        have = set(self._database.shards())
        ecosystems = tuple(ecosystems)
        bare = [ecosystem for ecosystem in ecosystems if not self._database.covers(ecosystem)]
        several = [shard for shard in needed_shards(ecosystems) if has_parts(shard)]
        adding = [shard for shard in adding_shards(ecosystems) if shard not in have]
        if not bare and not several and not adding:
            return ()
        gaps = []
        absent = [shard for shard in needed_shards(bare) if shard not in have and shard not in several]
        absent += [shard for shard in several if not set(parts(shard, self._year)) <= have]
        if absent:
            reason = f"these data are not installed; {self._hint(absent)}"
            gaps.append(Gap(stage="database", subject=", ".join(absent), reason=reason))
        for ecosystem in bare:
            shard = shard_for(ecosystem)
            if shard in have:
                when = self._database.shard(shard).state
                reason = f"{shard} of {(when.data_date or when.fetched)[:10]} has nothing of it: it is not published any more, or not yet"
                gaps.append(Gap(stage="database", subject=ecosystem, reason=reason))
        if adding:
            reason = f"these data know of some more vulnerabilities, and are not installed; {self._hint(adding)}"
            gaps.append(Gap(stage="database", subject=", ".join(adding), reason=reason))
        return tuple(gaps)

    def facts(self, cves: Iterable[str], unrated: Iterable[str]) -> tuple[Gap, ...]:
        from garboard.database.read import USES, rating_shards

        have = set(self._database.shards())
        gaps = []
        years = [shard for shard in rating_shards(unrated, have) if shard not in have]
        if years:
            gaps.append(
                Gap(
                    stage="database",
                    subject="severity",
                    reason=f"{len(list(unrated))} CVEs have no rating by their own feed, and NVD's are not installed; "
                    + self._hint(years),
                )
            )
        extra = [shard for shard in USES if not self._database.readable(shard)] if list(cves) else []
        if extra:
            gaps.append(
                Gap(
                    stage="database",
                    subject=", ".join(extra),
                    reason=f"whether issues are exploited is not known without them; {self._hint(extra)}",
                )
            )
        return tuple(gaps)

    def lifecycles(self) -> tuple[Gap, ...]:
        if "endoflife" in self._database.shards():
            return ()
        reason = f"how long distributions and runtimes are maintained is not known; {self._hint(('endoflife',))}"
        return (Gap(stage="database", subject="endoflife", reason=reason),)

    def support(self, ecosystems: Iterable[str]) -> tuple[Gap, ...]:
        have = set(self._database.shards())
        missing = [shard for shard in _about_support(ecosystems) if shard not in have]
        if not missing:
            return ()
        reason = f"whether the distribution and the programs here are still supported is not known without them; {self._hint(missing)}"
        return (Gap(stage="database", subject=", ".join(missing), reason=reason),)


class PastSupply(OfflineSupply):
    """Like `OfflineSupply`, for a report as of a day: it says which data are of a later one."""

    def __init__(self, database: Database, now: dt.datetime, origin: str = "") -> None:
        super().__init__(database, now, origin)
        self._day = day(now)

    def used(self, feeds: Iterable[FeedState]) -> tuple[Gap, ...]:
        return tuple(
            Gap(
                stage="database",
                subject=feed.shard,
                reason=f"fetched on {feed.fetched[:10]}, after the day of this report: on that day less may have been known",
            )
            for feed in feeds
            if feed.fetched[:10] > self._day
        )


def _about_support(ecosystems: Iterable[str]) -> tuple[str, ...]:
    """The shards that say how long releases and programs (``type:name``) are supported; what only rolls has no end."""
    return ("endoflife",) if any(":" in ecosystem for ecosystem in ecosystems) else ()


def _about_repositories(ecosystems: Iterable[str]) -> tuple[str, ...]:
    """The shard with Red Hat's repositories: without it their names tell which streams an image's packages are of."""
    from garboard.feeds import redhat, redhat_repositories

    return (redhat_repositories.NAME,) if any(map(redhat.shard_for, ecosystems)) else ()


class FetchingSupply(Supply):
    """Fetches what is missing or older than a day; what cannot be fetched becomes a gap, and old data are used.

    ``origin`` names a mirror, a folder or an address, to use instead of the feeds.
    """

    def __init__(
        self,
        database: Database,
        *,
        now: dt.datetime,
        progress: Progress,
        quiet: bool,
        ca_file: str,
        limits: Limits = DEFAULT,
        origin: str = "",
    ) -> None:
        self._database = database
        self._now = now
        self._progress = progress
        self._quiet = quiet
        self._ca_file = ca_file
        self._limits = limits
        self._origin = origin
        self._offline = OfflineSupply(database, now)
        self._failed: dict[tuple[str, ...], tuple[Gap, ...]] = {}

    def advisories(self, ecosystems: Iterable[str]) -> tuple[Gap, ...]:
        from garboard.feeds import adding_shards, has_parts, needed_shards

        wanted = list(ecosystems)
        shards = dict.fromkeys((*needed_shards(wanted), *adding_shards(wanted), *_about_repositories(wanted)))
        # What has many parts is fetched once, by whoever wants it, and not in the middle of a scan.
        gaps = self._fetch(shard for shard in shards if not has_parts(shard))
        told = [one for one in wanted if any(has_parts(shard) for shard in needed_shards([one]))] if gaps else wanted
        return (*gaps, *self._offline.advisories(told))

    def facts(self, cves: Iterable[str], unrated: Iterable[str]) -> tuple[Gap, ...]:
        from garboard.database.read import rating_shards

        shards = (*rating_shards(unrated, self._database.shards()), *(("kev", "epss") if list(cves) else ()))
        return self._fetch(shards)

    def lifecycles(self) -> tuple[Gap, ...]:
        return self._fetch(("endoflife",))

    def support(self, ecosystems: Iterable[str]) -> tuple[Gap, ...]:
        return self._fetch(_about_support(ecosystems))

    def _old(self, shards: Iterable[str]) -> list[str]:
        have = set(self._database.shards())
        return [shard for shard in shards if shard not in have or not self._fresh(shard)]

    def _fresh(self, shard: str) -> bool:
        """Whether it is of the last day; one that this program cannot read, as one of an older schema, is not."""
        from garboard.model.errors import DatabaseError

        try:
            age = self._database.shard(shard).state.age(self._now)
        except DatabaseError:
            return False
        return age is not None and age < FRESH

    def _fetch(self, shards: Iterable[str]) -> tuple[Gap, ...]:
        """Fetch what is old; what failed once is not asked for again, by this or another image of the run."""
        old = tuple(self._old(shards))
        if not old:
            return ()
        if old not in self._failed:
            gaps = self._fetched(old)
            if not gaps:
                return ()
            self._failed[old] = gaps
        return self._failed[old]

    def _fetched(self, old: tuple[str, ...]) -> tuple[Gap, ...]:
        from garboard.model.errors import GarboardError
        from garboard.net.client import Client
        from garboard.workflows import update_database

        if not self._quiet:
            click.echo(f"fetching vulnerability data: {', '.join(old)}", err=True)
        gaps: list[Gap] = []
        try:
            results = update_database.update(
                self._database.directory,
                old,
                origin=self._origin,
                client=Client(ca_file=self._ca_file, limits=self._limits),
                now=self._now,
                progress=self._progress,
                terms=update_database.Terms(
                    fresh=FRESH, waiting=lambda told: None if self._quiet else click.echo(told, err=True)
                ),
            )
        except GarboardError as error:
            reason = f"not fetched: {error.message}" + (f"; {error.hint}" if error.hint else "")
            return (Gap(stage="database", subject=", ".join(old), reason=reason),)
        for result in results:
            if result.error:
                gaps.append(Gap(stage="database", subject=result.shard, reason=f"not fetched: {result.error}"))
            elif not self._quiet:
                click.echo(f"  {result.shard}: {result.outcome}, {result.bytes} bytes", err=True)
        self._database.refresh()
        return tuple(gaps)
