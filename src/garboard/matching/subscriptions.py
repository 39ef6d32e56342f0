"""Which of a record's fixes concerns an installed build: the one for everybody, or the one for subscribers.

Ubuntu's builds for subscribers (``+esm3``) grow out of an older version than the release's own newest: their fixes come at
lower versions, and the fixes for everybody say nothing of them. The same holds for the streams of a minor release that
Red Hat maintains for longer; which of them an image is of, its inventory says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from garboard.matching.aliases import identities
from garboard.model.advisory import Hit, Status
from garboard.model.package import MAINLINE

_OF_SUBSCRIBERS: Final = re.compile(r"[+~]esm\d")
_UBUNTU: Final = "Ubuntu "
_STREAM: Final = re.compile(r"^Red Hat [A-Z0-9]+ (\d+)\.(\d+)$")
_MINOR: Final = re.compile(r"\.el(\d+)_(\d+)")


def concerning(found: Iterable[Hit], version: str, streams: tuple[str, ...] = ()) -> tuple[Hit, ...]:
    """The records about an installed version: without the other kind of fix, where a vulnerability has both.

    A fix for subscribers is one like any other for a build that is itself for subscribers.
    """
    hits = tuple(found)
    paid = {hit.affected.subscription for hit in hits} - {""}
    if not paid:
        return hits
    own = _own(version, streams, paid)
    mine = tuple(hit for hit in hits if hit.affected.subscription in own)
    others = tuple(hit for hit in hits if hit.affected.subscription not in own and not _is_of_stream(hit))
    told = _names(mine)
    free = tuple(hit for hit in others if not hit.affected.subscription and not _told(hit, told))
    told |= _names(hit for hit in free if _is_fixed(hit))
    rest = tuple(hit for hit in others if hit.affected.subscription and not _told(hit, told))
    return (*map(_for_everybody, mine), *free, *rest)


def _for_everybody(hit: Hit) -> Hit:
    status = Status.FIXED if _is_fixed(hit) else hit.affected.status
    return Hit(
        advisory=hit.advisory,
        affected=msgspec.structs.replace(hit.affected, subscription="", status=status, note=""),
    )


def _own(version: str, streams: tuple[str, ...], paid: Iterable[str]) -> frozenset[str]:
    """What a build's owner subscribes to: its streams (of several, that of its minor release, ``.el9_2``), or Ubuntu's."""
    if _OF_SUBSCRIBERS.search(version):
        return frozenset(one for one in paid if one.startswith(_UBUNTU))
    tagged = _MINOR.search(version)
    found = {name: one.groups() for name in streams if (one := _STREAM.match(name))}
    if tagged is None:
        return frozenset() if MAINLINE in streams else frozenset(found)
    return frozenset(name for name, minor in found.items() if minor == tagged.groups())


def _is_of_stream(hit: Hit) -> bool:
    return bool(_STREAM.match(hit.affected.subscription))


def _names(hits: Iterable[Hit]) -> set[str]:
    return {name for hit in hits for names in identities(hit.advisory) for name in names}


def _is_fixed(hit: Hit) -> bool:
    return any(interval.fixed for interval in hit.affected.ranges)


def _told(hit: Hit, told: AbstractSet[str]) -> bool:
    return all(not told.isdisjoint(names) for names in identities(hit.advisory))
