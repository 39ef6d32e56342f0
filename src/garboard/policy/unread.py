"""What was not read, and packages of which ecosystems may be in it."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.patterns import of_globs

if TYPE_CHECKING:
    from garboard.model.ecosystem import Ecosystem
    from garboard.model.gap import Gap

UNOWNED: Final = "no package manager installed"
"""In what reports call programs and libraries that nothing explains: these are packages of none."""


def ecosystem_names(ecosystem: Ecosystem) -> set[str]:
    """The names that a policy may call an ecosystem by, in small letters."""
    names = (ecosystem.type, ecosystem.name, ecosystem.manager, ecosystem.osv)
    return {one.lower() for one in names if one}


def may_hide(gap: Gap, names: Collection[str]) -> bool:
    """Whether packages of one of these ecosystems may be in what a gap is about.

    A file that only others read has none of theirs; of what is not known to be any file of one, every ecosystem may be.
    """
    if not gap.unread or UNOWNED in gap.subject:
        return False
    asked = frozenset(names)
    found = map(_readers, gap.subjects or gap.subject.split(", "))
    return any(not readers or not asked.isdisjoint(frozenset().union(*readers)) for readers in found)


@cache
def _readers(subject: str) -> tuple[frozenset[str], ...]:
    """The names of each ecosystem that reads the files at a path, or that calls what it does not read so."""
    return tuple(
        frozenset(ecosystem_names(one))
        for one in ECOSYSTEMS
        if subject in (*one.unread, one.unmet) or _pattern(one.name).fullmatch(subject)
    )


@cache
def _pattern(name: str) -> re.Pattern[str]:
    one = next(each for each in ECOSYSTEMS if each.name == name)
    locks = tuple(f"**/{lock}" for lock in one.locks)
    return re.compile(of_globs((*one.globs, *one.archives, *one.declares, *one.manifests, *locks)) or r"(?!)")
