"""Who supplies a package or an image, as its metadata state it.

Nothing is concluded from a package's type: one that an administrator added beside a distribution's looks like those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from garboard.model.image import Image
from garboard.model.package import Distro, Package

_ADDRESS: Final = re.compile(r"[^<>()\s@]+@[^<>()\s@]+")
_BRACKETS: Final = re.compile(r"[<>()]")
_LABELS: Final = ("org.opencontainers.image.vendor", "org.opencontainers.image.authors", "maintainer")
"""Of an image, the one that counts most first."""


PERSON: Final = "Person"
ORGANIZATION: Final = "Organization"


class Supplier(NamedTuple):
    """A person or an organization."""

    kind: str
    name: str
    email: str = ""


@lru_cache(maxsize=4096)
def of_text(vendor: str) -> Supplier | None:
    """``Name <address>`` is treated as a person, any other text as an organization; None if it holds no name.

    Of several such persons the first counts.
    """
    name, _, rest = vendor.partition("<")
    address, _, after = rest.partition(">")
    if name.strip() and not _BRACKETS.search(name) and _ADDRESS.fullmatch(address) and after.strip()[:1] in {"", ","}:
        return Supplier(PERSON, " ".join(name.split()), address)
    name = " ".join(_BRACKETS.sub(" ", vendor).split())
    return Supplier(ORGANIZATION, name) if name else None


def of_package(package: Package, by_id: Mapping[str, Package]) -> Supplier | None:
    """By what it states; else who supplies the package that owns it supplies it too."""
    owner = by_id.get(package.owner)
    return of_text(package.vendor) or (of_text(owner.vendor) if owner else None)


def of_distro(distro: Distro) -> Supplier:
    """The distribution itself."""
    return Supplier(ORGANIZATION, distro.id)


def of_image(image: Image) -> Supplier | None:
    """By its labels."""
    stated = dict(image.labels)
    return next((found for label in _LABELS if (found := of_text(stated.get(label, "")))), None)
