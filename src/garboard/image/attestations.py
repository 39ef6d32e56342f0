"""Attestations that accompany an image in an index: in-toto statements of how it was built.

Format: BuildKit's attestation storage (an ``attestation-manifest`` beside the image, with in-toto statements as
layers). This module knows where they are stored; it must not know what they contain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from garboard.image import manifest as manifests
from garboard.image.blobs import Blobs, document
from garboard.image.reference import is_digest
from garboard.model.errors import GarboardError, ImageError
from garboard.model.gap import Gap
from garboard.model.image import Attestations
from garboard.model.limits import Limits

_ATTESTATION: Final = "attestation-manifest"
_REFERENCE_DIGEST: Final = "vnd.docker.reference.digest"
_STATEMENT: Final = "application/vnd.in-toto+json"
_PREDICATE_TYPE: Final = "in-toto.io/predicate-type"
_PROVENANCE: Final = "https://slsa.dev/provenance/"
_MOST: Final = 4
"""The most attestation manifests, and statements in each, that are read."""

Fetch = Callable[[manifests.Descriptor], bytes]
"""The verified bytes of a document that a descriptor names. May raise `GarboardError`."""


def beside(index: manifests.ImageIndex, digest: str) -> tuple[manifests.Descriptor, ...]:
    """Return the attestation manifests that claim to be about the image with this manifest digest."""
    found = []
    for item in index.manifests:
        annotations = item.annotations or {}
        if annotations.get(manifests.REFERENCE_TYPE) == _ATTESTATION and annotations.get(_REFERENCE_DIGEST) == digest:
            found.append(item)
    return tuple(found)


def read(companions: Iterable[manifests.Descriptor], subject: str, fetch: Fetch) -> Attestations:
    """Return their provenance statements; other kinds (SBOMs) are ignored, and anything unavailable is a gap."""
    statements: list[bytes] = []
    try:
        for companion in list(companions)[:_MOST]:
            parsed = manifests.parse(fetch(companion), subject)
            layers = parsed.layers if isinstance(parsed, manifests.Manifest) else []
            statements += [fetch(layer) for layer in layers if _is_provenance(layer)][:_MOST]
    except GarboardError as error:
        gap = Gap(stage="image", subject=f"provenance of {subject}", reason=f"cannot be read: {error.message}")
        return Attestations(provenance=tuple(statements), gaps=(gap,))
    return Attestations(provenance=tuple(statements))


def stored(companions: Iterable[manifests.Descriptor], subject: str, blobs: Blobs, limits: Limits) -> Attestations:
    """Return the provenance statements from an OCI image layout; see `read`."""
    return read(companions, subject, lambda descriptor: blob(blobs, descriptor.digest, subject, limits))


def blob(blobs: Blobs, digest: str, subject: str, limits: Limits) -> bytes:
    """Return a verified document of an OCI image layout.

    Raises:
        ImageError: The document is missing or does not match its digest.
    """
    data = document(blobs, blob_path(digest, subject), subject, limits)
    manifests.check_digest(data, digest, f"a document in {subject}")
    return data


def blob_path(digest: str, subject: str) -> str:
    """Return the path of a blob in an OCI image layout.

    Raises:
        ImageError: The text is not a digest.
    """
    if not is_digest(digest):
        raise ImageError(f"{subject} names something that is no digest: {digest[:100]}")
    return "blobs/" + digest.replace(":", "/", 1)


def _is_provenance(layer: manifests.Descriptor) -> bool:
    kind = (layer.annotations or {}).get(_PREDICATE_TYPE, "")
    return layer.media_type == _STATEMENT and kind.startswith(_PROVENANCE)
