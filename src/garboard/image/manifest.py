"""Manifests, indexes and image configurations: OCI image specification 1.1 and Docker's schema 2.

This module knows these documents as bytes; it must not know where they came from. ``subject`` is the image's name in
errors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from garboard.image import platform as platforms
from garboard.image.reference import is_digest
from garboard.model.errors import ImageError
from garboard.model.image import Digest, History, Image, Layer, Platform
from garboard.model.limits import DEFAULT, Limits

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEX_TYPES = frozenset({OCI_INDEX, DOCKER_LIST})
ACCEPT = f"{OCI_INDEX}, {DOCKER_LIST}, {OCI_MANIFEST}, {DOCKER_MANIFEST}"
"""The Accept header for a registry: everything that `parse` understands."""
REFERENCE_TYPE = "vnd.docker.reference.type"
"""Annotation of a descriptor that accompanies an image (``attestation-manifest``) without being one."""
DEEPEST_INDEX = 4
"""The depth to which nested indexes are followed."""


T = TypeVar("T")


class _Wire(msgspec.Struct, kw_only=True):
    """A part of a document. Optional values may also be null, as Go writes its empty lists."""


class WirePlatform(_Wire):
    """A descriptor's platform."""

    os: str = ""
    architecture: str = ""
    variant: str | None = None


class Descriptor(_Wire, rename="camel"):
    """What a document records about another one: type, digest, size."""

    digest: str
    size: int
    media_type: str = ""
    platform: WirePlatform | None = None
    urls: list[str] | None = None
    artifact_type: str = ""
    annotations: dict[str, str] | None = None

    @property
    def known_platform(self) -> Platform | None:
        """The platform, if one is stated that an image can have."""
        stated = self.platform
        if stated is None or not stated.os or not stated.architecture:
            return None
        return Platform(os=stated.os, architecture=stated.architecture, variant=stated.variant or "")

    @property
    def is_image(self) -> bool:
        """False for attestations and other companions of an image."""
        stated = self.platform
        unknown = stated is not None and (stated.os, stated.architecture) == ("unknown", "unknown")
        return not unknown and REFERENCE_TYPE not in (self.annotations or {})

    @property
    def is_index(self) -> bool:
        """Whether this describes an index rather than a manifest."""
        return self.media_type in INDEX_TYPES


class ImageIndex(_Wire, rename="camel"):
    """An OCI index or Docker manifest list."""

    manifests: list[Descriptor]
    media_type: str = ""


class Manifest(_Wire, rename="camel"):
    """An OCI or Docker (schema 2) manifest of one image."""

    config: Descriptor
    layers: list[Descriptor]
    media_type: str = ""


class _Probe(_Wire, rename="camel"):
    """Just enough fields to identify the document."""

    media_type: str | None = None
    manifests: msgspec.Raw = msgspec.Raw()
    fs_layers: msgspec.Raw = msgspec.Raw()


class HistoryStep(_Wire):
    """An entry of the history, as written in a configuration."""

    created: str | None = None
    created_by: str | None = None
    comment: str | None = None
    author: str | None = None
    empty_layer: bool | None = None


class _Execution(_Wire, rename="pascal"):
    env: list[str] | None = None
    labels: dict[str, str] | None = None
    user: str | None = None
    on_build: list[str] | None = None


class _RootFs(_Wire):
    diff_ids: list[str] | None = None


class _Config(_Wire):
    architecture: str | None = None
    os: str | None = None
    variant: str | None = None
    created: str | None = None
    config: _Execution | None = None
    rootfs: _RootFs | None = None
    history: list[HistoryStep] | None = None


def parse(data: bytes, subject: str) -> ImageIndex | Manifest:
    """Parse a manifest or an index, recognized by its content (a server's media type is not reliable).

    Raises:
        ImageError: It is anything else, including Docker's schema 1.
    """
    probe = _decode(data, _Probe, subject)
    if bytes(probe.fs_layers):
        raise ImageError(
            f"{subject} is stored in Docker's manifest format of before 2016 (schema 1)",
            "pull it with an old Docker and push it again, or scan a docker save of it",
        )
    if bytes(probe.manifests):
        return _decode(data, ImageIndex, subject)
    return _decode(data, Manifest, subject)


class PlatformError(ImageError):
    """An image that is not for a platform, and the platforms that it is for."""

    def __init__(self, message: str, hint: str, platforms: tuple[Platform, ...]) -> None:
        super().__init__(message, hint)
        self.platforms = platforms


def parse_index(data: bytes, subject: str) -> ImageIndex:
    """Parse an index; see `parse`."""
    return _decode(data, ImageIndex, subject)


def choose(candidates: Sequence[Descriptor], wanted: Platform | None, subject: str) -> Descriptor:
    """Return the candidate that fits ``wanted``; without it, the one for this machine, or the only one there is.

    Companions of images (attestations) are never chosen.

    Raises:
        ImageError: None fits; the error lists the available platforms.
    """
    images = [candidate for candidate in candidates if candidate.is_image]
    if not images:
        raise ImageError(f"{subject} holds no image", "its index names only attestations or nothing at all")
    if len(images) == 1 and (wanted is None or images[0].known_platform is None):
        return images[0]
    known = [(image, image.known_platform) for image in images]
    stated = [(image, platform) for image, platform in known if platform is not None]
    index = platforms.choose([platform for _, platform in stated], wanted or platforms.host())
    if index is not None:
        return stated[index][0]
    there = ", ".join(sorted({str(platform) if platform else "unknown" for _, platform in known}))
    raise PlatformError(
        f"{subject} does not exist for the platform {wanted or platforms.host()}",
        f"choose one of its platforms with --platform: {there}",
        tuple(dict.fromkeys(platform for _, platform in stated)),
    )


def image(
    config: bytes,
    manifest: Manifest | None,
    *,
    name: str,
    source: str,
    wanted: Platform | None = None,
    manifest_digest: str = "",
    tags: tuple[str, ...] = (),
    limits: Limits = DEFAULT,
) -> Image:
    """Return the image of a configuration; ``manifest`` describes its layers (None: nothing does).

    Raises:
        ImageError: The document is malformed or not an image's; it has more layers than ``limits`` allow, or a
            different number than the manifest; or the image is not for the platform ``wanted``.
    """
    document = _decode(config, _Config, name, what="configuration")
    if document.rootfs is None or document.rootfs.diff_ids is None:
        kind = manifest.config.media_type if manifest else ""
        raise ImageError(f"{name} is not a container image" + (f" but of type {kind}" if kind else ""))
    _check_platform(document, wanted, name)
    execution = document.config or _Execution()
    return Image(
        name=name,
        source=source,
        layers=_layers(document.rootfs.diff_ids, manifest, name, limits),
        history=tuple(map(history, document.history or ())),
        platform=_platform(document),
        config_digest=f"sha256:{hashlib.sha256(config).hexdigest()}",
        manifest_digest=manifest_digest,
        tags=tags,
        labels=tuple(sorted((execution.labels or {}).items())),
        env=tuple(execution.env or ()),
        user=execution.user or "",
        on_build=tuple(execution.on_build or ()),
        created=document.created or "",
    )


def check_digest(data: bytes, digest: str, subject: str) -> None:
    """Raise `ImageError` unless ``data`` have this digest."""
    algorithm = digest.partition(":")[0]
    if not is_digest(digest):
        raise ImageError(f"{subject} names a digest that cannot be verified: {digest[:100]}")
    found = f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"
    if found != digest:
        raise mismatch(subject, digest, found)


def check_size(size: int, descriptor: Descriptor, subject: str) -> None:
    """Raise `ImageError` unless content of that many bytes fits its descriptor; engines refuse it too."""
    if size != descriptor.size:
        raise ImageError(
            f"{subject} has {size} bytes, not the {descriptor.size} that its descriptor promises: {descriptor.digest}",
            "it was damaged or changed on its way; do not trust it",
        )


def check_layer_size(image: Image, index: int, blob: str, size: int) -> None:
    """Raise `ImageError` if the blob at this path is the one that the manifest describes, and of another size."""
    layer = image.layers[index]
    if layer.size is not None and layer.digest and blob == "blobs/" + layer.digest.replace(":", "/", 1):
        described = Descriptor(digest=layer.digest, size=layer.size)
        check_size(size, described, f"layer {index + 1} of {image.name}")


def mismatch(subject: str, expected: str, found: str) -> ImageError:
    """Return the error for content that does not match its digest."""
    return ImageError(
        f"the content of {subject} is not what its digest promises: {expected} expected, {found} received",
        "it was damaged or changed on its way; do not trust it",
    )


def _check_platform(document: _Config, wanted: Platform | None, name: str) -> None:
    if wanted is None or not document.architecture:
        return
    found = _platform(document)
    if platforms.choose([found], wanted) is None:
        raise PlatformError(
            f"{name} is not for the platform {wanted}", f"it is for {found}; leave out --platform to scan it", (found,)
        )


def _platform(document: _Config) -> Platform:
    return Platform(
        os=document.os or "linux", architecture=document.architecture or "unknown", variant=document.variant or ""
    )


def _layers(diff_ids: list[str], manifest: Manifest | None, name: str, limits: Limits) -> tuple[Layer, ...]:
    if len(diff_ids) > limits.layers:
        raise ImageError(f"{name} has {len(diff_ids)} layers, more than the limit of {limits.layers}")
    for diff_id in diff_ids:
        if not is_digest(diff_id):
            raise ImageError(f"the configuration of {name} names a layer that is no digest: {diff_id[:100]}")
    if manifest is None:
        return tuple(Layer(diff_id=Digest(diff_id)) for diff_id in diff_ids)
    if len(manifest.layers) != len(diff_ids):
        raise ImageError(
            f"{name} has {len(manifest.layers)} layers by its manifest and {len(diff_ids)} by its configuration"
        )
    return tuple(
        _layer(diff_id, blob, name) for diff_id, blob in zip(diff_ids, manifest.layers, strict=True)
    )  # fmt: skip


def _layer(diff_id: str, blob: Descriptor, name: str) -> Layer:
    if not is_digest(blob.digest):
        raise ImageError(f"the manifest of {name} names a layer that is no digest: {blob.digest[:100]}")
    if blob.media_type.endswith("+encrypted"):
        raise ImageError(f"a layer of {name} is encrypted: {blob.digest}", "decrypt the image first")
    return Layer(
        diff_id=Digest(diff_id), digest=Digest(blob.digest), media_type=blob.media_type, size=blob.size
    )  # fmt: skip


def history(entry: HistoryStep) -> History:
    """Convert a history entry to a value."""
    return History(
        created=entry.created or "",
        created_by=entry.created_by or "",
        comment=entry.comment or "",
        author=entry.author or "",
        empty_layer=bool(entry.empty_layer),
    )


def _decode(data: bytes, kind: type[T], subject: str, what: str = "manifest") -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImageError(f"the {what} of {subject} is malformed: {error}") from error
