"""The images of the catalog with their tags parsed: what an image could be built on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from garboard.baseimage import releases
from garboard.baseimage.tags import Tag, numbers, parse, program
from garboard.model.baseimage import BaseImage, BaseName, Catalog
from garboard.model.image import Platform, Reference

_DISTROLESS: Final = {
    "python": r"python3",
    "node": r"nodejs\d*",
    "openjdk": r"java\d*",
    "eclipse-temurin": r"java\d*",
    "amazoncorretto": r"java\d*",
    "debian": r"base|base-nossl|cc",
    "golang": r"base|static",
    "rust": r"cc",
}
"""What Google's distroless images have instead, without the suite's suffix."""
_RELEASE_PARTS: Final = {"alpine": 2, "ubuntu": 2, "opensuse-leap": 2, "sles": 2, "azurelinux": 2, "mariner": 2}
"""How many parts of a distribution's version make up its release, if not one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One image in one repository.

    ``tags`` are its current names there, the most specific first; if it has none, the names that it once had.
    ``version`` is the longest that a tag states, with its ``build``; ``day`` is that of the newest date in a tag.
    ``distro`` is ``id version`` with the release only. ``by_release``: the version is the distribution's own.
    """

    image: BaseImage
    repository: str
    tags: tuple[tuple[BaseName, Tag], ...]
    version: tuple[str, ...]
    numbers: tuple[int, ...]
    flavor: frozenset[str]
    distro: str
    build: tuple[int, ...] = ()
    day: tuple[int, ...] = ()
    by_release: bool = False

    @property
    def name(self) -> str:
        """What the repository has, as in `tags.program`."""
        return program(self.repository, self.image.distro)

    @property
    def long_term(self) -> bool:
        """Whether a tag says that it is of a line of long-term support."""
        return any("lts" in tag.channels for _, tag in self.tags)

    @property
    def current(self) -> bool:
        """Whether any tag still names it."""
        return any(name.current for name, _ in self.tags)

    @property
    def prerelease(self) -> str:
        """The words of a tag that mark a prerelease; empty if a versioned tag has none."""
        versioned = [tag for _, tag in self.tags if tag.version] or [tag for _, tag in self.tags]
        return versioned[0].prerelease if versioned and all(tag.prerelease for tag in versioned) else ""

    def reference(self, tag: str) -> str:
        """The reference, as written after FROM."""
        registry, _, rest = self.repository.partition("/")
        return Reference(registry=registry, repository=rest, tag=tag).familiar

    def by_digest(self, digest: str) -> str:
        """The reference by digest if no tag names it any more."""
        registry, _, rest = self.repository.partition("/")
        return Reference(registry=registry, repository=rest, digest=digest).familiar


def release(distro: str) -> str:
    """``id version`` with only the release part of the version: ``alpine 3.20.3`` is 3.20."""
    identity, _, version = distro.partition(" ")
    return " ".join((identity, ".".join(version.split(".")[: _RELEASE_PARTS.get(identity, 1)]))).strip()


def choice(image: BaseImage, repository: str) -> Choice | None:
    """An image in a repository; None if it has no name there."""
    names = [name for name in image.names if name.repository == repository]
    names = [name for name in names if name.current] or names
    tags = [(name, parse(repository, name.tag, image.distro)) for name in names if name.tag]
    if not tags:
        return None
    tags.sort(key=lambda one: (-one[1].precision, not one[1].spells_suite, -len(one[1].parts), one[1].text))
    longest = max((tag for _, tag in tags), key=lambda tag: (len(tag.version), len(tag.build)))
    return Choice(
        image=image,
        repository=repository,
        tags=tuple(tags),
        version=longest.version,
        numbers=longest.numbers,
        flavor=frozenset(tags[0][1].flavor),
        distro=release(image.distro or stated_distro(tag for _, tag in tags)),
        build=numbers(longest.build),
        day=max(tag.day for _, tag in tags),
        by_release=longest.by_codename,
    )


def stated_distro(tags: Iterable[Tag]) -> str:
    """``id version`` of the distribution, as far as the tags say; empty if they do not."""
    found = [tag.suite for tag in tags if tag.suite is not None]
    best = max(found, key=lambda suite: len(suite.version), default=None)
    return f"{best.distro} {best.version}".strip() if best else ""


def related(repository: str, known: Iterable[str]) -> Iterator[str]:
    """The repositories with the same kind of content, its own first: those with the same last name, or distroless."""
    own = repository.rpartition("/")[2]
    yield repository
    wanted = re.compile(rf"(?:{_DISTROLESS[own]})(?:-debian\d+)?") if own in _DISTROLESS else None
    for other in known:
        last = other.rpartition("/")[2]
        alike = last == own or (wanted is not None and "/distroless/" in other and wanted.fullmatch(last))
        if other != repository and alike:
            yield other


def choices(catalog: Catalog, repository: str, platform: Platform) -> tuple[Choice, ...]:
    """All alternatives to an image of a repository, each image once, in the catalog's order."""
    found: dict[str, Choice] = {}
    for other in related(repository, catalog.repositories()):
        for image in catalog.of_repository(other, platform):
            one = choice(image, other) if image.key not in found else None
            if one is not None:
                found[image.key] = one
    return tuple(found.values())


def spelling(one: Choice, wanted: Tag | None) -> tuple[str, tuple[str, ...]]:
    """How to write an image after FROM, and its other tags: as precisely as the user does, and in the user's style.

    Without a tag to follow, its most specific one. A tag without a version is used only if there is no other.
    """
    tags = [tag for _, tag in one.tags]
    if wanted is not None:
        least = wanted.precision if wanted.version else 0
        tags.sort(key=lambda tag: _likeness(tag, wanted, least))
    return tags[0].text, tuple(tag.text for tag in tags[1:])


def _likeness(tag: Tag, wanted: Tag, least: int) -> tuple[object, ...]:
    if wanted.text == tag.text and tag.version:
        return (-1,)
    return (
        tag.floating,
        bool(tag.prerelease),
        bool(tag.channels) and not wanted.channels,
        tag.precision < least,
        bool(tag.date) != bool(wanted.date),
        tag.by_codename != wanted.by_codename if wanted.version else False,
        abs(tag.precision - least) if least else -tag.precision,
        tag.spells_suite != wanted.spells_suite,
        -len(set(tag.flavor)),
        len(tag.parts),
        tag.text,
    )


def pinned_by_name(repository: str) -> bool:
    """Whether a repository's own name states a version, as those of distroless images do."""
    last = repository.rpartition("/")[2]
    return last not in releases.DISTRIBUTIONS and any(one.isdigit() for one in last)
