"""``manifest.json``: what ``docker save`` records about the images in its archive."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from garboard.image import attestations
from garboard.image import manifest as manifests
from garboard.image.options import Options
from garboard.model.errors import ImageError
from garboard.model.gap import Gap
from garboard.model.image import Image

SOURCE = "docker-archive"


Find = Callable[[str], bytes | None]
"""Returns a small member of the archive by its name, or None if there is none. May raise `ImageError`."""
_MOST: Final = 64
"""The most manifests of an index that are examined."""


class SavedImage(msgspec.Struct, frozen=True, rename="pascal"):
    """One image of ``manifest.json``."""

    config: str
    layers: list[str]
    repo_tags: list[str] | None = None


def entries(data: bytes, subject: str) -> list[SavedImage]:
    """Parse the images of a ``manifest.json``.

    Raises:
        ImageError: The document is malformed.
    """
    try:
        found = msgspec.json.decode(data, type=list[SavedImage])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImageError(f"the manifest.json of {subject} is malformed: {error}", "export the image again") from error
    if not found:
        raise ImageError(f"{subject} holds no image", "export the image again")
    return found


def select(found: list[SavedImage], tag: str, subject: str) -> tuple[SavedImage, tuple[Gap, ...]]:
    """Return the image with that tag, or the first one; images that were left out are a gap."""
    if tag:
        for entry in found:
            if tag in (entry.repo_tags or ()):
                return entry, ()
        there = sorted(name for entry in found for name in entry.repo_tags or ())
        raise ImageError(f"{subject} holds no image named {tag}", f"it holds: {', '.join(there) or 'unnamed images'}")
    others = [", ".join(entry.repo_tags or [entry.config]) for entry in found[1:]]
    gap = Gap(
        stage="image",
        subject=subject,
        reason=f"it holds {len(found)} images; only the first was scanned, not {'; '.join(others)} "
        f"(choose one with {subject}:NAME)",
    )
    return found[0], (gap,) if others else ()


class SavedLayout(NamedTuple):
    """What an archive that is also an OCI image layout records about one of its images; empty by default."""

    manifest: manifests.Manifest | None = None
    digest: str = ""
    companions: tuple[manifests.Descriptor, ...] = ()
    gaps: tuple[Gap, ...] = ()
    above: tuple[str, ...] = ()
    """Digests of the indexes that led to it, the outermost first."""


def told(config: bytes, find: Find, subject: str) -> SavedLayout:
    """Return the manifest and attestations of the image with this configuration.

    A damaged index is a gap and gives nothing.
    """
    wanted = f"sha256:{hashlib.sha256(config).hexdigest()}"
    try:
        top = find("index.json")
        return _told(manifests.parse_index(top, subject), wanted, find, subject) if top is not None else SavedLayout()
    except ImageError as error:
        reason = f"its index cannot be read, so provenance was not looked for: {error.message}"
        return SavedLayout(gaps=(Gap(stage="image", subject=subject, reason=reason),))


def _told(index: manifests.ImageIndex, config_digest: str, find: Find, subject: str, depth: int = 0) -> SavedLayout:
    for item in index.manifests[:_MOST]:
        data = find(attestations.blob_path(item.digest, subject)) if item.is_image else None
        if data is None:
            continue
        manifests.check_digest(data, item.digest, subject)
        parsed = manifests.parse(data, subject)
        if isinstance(parsed, manifests.Manifest):
            if parsed.config.digest == config_digest:
                return SavedLayout(parsed, item.digest, attestations.beside(index, item.digest))
        elif depth < manifests.DEEPEST_INDEX:
            found = _told(parsed, config_digest, find, subject, depth + 1)
            if found.manifest is not None:
                return found._replace(above=(item.digest, *found.above))
    return SavedLayout()


def image_of(
    entry: SavedImage,
    config: bytes,
    name: str,
    options: Options,
    known: SavedLayout = SavedLayout(),  # noqa: B008  (a value)
) -> Image:
    """Return the image that an entry and its configuration describe.

    Raises:
        ImageError: The two disagree.
    """
    fitting = known if known.manifest and len(known.manifest.layers) == len(entry.layers) else SavedLayout()
    image = manifests.image(
        config, fitting.manifest, name=name, source=SOURCE, wanted=options.platform, tags=tuple(entry.repo_tags or ()),
        manifest_digest=fitting.digest, limits=options.limits,
    )  # fmt: skip
    if len(entry.layers) != len(image.layers):
        raise ImageError(
            f"{name} has {len(entry.layers)} layers by its manifest and {len(image.layers)} by its configuration"
        )
    return msgspec.structs.replace(image, index_digests=fitting.above)
