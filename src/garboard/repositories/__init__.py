"""The packages that mirrors offer for an image, one module per kind of mirror.

A kind reads the image's own configuration (it is a reader of files, like the catalogers), requests the documents that
it needs, and interprets them. It opens no connection: its caller fetches (see `garboard.model.mirror.Asking`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from garboard.model.image import Reader
from garboard.model.mirror import Asking, InstalledSystem, Offer, Offers
from garboard.repositories import apk, apt, yum


class RepositoryKind(Reader, Protocol):
    """One kind of package mirror, and the reader of its configuration files, which it keeps unchanged.

    ``PUBLISHED_IN`` says where the distribution publishes what an update fixes; ``FEED`` is that source's name in
    findings.
    """

    @property
    def PURL_TYPE(self) -> str: ...  # noqa: N802

    @property
    def PUBLISHED_IN(self) -> str: ...  # noqa: N802
    @property
    def FEED(self) -> str: ...  # noqa: N802

    def offers(self, installed: InstalledSystem, /) -> Asking[Offers]:
        """Return what the image's repositories offer for its packages of this kind; unknown parts are gaps."""
        ...

    def notes(self, updates: Sequence[Offer], /) -> Asking[Offers]:
        """Return the vulnerabilities that these updates claim to fix; an update that names none is a gap."""
        ...


KINDS: tuple[RepositoryKind, ...] = (apt, apk, yum)
