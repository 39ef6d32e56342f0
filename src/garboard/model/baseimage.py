"""Base images: what the catalogue keeps of one, and what is asked of a catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from garboard.model.base import Value
from garboard.model.image import Digest, Image, Platform
from garboard.model.package import Inventory


class BaseName(Value):
    """A tag that names, or once named, an image of the catalogue.

    Attributes:
        repository: in full, ``docker.io/library/python``.
        tag: as it stands there.
        index_digest: of the index (manifest list) that the tag named, empty where it named the manifest itself.
        seen: when the tag was last seen to name this image, RFC 3339.
        current: whether it still did when the repository was last looked at; False where the tag moved on or went.
        supported: whether the image's maintainers still build the tag; None where no list of theirs was imported.
    """

    repository: str
    tag: str
    index_digest: str = ""
    seen: str = ""
    current: bool = True
    supported: bool | None = None


class Approval(Value):
    """An organisation's word that images may be built on: ``pattern`` is a reference or a glob of one."""

    pattern: str
    reason: str = ""
    until: str = ""
    """The last day on which it holds, ``YYYY-MM-DD``; empty for ever."""


class BaseImage(Value):
    """One image of one platform, as the catalogue keeps it; its packages are asked for apart.

    Attributes:
        key: the catalogue's own name of it, unique: the manifest's digest, else the configuration's.
        image: with diff ids, history, labels and digests where they are known.
        names: newest specific tag first.
        size: of its layers as stored, in bytes; None where that is not known.
        distro: ``id version`` of its distribution as os-release states them (``debian 12``), empty without one.
        packages: how many it has; None where they are not known.
        source: where it was read: ``registry``, ``repo-info``, ``docker`` …
        added: when, RFC 3339.
    """

    key: str
    image: Image
    names: tuple[BaseName, ...] = ()
    size: int | None = None
    distro: str = ""
    packages: int | None = None
    source: str = ""
    added: str = ""


class Catalogue(Protocol):
    """What recognising and recommending ask of the catalogue."""

    def below(self, diff_ids: Sequence[Digest]) -> tuple[BaseImage, ...]:
        """Every image whose layers are the lowest of these (all of its own, at least one), the longest first."""
        ...

    def named(self, repository: str, tag: str, platform: Platform) -> tuple[BaseImage, ...]:
        """The images that the tag names or once named, the current one first, then the last seen."""
        ...

    def of_repository(self, repository: str, platform: Platform) -> tuple[BaseImage, ...]:
        """All images of a repository for a platform, with all their names."""
        ...

    def repositories(self) -> tuple[str, ...]:
        """In full, sorted."""
        ...

    def inventories(self, keys: Iterable[str]) -> dict[str, Inventory]:
        """The packages of images by key; an image whose packages are not known is absent.

        Equal packages of several images are one object, so that each needs judging only once.
        """
        ...

    def approvals(self) -> tuple[Approval, ...]:
        """In the order in which they were given."""
        ...
