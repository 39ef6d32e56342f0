"""Data from feeds: advisories and the versions that they affect."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final, Protocol

from garboard.model.base import Value
from garboard.model.timestamp import parsed


class Severity(enum.IntEnum):
    """Severity words, ordered: unknown is below all, so a threshold has to ask for it explicitly."""

    UNKNOWN = 0
    NEGLIGIBLE = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5

    @property
    def rank(self) -> int:
        """Place in the order from the mildest to the worst: what is unrated may be bad, so it is above low."""
        return _RANKS.index(self.name)

    @property
    def word(self) -> str:
        """Lower-case name."""
        return self.name.lower()


_RANKS: Final = ("NEGLIGIBLE", "LOW", "UNKNOWN", "MEDIUM", "HIGH", "CRITICAL")


class Rating(Value):
    """One source's rating: its own word, or a CVSS vector, or both.

    ``source`` is ``debian``, ``nvd``, ``ghsa``, ``osv`` …; ``vector`` a CVSS vector of any version (v2 without a
    prefix), empty if only a word was given; ``word`` is the source's own word, unchanged.
    """

    source: str
    word: str = ""
    vector: str = ""


UNREAD = "a record of the feed could not be read"
"""Why an `Affected` compares with nothing that stands for a record of which no more than its package could be read."""


class Range(Value):
    """An interval of versions.

    From ``introduced`` (inclusive; empty or ``0`` means from the start) to ``fixed`` (exclusive) or ``last_affected``
    (inclusive) or ``before`` (exclusive, and no fix: nothing is known of that version but that it is not affected); with
    none of them, all later versions.
    """

    introduced: str = ""
    fixed: str = ""
    last_affected: str = ""
    before: str = ""


class Status(enum.StrEnum):
    """What the source says about a package in a release, beyond ranges."""

    AFFECTED = "affected"
    """No fix yet."""
    FIXED = "fixed"
    """A fixed version is published (see the ranges)."""
    NOT_AFFECTED = "not_affected"
    """A negative fact: no version is affected."""
    DEFERRED = "fix_deferred"
    """Minor, postponed or without its own advisory (Debian no-dsa, postponed)."""
    WILL_NOT_FIX = "will_not_fix"
    """Ignored by the distribution."""
    END_OF_LIFE = "end_of_life"
    """The package has no security support in this release."""
    SUBSCRIBERS = "fixed_for_subscribers"
    """A fixed version is published for those who pay for support (see `Affected.subscription`)."""
    UNDETERMINED = "under_investigation"
    """Not yet known whether it is affected."""

    @property
    def why_unfixed(self) -> str:
        """Why the source gives no fix, in plain words; empty if it does not say."""
        return _WHY_UNFIXED.get(self, "")


_WHY_UNFIXED = MappingProxyType(
    {
        Status.DEFERRED: "the distribution has put the fix off",
        Status.WILL_NOT_FIX: "the distribution will not fix it",
        Status.END_OF_LIFE: "the package has no security support in this release",
        Status.SUBSCRIBERS: "its fix is only for those who pay for support",
    }
)


class Affected(Value):
    """One package of one release that an advisory covers. Ranges and ``versions`` are alternatives: any may match."""

    ecosystem: str
    """OSV ecosystem with its release suffix: ``PyPI``, ``Debian:12``, ``Alpine:v3.20``."""
    package: str
    """Normalized for the ecosystem (PEP 503 for PyPI); the *source* package for Debian, Alpine and the like."""
    scheme: str
    """Version scheme's name in `garboard.versions`: deb, rpm, apk, pep440, semver."""
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()
    """Exact versions listed as affected."""
    status: Status = Status.AFFECTED
    rating: Rating | None = None
    """This package's own rating, if the source gives one per package."""
    note: str = ""
    """The source's reason, as Debian's ``nodsa_reason`` text."""
    unmatchable: str = ""
    """Why some of its ranges cannot be judged from an image (only GIT ranges, say); a match stage makes it a gap."""
    untold: tuple[Range, ...] = ()
    """Versions of which the source does not tell: unless they are in a range or listed, they are not known."""
    symbols: tuple[str, ...] = ()
    """The functions (``net/http.Client.Do``) and packages that have the vulnerability, where it is in these alone."""
    platforms: tuple[str, ...] = ()
    """Where alone Go builds what has the vulnerability: ``windows/*``, ``*/arm64``; empty if that is everywhere."""
    module: str = ""
    """RPM module ``name:stream`` to which it is limited."""
    subscription: str = ""
    """What one has to subscribe to for its fixes (``Ubuntu Pro``); empty if they are for everybody."""


class Advisory(Value):
    """One record of one feed."""

    id: str
    feed: str
    """Name of the feed's module."""
    aliases: tuple[str, ...] = ()
    """Other identifiers of the *same* vulnerability, CVE ids included."""
    related: tuple[str, ...] = ()
    """Identifiers of the vulnerabilities that an erratum fixes (an ALSA or DSA with several CVEs)."""
    errata: tuple[str, ...] = ()
    """Errata that it names as its aliases: each may fix other vulnerabilities too."""
    summary: str = ""
    details: str = ""
    published: str = ""
    """RFC 3339, or a date."""
    modified: str = ""
    withdrawn: str = ""
    ratings: tuple[Rating, ...] = ()
    cwes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    malicious: bool = False
    """A malicious package (``MAL-``), not a vulnerability."""
    affected: tuple[Affected, ...] = ()


class CveFacts(Value):
    """What is known about a CVE apart from packages: an enrichment."""

    cve: str
    ratings: tuple[Rating, ...] = ()
    cwes: tuple[str, ...] = ()
    description: str = ""
    published: str = ""
    modified: str = ""
    rejected: bool = False
    kev_added: str = ""
    """Date on which CISA listed it as exploited; empty if it is not listed."""
    kev_ransomware: bool = False
    epss: float | None = None
    """Probability of exploitation within 30 days, 0 to 1."""
    epss_percentile: float | None = None


class LastData(Value):
    """A release that its feed no longer lists, and the date of the last data of it, which were kept."""

    ecosystem: str
    date: str


class FeedState(Value):
    """How fresh a shard is."""

    shard: str
    """``feed`` or ``feed:part``, as ``debian``, ``osv:PyPI``, ``alpine:v3.20``, ``nvd:2024``, ``kev``, ``epss``."""
    url: str = ""
    fetched: str = ""
    """RFC 3339: when it was last fetched or confirmed unchanged. A text, as shards and their bundles store it."""
    data_date: str = ""
    """The feed's own date, if it states one, else Last-Modified."""
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    """Of the feed's bytes."""
    records: int = 0
    bytes: int = 0
    """Fetched."""
    skipped: int = 0
    """Records that the feed's parser could not use; the reasons are in ``gaps``."""
    gaps: tuple[str, ...] = ()
    unanalyzed: int = 0
    """Vulnerabilities that the publisher lists and has not analyzed: what they are in is not known."""
    caveat: str = ""
    """What the feed's data can never say, whoever asks."""
    kept: tuple[LastData, ...] = ()
    """Releases that have left the feed."""
    kept_records: int = 0
    """How many of ``records`` are about those alone."""

    def age(self, now: dt.datetime) -> dt.timedelta | None:
        """Time since it was fetched or confirmed; None if that is not known."""
        fetched = parsed(self.fetched)
        return now - fetched if fetched is not None else None


class Hit(Value):
    """An affected package together with its advisory (which has an empty ``affected`` here)."""

    advisory: Advisory
    affected: Affected


class Lookup(Protocol):
    """What matching needs from a database."""

    def covers(self, ecosystem: str) -> bool:
        """Whether there are data for this ecosystem and release, even if empty."""
        ...

    def hits(self, ecosystem: str, package: str) -> Iterable[Hit]:
        """Everything that the data say about a package, without withdrawn records."""
        ...

    def names(self, ecosystem: str) -> Iterable[str]:
        """All packages that the data list, by the names that `hits` takes."""
        ...

    def facts(self, cves: Iterable[str]) -> dict[str, CveFacts]:
        """What is known about these CVEs; those without data are absent."""
        ...

    def begin(self) -> None:
        """Begin a report: `used` tells of what is queried from now on."""
        ...

    def used(self) -> tuple[FeedState, ...]:
        """The shards that were queried, and how old they are."""
        ...
