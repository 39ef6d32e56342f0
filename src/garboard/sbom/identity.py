"""What identifies a bill of materials and its subject: time, identifiers from content, the image's package URL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from hashlib import sha256
from typing import Final
from urllib.parse import quote
from uuid import UUID, uuid5

from garboard.model.image import Image

_NAMESPACE: Final = UUID("6f1d4b0e-6f0a-5c53-9b0c-2f9d1c6a7e41")
"""Of this program's documents."""
_FROM_A_REGISTRY: Final = frozenset({"registry"})


PLACEHOLDER: Final = "00000000-0000-0000-0000-000000000000"


def stamped(document: bytes, content: Iterable[bytes] = ()) -> bytes:
    """An encoded document with its first `PLACEHOLDER` replaced by a UUID that is always the same for the same content.

    The document's own field must come before anything that the image says. ``content`` are the parts of the whole, where the
    document is not all of it.
    """
    return document.replace(PLACEHOLDER.encode(), of_content(content or (document,)).encode(), 1)


def of_content(parts: Iterable[bytes]) -> str:
    """A UUID that is always the same for the same content."""
    digest = sha256()
    for part in parts:
        digest.update(part)
    return str(uuid5(_NAMESPACE, digest.hexdigest()))


def timestamp(created: dt.datetime) -> str:
    """A time in the form that both formats require, ``2026-01-31T12:00:00Z``."""
    return created.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unique(names: Iterable[str]) -> list[str]:
    """The same names in order, each made different from those before it."""
    seen: set[str] = set()
    found = []
    for name in names:
        chosen, count = name, 1
        while chosen in seen or not chosen:
            count += 1
            chosen = f"{name}~{count}"
        seen.add(chosen)
        found.append(chosen)
    return found


def oci_purl(image: Image) -> str:
    """``pkg:oci/…`` of an image that came from a registry, by its manifest's digest; else empty.

    The name is as the user spelled it; one without a registry is Docker Hub's (purl's ``oci`` type, distribution
    grammar).
    """
    if image.source not in _FROM_A_REGISTRY or not image.manifest_digest:
        return ""
    name = image.name.removeprefix("//").partition("@")[0]
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    repository = f"{head}{slash}{last}"
    first = repository.partition("/")[0]
    if not slash or not (set(".:[") & set(first) or first == "localhost" or first != first.lower()):
        repository = f"docker.io/{repository}" if slash else f"docker.io/library/{repository}"
    if not tag and "@" not in image.name:
        tag = "latest"
    where = f"?repository_url={_quoted(repository.lower())}" + (f"&tag={_quoted(tag)}" if tag else "")
    return f"pkg:oci/{_quoted(last.lower())}@{_quoted(image.manifest_digest)}{where}"


def _quoted(text: str) -> str:
    return quote(text, safe=":/")
