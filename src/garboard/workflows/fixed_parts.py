"""What changes in a repository, part by part: each has changes for several pull requests, whose keys begin alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from garboard.model.fix import Fixes
from garboard.model.gap import Gap
from garboard.model.recommendation import Counts


class FixedPart(NamedTuple):
    """The changes of one kind.

    Attributes:
        keys: how the keys of its requests begin.
        whole: all of its changes.
        requests: what changes by each request, by its key.
        unread: whether something could not be read or judged, so that changes may be missing.
        goes_by: says whether a file of this path has to do with it.
    """

    keys: str
    whole: Fixes
    requests: tuple[tuple[str, Fixes], ...]
    unread: bool
    goes_by: Callable[[str], bool] = bool

    def settled(self, key: str) -> bool:
        """Whether it is certain that a request of this key is needed no longer, if it is not wanted."""
        fixes = next((one for name, one in self.requests if name == key), None)
        return not self.unread if fixes is None else all(one.support for one in fixes.gaps)


class FixedParts(NamedTuple):
    """What changes in all: together, and by request."""

    whole: Fixes
    parts: Sequence[FixedPart]

    @property
    def requests(self) -> tuple[tuple[str, Fixes], ...]:
        """What changes by each request, by its key."""
        return tuple(each for one in self.parts for each in one.requests)

    @property
    def unread(self) -> bool:
        """Whether something could not be read or judged, so that changes may be missing."""
        return any(one.unread for one in self.parts)

    def settled(self, key: str) -> bool:
        """Whether it is certain that a request of this key is needed no longer, if it is not wanted."""
        return any(one.settled(key) for one in self.parts if key.startswith(one.keys))

    def goes_by(self, key: str, path: str) -> bool:
        """Whether requests of this key have to do with a file of this path."""
        return any(one.goes_by(path) for one in self.parts if key.startswith(one.keys))


def fixed_parts(name: str, parts: Sequence[FixedPart]) -> FixedParts:
    """The changes of all parts of a repository of this name."""
    return FixedParts(together(name, [one.whole for one in parts], ()), parts)


def together(name: str, fixes: Sequence[Fixes], gaps: Iterable[Gap]) -> Fixes:
    """The changes of several files."""
    return Fixes(
        image=name,
        changes=tuple(change for one in fixes for change in one.changes),
        total=sum(one.total for one in fixes),
        remaining=sum(one.remaining for one in fixes),
        before=sum((one.before for one in fixes if one.before), Counts()),
        after=sum((one.after for one in fixes if one.after), Counts()),
        gaps=tuple(dict.fromkeys((*gaps, *(gap for one in fixes for gap in one.gaps)))),
    )
