"""Which of a record's fixes concerns an installed build: the one for everybody, or the one for subscribers.

Ubuntu's builds for subscribers (``+esm3``) grow out of an older version than the release's own newest: their fixes come at
lower versions, and the fixes for everybody say nothing of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from garboard.matching.aliases import identities
from garboard.model.advisory import Hit

_OF_SUBSCRIBERS: Final = re.compile(r"[+~]esm\d")


def concerning(found: Iterable[Hit], version: str) -> tuple[Hit, ...]:
    """The records about an installed version: without the other kind of fix, where a vulnerability has both."""
    hits = tuple(found)
    if not any(hit.affected.subscription for hit in hits):
        return hits
    installed = bool(_OF_SUBSCRIBERS.search(version))
    told = {
        name
        for hit in hits
        if bool(hit.affected.subscription) == installed and (installed or _is_fixed(hit))
        for names in identities(hit.advisory)
        for name in names
    }
    return tuple(hit for hit in hits if bool(hit.affected.subscription) == installed or not _told(hit, told))


def _is_fixed(hit: Hit) -> bool:
    return any(interval.fixed for interval in hit.affected.ranges)


def _told(hit: Hit, told: AbstractSet[str]) -> bool:
    return all(not told.isdisjoint(names) for names in identities(hit.advisory))
