"""How long something is maintained: release cycles of distributions and runtimes (endoflife.date)."""

from __future__ import annotations

import enum
from typing import Protocol, runtime_checkable

from garboard.model.base import Value
from garboard.model.release_notes import address


class Cycle(Value):
    """One release line of one product. Dates are ``YYYY-MM-DD``; empty if not known.

    Attributes:
        product: endoflife.date's name: ``debian``, ``python``, ``nodejs``.
        name: of the cycle as text: ``3.10``, ``12``.
        codename: in lower case if the product has them (``bookworm``).
        released: first day.
        support: last day of full (active) support.
        eol: last day of security support.
        extended: last day of support by others or for money (LTS of Debian, ESM).
        ended: what a date cannot say: True if the feed says that it is over without naming a day, False if it says that
            no end is set; None if ``eol`` says it.
        lts: whether it is a long-term support line.
        latest: newest version of the cycle.
    """

    product: str
    name: str
    codename: str = ""
    released: str = ""
    support: str = ""
    eol: str = ""
    extended: str = ""
    ended: bool | None = None
    lts: bool = False
    latest: str = ""


class Support(Value):
    """What a distribution says of the security support of one source package in a release.

    Attributes:
        ecosystem: with its release, ``Debian:12``.
        package: the source package; with ``*`` at the end all whose names begin so.
        ends: whether support ends; otherwise it is limited, as the note says.
        full: whether it is supported after all, an exception from a name with ``*``.
        until: the day on which it ends, ``YYYY-MM-DD``; empty if not stated.
        note: the distribution's reason.
    """

    ecosystem: str
    package: str
    ends: bool = False
    full: bool = False
    until: str = ""
    note: str = ""


@runtime_checkable
class Lifecycles(Protocol):
    """What the database knows of how long things are maintained."""

    def cycles(self, product: str) -> tuple[Cycle, ...]:
        """All known cycles of a product, newest first; empty if there are none."""
        ...

    def support(self, ecosystem: str) -> tuple[Support, ...]:
        """What a distribution says of single packages of a release; empty if nothing is known."""
        ...


class State(enum.StrEnum):
    """How far along a release line is."""

    SUPPORTED = "supported"
    EXTENDED = "extended"
    """Full support is over; others still fix it, for everybody."""
    ENDED = "ended"
    UNKNOWN = "unknown"


class Lifespan(Value):
    """A release line of something that an image holds, and its state at the report's time.

    Attributes:
        name: for display: ``Python 3.12``, ``Debian 12``.
        product: endoflife.date's name.
        cycle: as there; empty if the line is not listed.
        eol: last day of security support, ``YYYY-MM-DD``; empty if not known.
        extended: last day on which others still fix it for everybody (Debian's LTS), else empty.
        state: at the report's time.
        lts: whether it is a long-term support line; None if its product has none.
    """

    name: str
    product: str
    cycle: str = ""
    eol: str = ""
    extended: str = ""
    state: State = State.UNKNOWN
    lts: bool | None = None

    @property
    def release_notes(self) -> str:
        """Where it is told what changed with this release line; empty if that is not known."""
        return address(self.product, self.cycle)

    @property
    def until(self) -> str:
        """The last day on which anybody fixes it for everybody; empty if that is not known."""
        return max(self.eol, self.extended)
