"""A better base image, and what your own image would be on it."""

from __future__ import annotations

import datetime as dt
import enum
from collections import Counter
from collections.abc import Iterable
from typing import Self

from garboard.model.advisory import Severity
from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.lifecycle import Lifespan, State


class Group(enum.StrEnum):
    """How far a base is from the one in use, nearest first."""

    REBUILD = "rebuild"
    """The same tag, which by now names a newer image."""
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"
    ALTERNATIVE = "alternative"
    """Another flavor, another release or family of distribution, another repository."""


class Objection(Value):
    """Why a base is not recommended: a word for `--include`, and a sentence."""

    code: str
    reason: str


class Counts(Value):
    """Issues by severity: one vulnerability of one source package is one issue, as in a scan."""

    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    negligible: int = 0
    unknown: int = 0

    @classmethod
    def of(cls, severities: Iterable[Severity]) -> Self:
        """The numbers of issues that have these severities."""
        return cls(**Counter(one.word for one in severities))

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(**{one: getattr(self, one) + getattr(other, one) for one in self.__struct_fields__})

    @property
    def total(self) -> int:
        """The number of all issues."""
        return sum(self.order)

    @property
    def order(self) -> tuple[int, ...]:
        """Sort key, worst first; an unrated issue may be worse than the low ones."""
        return (self.critical, self.high, self.medium, self.unknown, self.low, self.negligible)

    @property
    def by_severity(self) -> tuple[tuple[Severity, int], ...]:
        """Every severity with its number, worst first."""
        return tuple((severity, getattr(self, severity.word)) for severity in sorted(Severity, reverse=True))


class FindingKey(Value, order=True):
    """What makes a finding the same in two scans."""

    vulnerability: str
    type: str
    package: str
    version: str
    source: str = ""
    """The source package, or a Node package's own name: issues are counted by it."""


class Brought(Value):
    """A finding that another base brings, with what filters go by."""

    key: FindingKey
    severity: Severity = Severity.UNKNOWN
    fixed_in: str = ""


class Prediction(Value):
    """What an image would be on another base, with your own layers kept.

    Attributes:
        counts: of the issues that would be there; if packages are unknown, the minimum.
        removes: how many of today's issues would go; those of unknown packages, and of what they brought, are not
        counted.
        adds: how many would be new; if packages are unknown, the minimum.
        packages: how many there would be.
        unknown: your packages that nothing can be said about on that base, by name.
        remaining: every finding that would be there, if they were asked for; else empty.
        removed: today's findings that would be gone, whatever the version, if they were asked for; else empty.
        added: findings that would be new, if they were asked for; else empty.
        gaps: what is uncertain about the prediction.
        least: whether the numbers are minima although every package of yours is known.
    """

    counts: Counts = Counts()
    removes: int = 0
    adds: int = 0
    packages: int = 0
    unknown: tuple[str, ...] = ()
    remaining: tuple[FindingKey, ...] = ()
    removed: tuple[FindingKey, ...] = ()
    added: tuple[Brought, ...] = ()
    gaps: tuple[str, ...] = ()
    least: bool = False


class Row(Value):
    """One base image.

    Attributes:
        reference: as written after FROM.
        key: the catalog's.
        group: None for the base in use.
        aliases: other tags of the same image that could be written.
        digest: of its index, else of its manifest; empty if it is not known.
        counts: its own issues; None if its packages are not known.
        judged: whether its packages could be compared with vulnerability data.
        prediction: of your image on it; None if your packages are not known.
        packages: how many; None if they are not known.
        size: of its layers as stored, bytes.
        created: when it was built, as the image states it; empty if that is not known.
        distro: ``id version``.
        lifespans: of the program and the distribution.
        warnings: what changes for you, as sentences.
        companions: the FROM lines of other stages that must move with it.
        objections: why it is not recommended; empty if it may be.
        approved: whether it is on the organization's list; None without a list.
        better: whether your image (or the base, if there is no image) has fewer or milder issues on it.
    """

    reference: str
    key: str
    group: Group | None = None
    aliases: tuple[str, ...] = ()
    digest: str = ""
    counts: Counts | None = None
    judged: bool = True
    prediction: Prediction | None = None
    packages: int | None = None
    size: int | None = None
    created: str = ""
    distro: str = ""
    lifespans: tuple[Lifespan, ...] = ()
    warnings: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()
    approved: bool | None = None
    better: bool = False

    def is_called(self, text: str) -> bool:
        """Whether a text names it: a reference, a tag alone, a digest, or its key."""
        references = (self.reference, *self.aliases)
        tags = (one.rpartition(":")[2] for one in references)
        return bool(text) and text in {*references, *tags, self.digest, self.key}

    @property
    def ended(self) -> tuple[Lifespan, ...]:
        """What it holds that is no longer maintained."""
        return tuple(one for one in self.lifespans if one.state is State.ENDED)

    @property
    def outcome(self) -> Counts | None:
        """The resulting issues: your image's, or the base's if there is no image."""
        return self.prediction.counts if self.prediction else self.counts


class Verdict(enum.StrEnum):
    """The answer in a word."""

    BETTER = "better"
    """There is a base to recommend."""
    BEST = "best"
    """The base in use is the best that is known."""
    UNKNOWN = "unknown"
    """Nothing can be said; the gaps say why."""


class Recommendation(Value):
    """What is known of the base in use and of those that could replace it.

    Attributes:
        base: the base in use; None if the catalog does not have it.
        wanted: how the user or the image names the base in use.
        how: how it is known, as a sentence.
        yours: today's issues of the image; None without one.
        rows: all that was judged, by group, the best of each first.
        compared: how many other images the base in use was compared with: judged, and nothing speaks against them.
        passed_over: how many something speaks against in any case.
        created: the time for which all this is valid; None if nothing was looked for.
        data_date: the day of the oldest data that were compared with, ``YYYY-MM-DD``; empty if it is not known.
    """

    verdict: Verdict = Verdict.UNKNOWN
    base: Row | None = None
    wanted: str = ""
    how: str = ""
    yours: Counts | None = None
    rows: tuple[Row, ...] = ()
    compared: int = 0
    passed_over: int = 0
    created: dt.datetime | None = None
    data_date: str = ""
    gaps: tuple[Gap, ...] = ()

    @property
    def recommended(self) -> tuple[Row, ...]:
        """The rows without objections that are better than what is in use."""
        return tuple(row for row in self.rows if row.better and not row.objections)
