"""A better base image, and what your own image would be on it."""

from __future__ import annotations

import datetime as dt
import enum

from garboard.model.advisory import Severity
from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.lifecycle import Lifespan


class Group(enum.StrEnum):
    """How far a base is from the one in use, the nearest first."""

    REBUILD = "rebuild"
    """The same tag, which names a newer image by now."""
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

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.order)

    @property
    def order(self) -> tuple[int, ...]:
        """The worst first; what nobody rated may be the worst of the low ones."""
        return (self.critical, self.high, self.medium, self.unknown, self.low, self.negligible)

    @property
    def by_severity(self) -> tuple[tuple[Severity, int], ...]:
        """Every severity with its number, the worst first."""
        return tuple((severity, getattr(self, severity.word)) for severity in sorted(Severity, reverse=True))


class FindingKey(Value, order=True):
    """What makes a finding the same in two scans."""

    vulnerability: str
    type: str
    package: str
    version: str
    source: str = ""
    """The source package, of a Node package its own name: what issues are counted by."""


class Prediction(Value):
    """What an image would be on another base, your own layers kept.

    Attributes:
        counts: of the issues that would be there; where packages are unknown, the least that there would be.
        removes: how many of today's issues would be gone; those of unknown packages, and of what they brought, are not counted.
        adds: how many would be new; where packages are unknown, the least.
        packages: how many there would be.
        unknown: your packages of which nothing can be said there, by name.
        remaining: every finding that would be there, where they were asked for; else empty.
        removed: findings of today that would be gone, whatever the version, likewise.
        added: findings that would be new, likewise.
        gaps: what the prediction rests on that is not certain.
    """

    counts: Counts = Counts()
    removes: int = 0
    adds: int = 0
    packages: int = 0
    unknown: tuple[str, ...] = ()
    remaining: tuple[FindingKey, ...] = ()
    removed: tuple[FindingKey, ...] = ()
    added: tuple[FindingKey, ...] = ()
    gaps: tuple[str, ...] = ()


class Row(Value):
    """One base image.

    Attributes:
        reference: as one writes it after FROM.
        key: the catalog's.
        group: None for the base in use.
        aliases: other tags of the same image that could be written.
        digest: of its index, else of its manifest; empty where it is not known.
        counts: its own issues; None where its packages are not known.
        judged: whether its packages could be compared with vulnerability data.
        prediction: of your image on it; None where your packages are not known.
        packages: how many; None where they are not known.
        size: of its layers as stored, bytes.
        created: when it was built, as the image states it; empty where that is not known.
        distro: ``id version``.
        lifespans: of the program and the distribution.
        warnings: what changes for you, sentences.
        objections: why it is not recommended; none where it may be.
        approved: whether the organization's list has it; None without a list.
        better: whether your image (without one, the base) has fewer or milder issues on it.
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
    objections: tuple[Objection, ...] = ()
    approved: bool | None = None
    better: bool = False

    def is_called(self, text: str) -> bool:
        """Whether a text names it: a reference, a tag alone, a digest, or its key."""
        references = (self.reference, *self.aliases)
        tags = (one.rpartition(":")[2] for one in references)
        return bool(text) and text in {*references, *tags, self.digest, self.key}

    @property
    def outcome(self) -> Counts | None:
        """What one would have: your image's issues, without one the base's."""
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
        base: the base in use; None where the catalog does not have it.
        wanted: how the user or the image names the base in use.
        how: how it is known, a sentence.
        yours: today's issues of the image; None without one.
        rows: all that was judged, by group, the best of each first.
        compared: how many other images were looked at.
        passed_over: how many were not, because something speaks against them whatever they have.
        created: the time at which all this holds; None where nothing was looked for.
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
    gaps: tuple[Gap, ...] = ()

    @property
    def recommended(self) -> tuple[Row, ...]:
        """The rows that nothing speaks against and that are better than what is in use."""
        return tuple(row for row in self.rows if row.better and not row.objections)
