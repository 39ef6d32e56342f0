"""Base images: what the catalog stores about one, and the interface of a catalog."""

from __future__ import annotations

import datetime as dt
import enum
import fnmatch
import re
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from garboard.model.base import Value
from garboard.model.image import Digest, Image, Platform, Reference
from garboard.model.package import Inventory
from garboard.model.timestamp import day

OFFICIAL: Final = "docker.io/library/"
TOLD: Final = "bundle"
"""The source of an image that was not read here: it is hearsay, and is replaced once the image is read."""
_NUMBERS: Final = re.compile(r"[0-9]+")
_DATE: Final = re.compile(r"20[0-9]{6}")
_MOVING: Final = frozenset(("latest", "stable", "edge", "nightly", "rolling"))
_LONGEST_NUMBER: Final = 18


class BaseName(Value):
    """A tag that names, or once named, an image of the catalog.

    Attributes:
        repository: in full, ``docker.io/library/python``.
        tag: as it is there.
        index_digest: of the index (manifest list) that the tag named, empty if it named the manifest itself.
        seen: when the tag was last seen to name this image, RFC 3339: a text, as catalogs and their bundles store it.
        current: whether it still did when the repository was last looked at; False if the tag moved on or was removed.
        supported: whether the image's maintainers still build the tag; None if no list of theirs was imported.
    """

    repository: str
    tag: str
    index_digest: str = ""
    seen: str = ""
    current: bool = True
    supported: bool | None = None

    @property
    def canonical(self) -> str:
        """The full name, ``docker.io/library/python:3.12``."""
        return f"{self.repository}:{self.tag}"

    @property
    def familiar(self) -> str:
        """The short name, ``python:3.12``."""
        registry, _, path = self.repository.partition("/")
        return Reference(registry=registry, repository=path, tag=self.tag).familiar

    @property
    def official(self) -> bool:
        """Whether it is one of Docker's official images."""
        return self.repository.startswith(OFFICIAL)

    @property
    def rank(self) -> tuple[object, ...]:
        """Sort key, best first.

        Official repositories come first, then those with the shortest path. In a repository, a tag that still names the
        image comes before one that moved on, the tag that states most of the version first (``3.12.4-slim-bookworm``,
        ``3.12-slim``, ``slim``, ``latest``), and of two equally specific ones the newer version.
        """
        numbers = tuple(-int(text[:_LONGEST_NUMBER]) for text in _NUMBERS.findall(self.tag))
        said = len(numbers) + 2 * len(_DATE.findall(self.tag))
        path = (not self.official, self.repository.count("/"), len(self.repository), self.repository)
        words = self.tag.count("-")
        return (*path, not self.current, -said, self.tag in _MOVING, numbers, -words, self.tag)


class Approval(Value):
    """An organization's approval to build on images: ``pattern`` is a reference or a glob of one."""

    pattern: str
    reason: str = ""
    until: str = ""
    """The last day on which it is valid, ``YYYY-MM-DD``; empty if it does not expire."""

    def holds(self, now: dt.datetime) -> bool:
        """Whether it is in force."""
        return not self.until or day(now) <= self.until

    def covers(self, name: BaseName) -> bool:
        """Whether the pattern equals or matches the full or the short name."""
        return any(fnmatch.fnmatchcase(text, self.pattern) for text in (name.canonical, name.familiar))


class BaseImage(Value):
    """One image of one platform, as the catalog stores it; its packages are requested separately.

    Attributes:
        key: the catalog's own unique name for it: the manifest's digest, else the configuration's.
        image: with diff ids, history, labels and digests if they are known; a layer with only its blob known (of an
            image that was never opened) has an empty diff id.
        names: newest specific tag first.
        size: of its layers as stored, in bytes; None if that is not known.
        distro: ``id version`` of its distribution as os-release states them (``debian 12``), empty without one.
        packages: how many it has; None if they are not known.
        source: where it was read: ``registry``, ``repo-info``, ``docker`` …; `TOLD` if it is from somebody else's
        catalog.
        added: when, RFC 3339: a text, as catalogs and their bundles store it.
    """

    key: str
    image: Image
    names: tuple[BaseName, ...] = ()
    size: int | None = None
    distro: str = ""
    packages: int | None = None
    source: str = ""
    added: str = ""

    @property
    def label(self) -> str:
        """Its best display name, else its digest."""
        return self.names[0].familiar if self.names else self.key


class StepKind(enum.StrEnum):
    """What a step of a lineage is."""

    OWN = "own"
    """The image itself, which the catalog does not have."""
    IMAGE = "image"
    """An image of the catalog."""
    ROOT = "root"
    """The root file system that the lowest image was made of."""


class LineageStep(Value):
    """One step of an image's lineage. Every layer belongs to exactly one step that is not a `StepKind.ROOT`.

    Attributes:
        kind: what it is.
        name: for display; empty for a root file system with an unknown maker.
        names: all names of an image of the catalog, the best first.
        digest: of an image of the catalog.
        created: when it was made, as the image states it; of a root file system the date of what it was made from.
        first: index of its lowest own layer.
        layers: how many layers it put on the step below; none for a root file system: its layer is the lowest image's.
        maker: who can fix what is in it, in words.
    """

    kind: StepKind
    name: str = ""
    names: tuple[BaseName, ...] = ()
    digest: str = ""
    created: str = ""
    first: int = 0
    layers: int = 0
    maker: str = ""


class Catalog(Protocol):
    """What recognizing and recommending need from the catalog."""

    def below(self, diff_ids: Sequence[Digest]) -> tuple[BaseImage, ...]:
        """Every image with all its layers (at least one) as the lowest of these, the longest first."""
        ...

    def named(self, repository: str, tag: str, platform: Platform) -> tuple[BaseImage, ...]:
        """The images that the tag names or once named, the current one first, then the last seen."""
        ...

    def of_repository(self, repository: str, platform: Platform) -> tuple[BaseImage, ...]:
        """All images of a repository for a platform, with all their names."""
        ...

    def repositories(self) -> tuple[str, ...]:
        """The full names, sorted."""
        ...

    def inventories(self, keys: Iterable[str]) -> dict[str, Inventory]:
        """The packages of images by key; an image with unknown packages is absent.

        Equal packages of several images are one object, so that each needs judging only once.
        """
        ...

    def approvals(self) -> tuple[Approval, ...]:
        """In the order in which they were given."""
        ...
