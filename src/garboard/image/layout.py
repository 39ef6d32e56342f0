"""An OCI image layout, in any kind of file storage (OCI image specification, image-layout.md)."""

from __future__ import annotations

from garboard.image import attestations
from garboard.image import manifest as manifests
from garboard.image.blobs import Blobs, document
from garboard.image.local import LocalImage
from garboard.image.options import Options
from garboard.model.errors import ImageError
from garboard.model.gap import Gap

_REF_NAME = "org.opencontainers.image.ref.name"
_IMAGE_NAME = "io.containerd.image.name"


def _names(descriptor: manifests.Descriptor) -> tuple[str, ...]:
    annotations = descriptor.annotations or {}
    return tuple(annotations[key] for key in (_IMAGE_NAME, _REF_NAME) if key in annotations)


def _select(
    index: manifests.ImageIndex, tag: str, subject: str, options: Options
) -> tuple[manifests.Descriptor, tuple[Gap, ...]]:
    """Return one of the layout's images: the tagged one, or the one for the platform; images left out are a gap."""
    candidates = [item for item in index.manifests if item.is_image]
    if tag:
        candidates = [item for item in candidates if tag in _names(item) or item.digest == tag]
        if not candidates:
            there = sorted({name for item in index.manifests for name in _names(item)})
            raise ImageError(
                f"{subject} holds no image named {tag}", f"it holds: {', '.join(there) or 'unnamed images'}"
            )
    tops = list(dict.fromkeys(_names(item) for item in candidates if item.known_platform is None or item.is_index))
    chosen = (
        candidates[0]
        if candidates and candidates[0].known_platform is None
        else manifests.choose(candidates, options.platform, subject)
    )
    others = [item for item in candidates if item is not chosen and item.known_platform == chosen.known_platform]
    if not others or not tops:
        return chosen, ()
    names = ", ".join(
        sorted({name for item in others for name in _names(item)[:1]} or {item.digest for item in others})
    )
    return chosen, (
        Gap(stage="image", subject=subject, reason=f"it holds further images, which were not scanned: {names}"),
    )


def open_layout(blobs: Blobs, name: str, tag: str, source: str, options: Options) -> LocalImage:
    """Open the layout's image for the requested platform.

    Raises:
        ImageError: The layout is malformed or has no such image.
    """
    limits = options.limits
    index = manifests.parse_index(document(blobs, "index.json", name, limits), name)
    descriptor, gaps = _select(index, tag, name, options)
    for _ in range(manifests.DEEPEST_INDEX):
        parsed = manifests.parse(attestations.blob(blobs, descriptor.digest, name, limits), name)
        if isinstance(parsed, manifests.Manifest):
            companions = attestations.beside(index, descriptor.digest)
            return _opened(blobs, parsed, descriptor, companions, gaps, name, source, options)
        index = parsed
        descriptor = manifests.choose(parsed.manifests, options.platform, name)
    raise ImageError(f"the indexes of {name} lead on and on: {manifests.DEEPEST_INDEX} were followed, the limit")


def _opened(
    blobs: Blobs, manifest: manifests.Manifest, descriptor: manifests.Descriptor,
    companions: tuple[manifests.Descriptor, ...], gaps: tuple[Gap, ...], name: str, source: str, options: Options,
) -> LocalImage:  # fmt: skip
    config = attestations.blob(blobs, manifest.config.digest, name, options.limits)
    image = manifests.image(
        config, manifest, name=name, source=source, wanted=options.platform, manifest_digest=descriptor.digest,
        tags=_names(descriptor), limits=options.limits,
    )  # fmt: skip
    return LocalImage(
        image,
        blobs,
        [attestations.blob_path(layer.digest, name) for layer in manifest.layers],
        gaps,
        verify=options.verify,
        attest=lambda: attestations.stored(companions, name, blobs, options.limits),
    )
