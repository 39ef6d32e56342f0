"""What changes in a repository, part by part: each has changes for several pull requests, whose keys begin alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from garboard.image import reference as references
from garboard.model.errors import ImageError
from garboard.model.fix import Fixes, ImageFigures
from garboard.model.gap import Gap
from garboard.model.image import Reference
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
    """The changes of several files; an image that several of them name is counted once."""
    images = merged(image for one in fixes for image in one.images)
    others = [one for one in fixes if not one.images]
    before = sum((*(one.before for one in images), *(one.before for one in others if one.before)), Counts())
    after = sum((*(one.after for one in images), *(one.after for one in others if one.after)), Counts())
    return Fixes(
        image=name,
        changes=tuple(change for one in fixes for change in one.changes),
        total=sum(one.before.total for one in images) + sum(one.total for one in others),
        remaining=sum(one.after.total for one in images) + sum(one.remaining for one in others),
        before=before,
        after=after,
        images=images,
        gaps=tuple(dict.fromkeys((*gaps, *(gap for one in fixes for gap in one.gaps)))),
    )


def merged(images: Iterable[ImageFigures]) -> tuple[ImageFigures, ...]:
    """The figures of each image once, however often it is named."""
    found: dict[Reference | str, ImageFigures] = {}
    for one in images:
        key = _spelled_out(one.reference)
        found[key] = found[key] + one if key in found else one
    return tuple(found.values())


def _spelled_out(reference: str) -> Reference | str:
    """A reference with all that it leaves out, so that two names of one image are the same."""
    try:
        return references.parse(reference)
    except ImageError:
        return reference
