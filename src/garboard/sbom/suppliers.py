"""Who supplies a package or an image, as its metadata state it.

Nothing is concluded from a package's type: one that an administrator added beside a distribution's looks like those.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from garboard.model.image import Image

_CONTACT: Final = re.compile(r"\s*([^<>()]*?)\s*<([^<>()\s]+@[^<>()\s]+)>\s*")
_LABELS: Final = ("org.opencontainers.image.vendor", "org.opencontainers.image.authors", "maintainer")
"""Of an image, the one that counts most first."""


class Supplier(NamedTuple):
    """A person or an organization."""

    kind: str
    name: str
    email: str = ""


@lru_cache(maxsize=4096)
def of_text(vendor: str) -> Supplier | None:
    """``Name <address>`` is treated as a person, any other text as an organization; None if it holds no name."""
    contact = _CONTACT.fullmatch(vendor)
    if contact and contact[1]:
        return Supplier("Person", " ".join(contact[1].split()), contact[2])
    name = " ".join(re.sub(r"[<>()]", " ", vendor).split())
    return Supplier("Organization", name) if name else None


def of_image(image: Image) -> Supplier | None:
    """By its labels."""
    stated = dict(image.labels)
    return next((found for label in _LABELS if (found := of_text(stated.get(label, "")))), None)
