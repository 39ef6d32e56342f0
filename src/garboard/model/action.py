"""What to do about an image: few changes instead of many findings."""

from __future__ import annotations

import enum
from typing import Final

from garboard.model.advisory import Severity
from garboard.model.attribution import Place
from garboard.model.base import Value
from garboard.model.lifecycle import Lifespan

IssueKey = tuple[str, str, str]
"""Vulnerability id, package type, and the source package (of a language package its own name)."""


class ActionKind(enum.StrEnum):
    """What to do, in the order in which it is told: what changes the least first."""

    REBUILD = "rebuild"
    """Build again without the cache: what your lines install becomes newer."""
    PULL = "pull"
    """Build again on the image that the base's tag names today."""
    BASE = "base"
    """Change the FROM line."""
    RAISE = "raise"
    """Ask for other versions of packages on their line."""
    REPLACE = "replace"
    """Put newer ones in the place of files that a line installs or copies: nothing in the Dockerfile names a version."""
    UPGRADE = "upgrade"
    """Upgrade the base's packages in a line of your own, until the base has the fixes."""
    TRIM = "trim"
    """Install on a line what it asks for without what that only recommends."""
    DROP = "drop"
    """Remove a package that a line asks for, if you can do without it."""


REMOVING: Final = (ActionKind.TRIM, ActionKind.DROP)
"""What only the reader can decide: whether the application does without what goes."""


class WantedVersion(Value):
    """A version that a line is to ask for.

    Attributes:
        type: the package's, as in a purl.
        name: as its manager spells it.
        version: the lowest that has all the fixes.
        asked_for: the package that the line asks for and that leads to this one; empty if that is not known.
        place: of the line; None if it is not known.
    """

    type: str
    name: str
    version: str
    asked_for: str = ""
    place: Place | None = None


class Action(Value):
    """One thing to do, and what it really clears.

    Attributes:
        text: a sentence for people, without figures.
        command: what to run, or the words to write into the Dockerfile; empty if there are none.
        place: of the line to change.
        wanted: the versions that lines are to ask for, or that files are to have; of a removal, what lines name, without a
        version.
        reference: the base that FROM is to name; empty if it stays.
        risk: what may go wrong, as a sentence.
        clears: issues that are gone when everything before it in the list is done, and then this; none if an issue is
        in several places and a later action mends the last of them.
        adds: issues that it brings.
        severities: how many it clears of each severity, the worst first.
        foreseen: whether its figures are known; if not, it has to be done first to know them.
        before: how many issues the image has when everything before it in the list is done; ``after``: with it done
        too.
        left: the latter by severity, the worst first.
        packages: how many packages with issues it changes; of a removal, all that it removes.
        packages_after: how many packages the image has on another base; None of other actions, or if it is not known.
        lifespans: of another base: how long what it holds is maintained.
        size: by how many bytes the image grows, negative if it shrinks: of another base as stored, of a removal as
        installed. None if that is not known.
    """

    kind: ActionKind
    text: str
    command: str = ""
    place: Place | None = None
    wanted: tuple[WantedVersion, ...] = ()
    reference: str = ""
    risk: str = ""
    clears: tuple[IssueKey, ...] = ()
    adds: tuple[IssueKey, ...] = ()
    severities: tuple[tuple[Severity, int], ...] = ()
    foreseen: bool = True
    before: int = 0
    after: int = 0
    left: tuple[tuple[Severity, int], ...] = ()
    packages: int = 0
    packages_after: int | None = None
    size: int | None = None
    lifespans: tuple[Lifespan, ...] = ()


class Remaining(Value):
    """Issues that no action clears, for one reason."""

    reason: str
    issues: tuple[IssueKey, ...]


class Actions(Value):
    """Everything there is to do, in the order in which it is to be done.

    Attributes:
        total: today's issues, as far as the reader's filters count them.
        actions: together they clear ``total`` less ``remaining``, except for what they add.
        remaining: what is left when all is done, by reason, the most first.
        judged: packages that could be compared with data; if there are none, having no issues means nothing.
        checked: whether the package mirrors were asked what they have; otherwise the advisories are trusted.
    """

    total: int = 0
    actions: tuple[Action, ...] = ()
    remaining: tuple[Remaining, ...] = ()
    judged: int = 0
    checked: bool = False

    @property
    def left(self) -> int:
        """How many issues remain when all is done."""
        return sum(len(one.issues) for one in self.remaining)
