"""Which images of the catalog an image was built on, by its layers alone. Never a guess.

This image was built on an image of the catalog if all layers of that image are the lowest layers of this one. If
several have the same layers, only those with a history that this image's history continues count; if there are none
(the history was rewritten), all of them are treated as one image with many names.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

import msgspec

from garboard.model.base import Value
from garboard.model.baseimage import Approval, BaseImage, BaseName, Catalog
from garboard.model.image import History, Image, Reference

EMPTY_LAYERS: Final = frozenset(f"sha256:{hashlib.sha256(bytes(size)).hexdigest()}" for size in (0, 512, 1024, 10240))
"""Diff ids of empty archives, as tools write them: images with only these layers have nothing in common."""
_SECOND: Final = len("2026-08-03T00:00:00")


class Ancestor(Value):
    """An image of the catalog that this one was built on.

    Attributes:
        image: with the names of all images that are the same, the best first: approved ones, then official
            repositories, then the shortest; of each repository the newest specific tag first.
        itself: whether this is the image that was asked about, not one below it.
    """

    image: BaseImage
    itself: bool = False

    @property
    def layers(self) -> int:
        """How many of the lowest layers belong to it and its ancestors."""
        return len(self.image.image.layers)


def ancestors(image: Image, catalog: Catalog, now: dt.datetime) -> tuple[Ancestor, ...]:
    """All images of the catalog that an image was built on, nearest first; the image itself, if there, comes first.

    ``now`` decides which approvals are valid. None if the catalog knows none of its ancestors.
    """
    found = catalog.below([layer.diff_id for layer in image.layers])
    if not found:
        return ()
    approvals = tuple(one for one in catalog.approvals() if one.holds(now))
    same_layers = groupby((one for one in found if _is_evidence(one)), key=lambda one: len(one.image.layers))
    return tuple(
        ancestor
        for _, group in same_layers
        for ancestor in _told_apart(image, _of_platform(image, tuple(group)), approvals)
    )


def _of_platform(image: Image, group: Sequence[BaseImage]) -> Sequence[BaseImage]:
    """Those for the image's own platform, if any: layers without programs are the same on several platforms."""
    wanted = (image.platform.os, image.platform.architecture)
    fitting = [one for one in group if (one.image.platform.os, one.image.platform.architecture) == wanted]
    return fitting or group


def base(found: Sequence[Ancestor]) -> Ancestor | None:
    """The nearest image below; None if none is known."""
    return next((one for one in found if not one.itself), None)


def called(found: Iterable[Ancestor], reference: Reference) -> Ancestor | None:
    """The nearest image that a reference names or once named; if the reference has a digest, only the digest counts."""
    return next((one for one in found if not one.itself and _is_called(one.image, reference)), None)


def _is_called(one: BaseImage, reference: Reference) -> bool:
    if reference.digest:
        digests = {
            one.key,
            one.image.manifest_digest,
            one.image.config_digest,
            *(name.index_digest for name in one.names),
        }
        return reference.digest in digests
    wanted = (f"{reference.registry}/{reference.repository}", reference.tag)
    return any((name.repository, name.tag) == wanted for name in one.names)


def _is_evidence(one: BaseImage) -> bool:
    return any(layer.diff_id not in EMPTY_LAYERS for layer in one.image.layers)


def _told_apart(image: Image, group: Sequence[BaseImage], approvals: Sequence[Approval]) -> Iterator[Ancestor]:
    """Images with the same layers, nearest first: itself, then those that share the longest part of its history."""
    whole = len(group[0].image.layers) == len(image.layers)
    itself = [one for one in group if whole and _is_same(image, one.image)]
    if itself:
        yield Ancestor(image=_merged(itself, approvals), itself=True)
    others = [one for one in group if one not in itself]
    fitting = [one for one in others if _continues(image.history, one.image.history)]
    if fitting:
        fitting.sort(key=lambda one: -len(one.image.history))
        for _, level in groupby(fitting, key=lambda one: len(one.image.history)):
            yield Ancestor(image=_merged(tuple(level), approvals))
    elif others and not itself:
        yield Ancestor(image=_merged(others, approvals))


def _is_same(image: Image, other: Image) -> bool:
    """Whether the configuration is the same, or was only rewritten (another manifest format)."""
    if image.config_digest and image.config_digest == other.config_digest:
        return True
    if image.manifest_digest and image.manifest_digest == other.manifest_digest:
        return True
    alike = len(image.history) == len(other.history) and _continues(image.history, other.history)
    return bool(image.history) and alike and image.created[:_SECOND] == other.created[:_SECOND]


def _continues(history: Sequence[History], start: Sequence[History]) -> bool:
    return len(start) <= len(history) and all(
        one.created_by == other.created_by and one.created[:_SECOND] == other.created[:_SECOND]
        for one, other in zip(history, start, strict=False)
    )


def _merged(images: Sequence[BaseImage], approvals: Sequence[Approval]) -> BaseImage:
    """One image with the names of all; the one with the best name represents them."""

    def rank(name: BaseName) -> tuple[object, ...]:
        return (not any(approval.covers(name) for approval in approvals), *name.rank)

    best = min(images, key=lambda one: (not one.names, min(map(rank, one.names), default=()), one.key))
    names = sorted({name for one in images for name in one.names}, key=rank)
    first = {(name.repository, name.tag): name for name in reversed(names)}
    return msgspec.structs.replace(
        best, names=tuple(name for name in names if first[name.repository, name.tag] is name)
    )
