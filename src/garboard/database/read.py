"""The database as matching uses it: `garboard.model.advisory.Lookup` over the shards of a directory."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final, Self

import msgspec

from garboard.database import store
from garboard.database.shard import OtherSchemaError, Shard
from garboard.model.advisory import CveFacts, FeedState, Hit
from garboard.model.errors import DatabaseError
from garboard.model.feed import ADDING
from garboard.model.lifecycle import Cycle, Support
from garboard.model.package import SOFTWARE

FIRST_NVD_YEAR = 2002
"""The year of NVD's first file, which also holds all earlier CVEs."""

_CVE_YEAR = re.compile(r"^CVE-(\d{4})-\d+$")
HOLDING: Final = {
    "friendsofphp": ("Packagist",),
    "nodejs": (f"{SOFTWARE}:node",),
    "rubysec": (f"{SOFTWARE}:ruby", "RubyGems"),
}
"""What shards hold that are not named after it."""
SUPPORT = "debian-security-support"
REPOSITORIES: Final = "redhat-repositories"
USES: Final = ("kev", "epss")
"""Which vulnerabilities are exploited, or may be soon."""
RATINGS: Final = "ratings"
"""What NVD says of all CVEs, in one shard that is made of its years and has no feed of its own."""
CVE_LIST: Final = "cvelist"
"""What those who assigned each CVE say of it, in one shard."""
FACTS: Final = ("nvd", RATINGS, CVE_LIST, "kev", "epss", "endoflife", SUPPORT, REPOSITORIES)
"""Feeds with shards about CVEs or releases, not about packages."""


def rating_shards(cves: Iterable[str], installed: Collection[str]) -> tuple[str, ...]:
    """Return NVD's shards that rate these CVEs; none if the ratings of all CVEs are installed."""
    return () if {RATINGS, CVE_LIST} & {*installed} else nvd_shards(cves)


def nvd_shards(cves: Iterable[str]) -> tuple[str, ...]:
    """Return the NVD shards that cover these CVEs, sorted; other identifiers are ignored."""
    years = {max(int(match.group(1)), FIRST_NVD_YEAR) for cve in cves if (match := _CVE_YEAR.match(cve))}
    return tuple(f"nvd:{year}" for year in sorted(years))


class Database:
    """The shards of a directory, each opened on first use. Close it, or use it as a context manager.

    A directory that does not exist is a database without shards: it covers nothing. Every method may raise
    `DatabaseError` for a shard that is damaged or has another schema.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._installed = store.installed(directory)
        self._open: dict[str, Shard] = {}
        self._of: dict[str, tuple[Shard, ...]] = {}
        self._used: set[str] = set()

    def close(self) -> None:
        """Close all files."""
        for shard in self._open.values():
            shard.close()
        self._open.clear()
        self._of.clear()

    def refresh(self) -> None:
        """Look again for shards, and reopen those that were replaced."""
        self.close()
        self._installed = store.installed(self.directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def shards(self) -> tuple[str, ...]:
        """Return the names of the existing shards, sorted."""
        return self._installed

    def shard(self, name: str) -> Shard:
        """Return one open shard.

        Raises:
            DatabaseError: The shard does not exist.
        """
        if name not in self._installed:
            raise DatabaseError(f"the database has no shard {name}", f"garboard db update {name}")
        if name not in self._open:
            self._open[name] = Shard(self.directory, name)
        return self._open[name]

    def _shards_of(self, ecosystem: str) -> tuple[Shard, ...]:
        if ecosystem not in self._of:
            self._of[ecosystem] = tuple(self._holding(ecosystem))
        self._used.update(shard.name for shard in self._of[ecosystem])
        return self._of[ecosystem]

    def _holding(self, ecosystem: str) -> Iterator[Shard]:
        # A shard is named after what it holds; no other is opened. Those that cover the ecosystem come first.
        adding = ADDING.get(ecosystem, ())
        covered = False
        for name in sorted(self._installed, key=lambda name: name in adding):
            if _names(name, ecosystem) and ecosystem in (shard := self.shard(name)).ecosystems:
                covered = covered or name not in adding
                yield shard
        if ecosystem.startswith(f"{SOFTWARE}:") and not covered:
            years = [self.shard(name) for name in _all_years(self._installed)]
            if years and years[-1].name[4:] >= years[-1].state.fetched[:4]:  # the year in which it was fetched is there
                yield from (shard for shard in years if ecosystem in shard.ecosystems)

    def readable(self, name: str) -> bool:
        """Whether a shard is there, and not one of an older schema.

        Raises:
            DatabaseError: it is damaged.
        """
        try:
            return name in self._installed and bool(self.shard(name))
        except OtherSchemaError:
            return False

    def _using(self, name: str) -> Shard | None:
        if name not in self._installed:
            return None
        self._used.add(name)
        return self.shard(name)

    def covers(self, ecosystem: str) -> bool:
        """Report whether a shard has data of exactly this ecosystem and release, even if it lists no issues.

        One that only adds to another's data does not cover it.
        """
        adding = ADDING.get(ecosystem, ())
        return any(shard.name not in adding for shard in self._shards_of(ecosystem))

    def hits(self, ecosystem: str, package: str) -> Iterator[Hit]:
        """Yield all data about a package (its name normalized for the ecosystem), without withdrawn records.

        What one source has withdrawn, another one may still hold.
        """
        for shard in self._shards_of(ecosystem):
            yield from shard.hits(ecosystem, package)

    def names(self, ecosystem: str) -> tuple[str, ...]:
        """Return the names of all packages that there are data about."""
        return tuple(dict.fromkeys(name for shard in self._shards_of(ecosystem) for name in shard.names(ecosystem)))

    def facts(self, cves: Iterable[str]) -> dict[str, CveFacts]:
        """Return what NVD, KEV and EPSS know about these CVEs, one merged value each; CVEs without data are absent.

        KEV's and EPSS's are left out where they are of an older schema: who asks tells of it (`readable`).
        """
        wanted = frozenset(cves)
        found: dict[str, CveFacts] = {}
        for name in (CVE_LIST, RATINGS, *nvd_shards(wanted), *USES):
            if not wanted or (name in USES and not self.readable(name)):
                continue
            if (shard := self._using(name)) is not None:
                for facts in shard.facts(sorted(wanted)):
                    found[facts.cve] = _fold(found[facts.cve], facts) if facts.cve in found else facts
        return found

    def cycles(self, product: str) -> tuple[Cycle, ...]:
        """Return the cycles of a product from endoflife.date, newest first; empty if nothing is known."""
        shard = self._using("endoflife")
        return tuple(shard.cycles(product)) if shard is not None else ()

    def support(self, ecosystem: str) -> tuple[Support, ...]:
        """Return what a distribution says of the support of single packages of a release."""
        shard = self._using(SUPPORT) if ecosystem.startswith("Debian:") else None
        return tuple(shard.support(ecosystem)) if shard is not None else ()

    def products(self, repositories: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the CPEs of the products in each repository of Red Hat's; those that are not known are absent."""
        wanted = tuple(dict.fromkeys(repositories))
        shard = self._using(REPOSITORIES) if wanted else None
        found = (one for name in wanted for one in shard.products(name)) if shard is not None else ()
        return {one.repository: one.cpes for one in found}

    def states(self) -> tuple[FeedState, ...]:
        """Return the state of each shard, which includes its age, by name."""
        return tuple(self.shard(name).state for name in self._installed)

    def begin(self) -> None:
        """Forget which shards answered: another report begins."""
        self._used.clear()

    def used(self) -> tuple[FeedState, ...]:
        """Return the state of each shard that answered a question since `begin`, as it is now, by name."""
        return tuple(self.shard(name).state for name in sorted(self._used) if name in self._installed)


def open_database(directory: str | Path | None = None) -> Database:
    """Open the database in a directory, by default ``GARBOARD_DB``, else the user's data folder. It need not exist yet."""
    return Database(Path(directory or os.environ.get("GARBOARD_DB") or store.default_directory()))


def _names(shard: str, ecosystem: str) -> bool:
    """Whether a shard's name says that it may hold an ecosystem: all its releases, or this one.

    OSV's are called as the ecosystems are, the others after their publishers: ``amazon:2023`` holds Amazon Linux:2023.
    """
    feed, _, part = shard.lower().partition(":")
    if feed == "osv":
        return f"{ecosystem.lower()}:".startswith(f"{part}:")
    part = part.replace(" ", "")
    if feed in FACTS:
        return False
    if feed in HOLDING:
        return ecosystem in HOLDING[feed]
    if ecosystem.startswith(f"{SOFTWARE}:"):
        return False
    family, _, release = ecosystem.lower().replace(" ", "").partition(":")
    return family.startswith(feed) and (not part or f"{release}:".startswith(f"{part}:"))


def _all_years(installed: Iterable[str]) -> tuple[str, ...]:
    """NVD's shards, if none is absent from the first year to the last that is there: years apart judge no software."""
    years = sorted(int(name[4:]) for name in installed if name.startswith("nvd:") and name[4:].isdecimal())
    whole = list(range(FIRST_NVD_YEAR, FIRST_NVD_YEAR + len(years))) == years
    return tuple(f"nvd:{year}" for year in years) if whole else ()


def _fold(one: CveFacts, two: CveFacts) -> CveFacts:
    """Merge two feeds' facts of one CVE: whatever the second does not state comes from the first; ratings of both count."""
    stated = {name: value for name in CveFacts.__struct_fields__ if _is_stated(value := getattr(two, name))}
    ratings = tuple(dict.fromkeys((*two.ratings, *one.ratings)))
    return msgspec.structs.replace(one, **{**stated, "ratings": ratings})


def _is_stated(value: object) -> bool:
    return value is not None and value is not False and value not in {"", ()}
