"""Attestations that accompany an image in an index: in-toto statements of how it was built.

Format: BuildKit's attestation storage (an ``attestation-manifest`` beside the image, with in-toto statements as
layers). This module knows where they are stored; it must not know what they contain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from garboard.image import manifest as manifests
from garboard.image.blobs import Blobs, document
from garboard.image.reference import is_digest
from garboard.model.errors import GarboardError, ImageError
from garboard.model.gap import Gap
from garboard.model.image import Attached, Attestations, Image
from garboard.model.limits import Limits
from garboard.signing import STATEMENT

_ATTESTATION: Final = "attestation-manifest"
_REFERENCE_DIGEST: Final = "vnd.docker.reference.digest"
PREDICATE_TYPE: Final = "in-toto.io/predicate-type"
_PROVENANCE: Final = "https://slsa.dev/provenance/"
OPENVEX: Final = "https://openvex.dev/ns"
BUNDLE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"
BUNDLE_CONTENT: Final = "dev.sigstore.bundle.content"
BUNDLE_PREDICATE: Final = "dev.sigstore.bundle.predicateType"
ENVELOPES: Final = frozenset(
    {
        "application/vnd.dsse.envelope.v1+json",
        BUNDLE,
        *(f"application/vnd.dev.sigstore.bundle.v0.{minor}+json" for minor in (1, 2)),
        "application/vnd.dev.sigstore.bundle+json",
    }
)
"""Of cosign: an in-toto statement with signatures."""
KEYS_OF_TYPE: Final = (PREDICATE_TYPE, "predicateType", BUNDLE_PREDICATE)
_MOST_ATTACHED: Final = 16
_MOST: Final = 4
"""The most attestation manifests, and statements in each, that are read."""

Fetch = Callable[[manifests.Descriptor], bytes]
"""The verified bytes of a document that a descriptor names. May raise `GarboardError`."""
Attaching = Callable[[str], Iterable[tuple[str, bytes]]]
"""What is attached to a manifest, by its digest: lists of referrers and cosign's manifests, each with its kind."""


def beside(index: manifests.ImageIndex, digest: str) -> tuple[manifests.Descriptor, ...]:
    """Return the attestation manifests that claim to be about the image with this manifest digest."""
    found = []
    for item in index.manifests:
        annotations = item.annotations or {}
        if annotations.get(manifests.REFERENCE_TYPE) == _ATTESTATION and annotations.get(_REFERENCE_DIGEST) == digest:
            found.append(item)
    return tuple(found)


def read(companions: Iterable[manifests.Descriptor], subject: str, fetch: Fetch) -> Attestations:
    """Return their provenance statements and VEX documents; other kinds (SBOMs) are ignored, and anything unavailable is a gap."""
    statements: list[bytes] = []
    vex: list[Attached] = []
    try:
        for companion in list(companions)[:_MOST]:
            parsed = manifests.parse(fetch(companion), subject)
            layers = parsed.layers if isinstance(parsed, manifests.Manifest) else []
            statements += [fetch(layer) for layer in layers if _is_provenance(layer)][:_MOST]
            vex += _vex(layers, f"an attestation beside {subject}", fetch)
    except GarboardError as error:
        gap = Gap(stage="image", subject=f"provenance of {subject}", reason=f"cannot be read: {error.message}")
        return Attestations(provenance=tuple(statements), gaps=(gap,), vex=tuple(vex))
    return Attestations(provenance=tuple(statements), vex=tuple(vex))


def with_attached(found: Attestations, image: Image, attached: Attaching, fetch: Fetch) -> Attestations:
    """Add the VEX documents that were attached to the image's manifest and to its indexes; what is unavailable is a gap."""
    vex = {one.data: one for one in found.vex}
    try:
        for place, data in all_attached(image, attached):
            for one in _attached(data, image.name, f"an attestation {place}", fetch):
                vex.setdefault(one.data, one)
    except GarboardError as error:
        subject = f"VEX documents attached to {image.name}"
        gap = Gap(stage="match", subject=subject, reason=f"cannot be read: {error.message}")
        return msgspec.structs.replace(found, vex=tuple(vex.values()), vex_gaps=(gap,))
    return msgspec.structs.replace(found, vex=tuple(vex.values()))


def all_attached(image: Image, attached: Attaching) -> Iterator[tuple[str, bytes]]:
    """Yield what is attached to the image's manifest and to its indexes: each with where it was found."""
    for digest in dict.fromkeys((image.manifest_digest, *image.index_digests)):
        for kind, data in attached(digest) if digest else ():
            yield f"({kind}) on {digest}", data


def _attached(data: bytes, subject: str, place: str, fetch: Fetch) -> Iterator[Attached]:
    for layers, listed in layers_of(data, subject, fetch, _may_be_vex, _MOST_ATTACHED):
        yield from _vex(layers, place, fetch, listed)


def layers_of(
    data: bytes, subject: str, fetch: Fetch, wanted: Callable[[manifests.Descriptor], bool], most: int
) -> Iterator[tuple[list[manifests.Descriptor], Mapping[str, str]]]:
    """Yield the layers of a manifest, or of those that a list names and are ``wanted``, each with what the list says of it."""
    parsed = manifests.parse(data, subject)
    if isinstance(parsed, manifests.Manifest):
        yield parsed.layers, {}
        return
    for item in [one for one in parsed.manifests if wanted(one)][:most]:
        below = manifests.parse(fetch(item), subject)
        if isinstance(below, manifests.Manifest):
            yield below.layers, item.annotations or {}


def _may_be_vex(item: manifests.Descriptor) -> bool:
    """Whether what refers to an image is a VEX document, or does not tell what it is."""
    stated = [(item.annotations or {}).get(key, "") for key in KEYS_OF_TYPE]
    return any(one.startswith(OPENVEX) for one in stated) or (
        not any(stated) and item.artifact_type in {"", *ENVELOPES, STATEMENT}
    )


def _vex(
    layers: Iterable[manifests.Descriptor], place: str, fetch: Fetch, above: Mapping[str, str] = MappingProxyType({})
) -> list[Attached]:
    """The layers that are VEX by what is said of them; an envelope of which nothing is said may be."""
    found = []
    for layer in layers:
        annotations = {**above, **(layer.annotations or {})}
        stated = [annotations[key] for key in KEYS_OF_TYPE if annotations.get(key)]
        is_vex = any(one.startswith(OPENVEX) for one in stated)
        if (is_vex or not stated) and layer.media_type in ({STATEMENT} if is_vex else set()) | ENVELOPES:
            found.append(layer)
    return [Attached(place=place, data=fetch(layer), attested=True) for layer in found[:_MOST_ATTACHED]]


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
    kind = (layer.annotations or {}).get(PREDICATE_TYPE, "")
    return layer.media_type == STATEMENT and kind.startswith(_PROVENANCE)
