"""The database as matching asks it: `garboard.model.advisory.Lookup` over the shards of a directory."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import msgspec

from garboard.database import store
from garboard.database.shard import Shard
from garboard.model.advisory import CveFacts, FeedState, Hit
from garboard.model.errors import DatabaseError
from garboard.model.lifecycle import Cycle

FIRST_NVD_YEAR = 2002
"""NVD's first year file, which holds all earlier CVEs too."""

_CVE_YEAR = re.compile(r"^CVE-(\d{4})-\d+$")
_FACTS = ("nvd", "kev", "epss", "endoflife")
"""Feeds whose shards speak of CVEs or of releases, not of packages."""


def nvd_shards(cves: Iterable[str]) -> tuple[str, ...]:
    """The NVD shards that speak of these CVEs, sorted; other identifiers are passed over."""
    years = {max(int(match.group(1)), FIRST_NVD_YEAR) for cve in cves if (match := _CVE_YEAR.match(cve))}
    return tuple(f"nvd:{year}" for year in sorted(years))


class Database:
    """The shards of a directory, each opened when it is first needed. Close it, or use it as a context manager.

    A directory that does not exist is a database without shards: it covers nothing. Every method may raise
    `DatabaseError` for a shard that is damaged or of another schema.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._installed = store.installed(directory)
        self._open: dict[str, Shard] = {}
        self._of: dict[str, Shard | None] = {}

    def close(self) -> None:
        """Close all files."""
        for shard in self._open.values():
            shard.close()
        self._open.clear()
        self._of.clear()

    def refresh(self) -> None:
        """Look again which shards are there, and read those that were replaced anew."""
        self.close()
        self._installed = store.installed(self.directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def shards(self) -> tuple[str, ...]:
        """The names of the shards that are there, sorted."""
        return self._installed

    def shard(self, name: str) -> Shard:
        """One shard, open. Raises `DatabaseError` where it is not there."""
        if name not in self._installed:
            raise DatabaseError(f"the database has no shard {name}", f"garboard db update {name}")
        if name not in self._open:
            self._open[name] = Shard(self.directory, name)
        return self._open[name]

    def _shard_of(self, ecosystem: str) -> Shard | None:
        if ecosystem not in self._of:
            names = [name for name in self._installed if name.partition(":")[0] not in _FACTS]
            # The likely shard first, by its name; the shards themselves have the last word.
            names.sort(key=lambda name: not _resembles(name, ecosystem))
            self._of[ecosystem] = next(
                (shard for name in names if ecosystem in (shard := self.shard(name)).ecosystems), None
            )
        return self._of[ecosystem]

    def covers(self, ecosystem: str) -> bool:
        """Whether a shard is there and holds data of this very ecosystem and release, be it that nothing is listed."""
        return self._shard_of(ecosystem) is not None

    def hits(self, ecosystem: str, package: str) -> Iterator[Hit]:
        """All that the data say of a package (named as the ecosystem normalises), withdrawn records left out."""
        shard = self._shard_of(ecosystem)
        if shard is not None:
            yield from shard.hits(ecosystem, package)

    def facts(self, cves: Iterable[str]) -> dict[str, CveFacts]:
        """What NVD, KEV and EPSS know of these CVEs, folded into one value each; those without data are absent."""
        wanted = frozenset(cves)
        found: dict[str, CveFacts] = {}
        for name in (*nvd_shards(wanted), "kev", "epss"):
            if name in self._installed:
                for facts in self.shard(name).facts(sorted(wanted)):
                    found[facts.cve] = _fold(found[facts.cve], facts) if facts.cve in found else facts
        return found

    def cycles(self, product: str) -> tuple[Cycle, ...]:
        """What endoflife.date says of a product, newest first; empty where nothing is known."""
        return tuple(self.shard("endoflife").cycles(product)) if "endoflife" in self._installed else ()

    def states(self) -> tuple[FeedState, ...]:
        """How old each shard is, by name."""
        return tuple(self.shard(name).state for name in self._installed)

    def used(self) -> tuple[FeedState, ...]:
        """The same of the shards that were asked for something."""
        return tuple(self._open[name].state for name in sorted(self._open))


def open_database(directory: str | Path | None = None) -> Database:
    """The database in a directory; by default ``GARBOARD_DB``, else the user's data folder. It need not exist yet."""
    return Database(Path(directory or os.environ.get("GARBOARD_DB") or store.default_directory()))


def _resembles(shard: str, ecosystem: str) -> bool:
    return ecosystem.lower().startswith(shard.lower().removeprefix("osv:"))


def _fold(one: CveFacts, two: CveFacts) -> CveFacts:
    """Two feeds' facts of one CVE: what the second does not say is taken from the first."""
    stated = {name: value for name in CveFacts.__struct_fields__ if _is_stated(value := getattr(two, name))}
    return msgspec.structs.replace(one, **stated)


def _is_stated(value: object) -> bool:
    return value is not None and value is not False and value not in {"", ()}
