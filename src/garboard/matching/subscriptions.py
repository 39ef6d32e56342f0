"""Which of a record's fixes concerns an installed build: the one for everybody, or the one for subscribers.

Ubuntu's builds for subscribers (``+esm3``) grow out of an older version than the release's own newest: their fixes come at
lower versions, and the fixes for everybody say nothing of them. The same holds for the streams of a minor release that
Red Hat maintains for longer; which of them an image is of, its inventory says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from garboard.matching.aliases import identities
from garboard.model.advisory import Hit, Status
from garboard.model.package import MAINLINE

_OF_SUBSCRIBERS: Final = re.compile(r"[+~]esm\d")
_STREAM: Final = re.compile(r"^Red Hat [A-Z0-9]+ (\d+)\.(\d+)$")
_MINOR: Final = re.compile(r"\.el(\d+)_(\d+)")


def concerning(found: Iterable[Hit], version: str, streams: tuple[str, ...] = ()) -> tuple[Hit, ...]:
    """The records about an installed version: without the other kind of fix, where a vulnerability has both."""
    hits = tuple(found)
    if not any(hit.affected.subscription for hit in hits):
        return hits
    hits = tuple(_of_streams(hits, _own(version, streams)))
    installed = bool(_OF_SUBSCRIBERS.search(version))
    told = _names(hit for hit in hits if bool(hit.affected.subscription) == installed and (installed or _is_fixed(hit)))
    return tuple(hit for hit in hits if bool(hit.affected.subscription) == installed or not _told(hit, told))


def _own(version: str, streams: tuple[str, ...]) -> frozenset[str]:
    """The streams that a build is of: of an image of several, that of its own minor release (``.el9_2``)."""
    tagged = _MINOR.search(version)
    found = {name: one.groups() for name in streams if (one := _STREAM.match(name))}
    if tagged is None:
        return frozenset() if MAINLINE in streams else frozenset(found)
    return frozenset(name for name, minor in found.items() if minor == tagged.groups())


def _of_streams(hits: tuple[Hit, ...], own: AbstractSet[str]) -> Iterator[Hit]:
    """The records without those of other streams: a fix in the build's own is one for it, in the place of any other."""
    mine = [hit for hit in hits if hit.affected.subscription in own]
    told = _names(mine)
    for hit in hits:
        if hit.affected.subscription in own:
            affected = msgspec.structs.replace(hit.affected, subscription="", status=Status.FIXED, note="")
            yield Hit(advisory=hit.advisory, affected=affected)
        elif not _STREAM.match(hit.affected.subscription) and not (mine and _told(hit, told)):
            yield hit


def _names(hits: Iterable[Hit]) -> set[str]:
    return {name for hit in hits for names in identities(hit.advisory) for name in names}


def _is_fixed(hit: Hit) -> bool:
    return any(interval.fixed for interval in hit.affected.ranges)


def _told(hit: Hit, told: AbstractSet[str]) -> bool:
    return all(not told.isdisjoint(names) for names in identities(hit.advisory))
