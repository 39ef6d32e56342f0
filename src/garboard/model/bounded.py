"""Bounds on what one file that lists packages may state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from garboard.model.gap import Gap
from garboard.model.package import Fact, Package

PACKAGES: Final = 100_000
"""A large system has a few thousand."""
PROBLEMS_TOLD: Final = 20
"""How many are gaps of their own."""
PROBLEMS: Final = 10_000
_DIGITS: Final = 15
RELATIONS: Final = 256 * 1024
"""Characters of one field that names packages; real ones have a few thousand."""


def count_of(text: str) -> int:
    """A number of bytes or of units as a file states it; 0 where it states none, or one that no package has."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0


def bounded(path: str, facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts, until there are too many packages or problems, which is a gap; of many problems a few are told."""
    packages = problems = 0
    for fact in facts:
        packages += isinstance(fact, Package)
        problems += isinstance(fact, Gap)
        if packages > PACKAGES or problems > PROBLEMS:
            what = (
                f"lists more than {PACKAGES} packages"
                if packages > PACKAGES
                else f"holds more than {PROBLEMS} problems"
            )
            yield Gap(stage="catalog", subject=path, reason=f"{what}, the limit: what follows them was not read")
            return
        if not isinstance(fact, Gap) or problems <= PROBLEMS_TOLD:
            yield fact
    if problems > PROBLEMS_TOLD:
        yield Gap(stage="catalog", subject=path, reason=f"{problems - PROBLEMS_TOLD} more packages cannot be read")
