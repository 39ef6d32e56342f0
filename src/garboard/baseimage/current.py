"""Which image of the catalog is the base in use: by its layers, else by its name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from garboard.baseimage.candidates import Choice, choice
from garboard.baseimage.distance import InUse
from garboard.baseimage.identify import ancestors
from garboard.baseimage.tags import Tag, parse
from garboard.model.baseimage import BaseImage, Catalog
from garboard.model.gap import Gap
from garboard.model.image import Image, Platform, Reference


@dataclass(frozen=True, slots=True)
class CurrentBase:
    """The base in use.

    ``how`` is a sentence on how that is known. ``exact``: the image's lowest layers are the base's own. ``outdated``:
    they are not, so a rebuild would already change something.
    """

    use: InUse
    how: str
    exact: bool
    outdated: bool = False


def find(
    image: Image | None, wanted: Reference | None, catalog: Catalog, platform: Platform, now: dt.datetime
) -> CurrentBase | Gap:
    """The base in use, or why it is not known. ``wanted`` is the reference by which the user or a label names it."""
    found = _by_layers(image, wanted, catalog, now)
    if found is not None:
        return found
    if wanted is None:
        return _gap("base image", "which one is in use is not known; name it with --base, or the Dockerfile with -f")
    how = "its digest names it" if wanted.digest else "its tag names it"
    one = _first(_named(wanted, catalog, platform), wanted)
    other = one is None and bool(wanted.digest and wanted.tag)
    if other:
        one = _first(catalog.named(wanted_repository(wanted), wanted.tag, platform), wanted)
        how = "its tag names it; the catalog does not have its digest, so this may be another image of that tag"
    if one is None:
        repository = Reference(registry=wanted.registry, repository=wanted.repository).familiar
        return _gap(
            wanted.familiar,
            f"the catalog does not have it for {platform}, so no better one can be told; garboard catalog sync {repository}",
        )
    use = InUse(one, _tag(one, wanted))
    outdated = _is_built_on_another(image, one.image)
    if outdated and not other:
        how += " now, and your image was built on an earlier or another one"
    return CurrentBase(use, how, exact=False, outdated=outdated or other)


def _first(found: Iterable[BaseImage], wanted: Reference) -> Choice | None:
    choices = (choice(one, wanted_repository(wanted)) for one in found)
    return next((one for one in choices if one is not None), None)


def wanted_repository(wanted: Reference) -> str:
    """The full name of the repository that the user names."""
    return f"{wanted.registry}/{wanted.repository}"


def _gap(subject: str, reason: str) -> Gap:
    return Gap(stage="recommend", subject=subject, reason=reason)


def _by_layers(image: Image | None, wanted: Reference | None, catalog: Catalog, now: dt.datetime) -> CurrentBase | None:
    """The image that the user names, among those that it was built on; else the nearest, itself first."""
    if image is None or not image.layers:
        return None
    built_on = [ancestor.image for ancestor in ancestors(image, catalog, now)]
    for base in sorted(built_on, key=lambda one: not _is_called(one, wanted)):
        one = _choice(base, wanted)
        if one is not None:
            return CurrentBase(InUse(one, _tag(one, wanted)), "its layers are the lowest of this image", exact=True)
    return None


def _is_called(image: BaseImage, wanted: Reference | None) -> bool:
    return wanted is not None and any(
        (name.repository, name.tag) == (wanted_repository(wanted), wanted.tag) for name in image.names
    )


def _choice(image: BaseImage, wanted: Reference | None) -> Choice | None:
    """The choice in the repository that the user names, else in its first one, preferring tags that state a version."""
    repositories = list(dict.fromkeys(name.repository for name in image.names))
    found = [one for repository in repositories if (one := choice(image, repository)) is not None]
    own = wanted_repository(wanted) if wanted is not None else ""
    return min(found, key=lambda one: (one.repository != own, not one.version, not one.current), default=None)


def _tag(one: Choice, wanted: Reference | None) -> Tag | None:
    if wanted is None or not wanted.tag or wanted_repository(wanted) != one.repository:
        return None
    return parse(one.repository, wanted.tag, one.image.distro)


def _named(wanted: Reference, catalog: Catalog, platform: Platform) -> tuple[BaseImage, ...]:
    repository = wanted_repository(wanted)
    if not wanted.digest:
        return catalog.named(repository, wanted.tag, platform)
    every = catalog.of_repository(repository, platform)
    return tuple(
        one
        for one in every
        if wanted.digest in {one.key, one.image.manifest_digest, *(name.index_digest for name in one.names)}
    )


def _is_built_on_another(image: Image | None, base: BaseImage) -> bool:
    """Whether the layers of both are known, and the base's are not the lowest of the image."""
    own = [layer.diff_id for layer in base.image.layers]
    if image is None or not image.layers or not own or not all(own):
        return False
    return own != [layer.diff_id for layer in image.layers][: len(own)]
