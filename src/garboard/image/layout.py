"""An OCI image layout, in any kind of file storage (OCI image specification, image-layout.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from garboard.image import attestations
from garboard.image import manifest as manifests
from garboard.image.blobs import Blobs, document
from garboard.image.local import LocalImage
from garboard.image.options import Options
from garboard.model.errors import ImageError
from garboard.model.gap import Gap
from garboard.model.image import Image

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
    others = [item for item in candidates if item is not chosen and _is_another(item, chosen, alike=bool(tops))]
    if not others:
        return chosen, ()
    names = ", ".join(
        sorted({name for item in others for name in _names(item)[:1]} or {item.digest for item in others})
    )
    return chosen, (
        Gap(stage="image", subject=subject, reason=f"it holds further images, which were not scanned: {names}"),
    )


def _is_another(one: manifests.Descriptor, chosen: manifests.Descriptor, *, alike: bool) -> bool:
    """Whether it is no other platform's part of the chosen image; without a name it may be one, unless it is ``alike`` in that."""
    names = _names(one), _names(chosen)
    if all(names) and not set(names[0]) & set(names[1]):
        return True
    return alike and one.known_platform == chosen.known_platform


class Chosen(NamedTuple):
    """One image of a layout: its layers' blobs by path, lowest first, and what accompanies it."""

    image: Image
    layers: list[str]
    companions: tuple[manifests.Descriptor, ...]
    gaps: tuple[Gap, ...]


def choose(read: Callable[[str], bytes], name: str, tag: str, source: str, options: Options) -> Chosen:
    """Return the layout's image for the requested platform; ``read`` returns a small file of the layout.

    Raises:
        ImageError: The layout is malformed or has no such image.
    """
    index = manifests.parse_index(read("index.json"), name)
    descriptor, gaps = _select(index, tag, name, options)
    above: list[str] = []
    for _ in range(manifests.DEEPEST_INDEX):
        parsed = manifests.parse(_blob(read, descriptor, name), name)
        if isinstance(parsed, manifests.Manifest):
            image = manifests.image(
                _blob(read, parsed.config, name), parsed, name=name, source=source, wanted=options.platform,
                manifest_digest=descriptor.digest, tags=_names(descriptor), limits=options.limits,
            )  # fmt: skip
            image = msgspec.structs.replace(image, index_digests=tuple(above))
            layers = [attestations.blob_path(layer.digest, name) for layer in parsed.layers]
            return Chosen(image, layers, attestations.beside(index, descriptor.digest), gaps)
        index = parsed
        above.append(descriptor.digest)
        descriptor = manifests.choose(parsed.manifests, options.platform, name)
    raise ImageError(f"the indexes of {name} lead on and on: {manifests.DEEPEST_INDEX} were followed, the limit")


def _blob(read: Callable[[str], bytes], descriptor: manifests.Descriptor, name: str) -> bytes:
    data = read(attestations.blob_path(descriptor.digest, name))
    manifests.check_digest(data, descriptor.digest, f"a document in {name}")
    manifests.check_size(len(data), descriptor, f"a document in {name}")
    return data


def open_layout(blobs: Blobs, name: str, tag: str, source: str, options: Options) -> LocalImage:
    """Open the layout's image for the requested platform. Raises the same errors as `choose`."""
    limits = options.limits
    chosen = choose(lambda path: document(blobs, path, name, limits), name, tag, source, options)
    return LocalImage(
        chosen.image,
        blobs,
        chosen.layers,
        chosen.gaps,
        verify=options.verify,
        progress=options.progress,
        attest=lambda: attestations.stored(chosen.companions, name, blobs, limits),
    )
