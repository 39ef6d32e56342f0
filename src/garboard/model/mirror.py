"""Package mirrors: what an image asks of them, what they offer, and what a rebuild would do to a finding."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Generator
from typing import TypeVar

from garboard.model.attribution import Place
from garboard.model.base import Value
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.image import Platform
from garboard.model.package import Distro, Kept, Package
from garboard.model.report import Report

T = TypeVar("T")


class WantedDocument(Value):
    """A document that a kind of mirror asks for: the first of ``urls`` that exists.

    With ``sha256`` (hex) an answer with other bytes is rejected; ``limit`` bounds its bytes.
    """

    urls: tuple[str, ...]
    limit: int
    sha256: str = ""


class Answer(Value):
    """What became of a `WantedDocument`: its bytes and where they were found, or a problem as a sentence."""

    data: bytes | None = None
    url: str = ""
    problem: str = ""


Asking = Generator[tuple[WantedDocument, ...], tuple[Answer, ...], T]
"""Work that needs documents: it yields what it wants, is sent the answers in the same order, and returns its result."""


class InstalledSystem(Value):
    """What an image says about itself: its kept configuration files, its packages, and the time of the scan.

    ``now`` decides whether a document has expired. ``released`` names packages for which a hold does not count.
    """

    files: tuple[Kept, ...]
    packages: tuple[Package, ...]
    now: dt.datetime
    platform: Platform = Platform()
    distro: Distro | None = None
    released: frozenset[str] = frozenset()


class UpgradeState(enum.StrEnum):
    """What the mirrors mean for an installed package."""

    CURRENT = "current"
    """An upgrade would leave the installed version in place, and no rule keeps it there."""
    UPGRADE = "upgrade"
    """An upgrade brings the candidate."""
    HELD = "held"
    """The package manager is configured to keep it."""
    PINNED = "pinned"
    """The image's preferences forbid the newer version."""
    KEPT_BACK = "kept_back"
    """The newer version needs something unavailable, or conflicts with something else."""
    ABSENT = "absent"
    """None of the mirrors has the package."""


class Offer(Value):
    """What the mirrors offer for one installed package, or (``installed`` empty) for one that an upgrade adds.

    ``version`` is the newest that the mirrors have under the image's own policy (for a held or pinned package: what it
    would be without that); ``source_version`` is the same for the source package. ``reason`` says why it is not taken.
    """

    type: str
    name: str
    arch: str = ""
    installed: str = ""
    installed_source_version: str = ""
    version: str = ""
    source_name: str = ""
    source_version: str = ""
    standing: UpgradeState = UpgradeState.CURRENT
    reason: str = ""
    repository: str = ""
    """The repository's display name: ``bookworm-security/main``, ``community``, ``updates``."""
    security: bool = False
    """Whether that is a repository of security updates."""
    url: str = ""
    """Of the package file."""
    sha256: str = ""
    size: int = 0


class MirrorRepository(Value):
    """A repository that was read, and the date that its index states for itself (a text, unchanged)."""

    url: str
    name: str
    date: str = ""
    signed: str = ""
    """How its index is known to be genuine: the key's fingerprint, or a sentence if it is trusted without a key."""


class FixNote(Value):
    """What an update says it fixes: CVE identifiers, by the source package's version that fixed them first.

    ``type``, ``source`` and ``names`` (binary packages; empty for all of the source) say which packages it is for;
    ``text`` is the publisher's own line.
    """

    type: str
    source: str
    fixed_in: str
    cves: tuple[str, ...]
    names: tuple[str, ...] = ()
    text: str = ""
    advisory: str = ""
    date: str = ""


class Offers(Value):
    """Everything that the mirrors of one kind say."""

    offers: tuple[Offer, ...] = ()
    repositories: tuple[MirrorRepository, ...] = ()
    notes: tuple[FixNote, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Outcome(enum.StrEnum):
    """What would clear a finding, or why nothing available does."""

    PULL = "pull"
    """The base's tag has moved to an image without it."""
    PUBLISHED = "published"
    """A rebuild without cache installs a fixed version."""
    BASE_BEHIND = "base_behind"
    """A fixed version is published; the base image does not have it yet, and no line of the Dockerfile upgrades."""
    HELD = "held"
    """A version is pinned or held."""
    UNPUBLISHED = "unpublished"
    """A fix is known, but these mirrors do not have it."""
    NO_FIX = "no_fix"
    UNKNOWN = "unknown"


class Prospect(Value):
    """A finding's outcome: ``reason`` says why, ``place`` where a version is pinned, ``version`` what would come."""

    finding: Finding
    outcome: Outcome
    version: str = ""
    reason: str = ""
    place: Place | None = None


class Moved(Value):
    """What the base image's tag names today. ``moved`` is None if that could not be looked up (the gap says why).

    ``created`` is the text in which that image states its creation time.
    """

    name: str = ""
    moved: bool | None = None
    digest: str = ""
    created: str = ""


class Rebuild(Value):
    """What a rebuild would do: an outcome for every finding of ``report``."""

    report: Report
    prospects: tuple[Prospect, ...] = ()
    offers: tuple[Offer, ...] = ()
    repositories: tuple[MirrorRepository, ...] = ()
    base: Moved = Moved()
    gaps: tuple[Gap, ...] = ()

    @property
    def outcomes(self) -> dict[tuple[str, str], Outcome]:
        """Outcome by (vulnerability id, package id)."""
        return {(one.finding.vulnerability.id, one.finding.package.id): one.outcome for one in self.prospects}
