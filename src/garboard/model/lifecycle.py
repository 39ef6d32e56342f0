"""How long something is maintained: release cycles of distributions and runtimes (endoflife.date)."""

from __future__ import annotations

from typing import Protocol

from garboard.model.base import Value


class Cycle(Value):
    """One release line of one product. Dates are ``YYYY-MM-DD``; empty where none is known.

    Attributes:
        product: endoflife.date's name: ``debian``, ``python``, ``nodejs``.
        name: of the cycle as text: ``3.10``, ``12``.
        codename: in lower case where the product has them (``bookworm``).
        released: first day.
        support: last day of full (active) support.
        eol: last day of security support.
        extended: last day of support by others or for money (LTS of Debian, ESM).
        ended: what a date cannot say: True where the feed says that it is over without a day, False where it says that no
            end is set; None where ``eol`` tells.
        lts: whether it is a line of long-term support.
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


class Lifecycles(Protocol):
    """What recommending asks of the database."""

    def cycles(self, product: str) -> tuple[Cycle, ...]:
        """All that is known of a product, newest first; empty where nothing is."""
        ...
