"""``manifest.json``: what ``docker save`` says of the images in its archive."""

from __future__ import annotations

import msgspec

from garboard.image import manifest as manifests
from garboard.image.options import Options
from garboard.model.errors import ImageError
from garboard.model.gap import Gap
from garboard.model.image import Image

SOURCE = "docker-archive"


class Entry(msgspec.Struct, frozen=True, rename="pascal"):
    """One image of ``manifest.json``."""

    config: str
    layers: list[str]
    repo_tags: list[str] | None = None


def entries(data: bytes, subject: str) -> list[Entry]:
    """The images of a ``manifest.json``. Raises `ImageError`."""
    try:
        found = msgspec.json.decode(data, type=list[Entry])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImageError(f"the manifest.json of {subject} is malformed: {error}", "export the image again") from error
    if not found:
        raise ImageError(f"{subject} holds no image", "export the image again")
    return found


def select(found: list[Entry], tag: str, subject: str) -> tuple[Entry, tuple[Gap, ...]]:
    """The image of that tag, or the first; others that were left out are a gap."""
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


def image_of(entry: Entry, config: bytes, name: str, options: Options) -> Image:
    """The image that an entry and its configuration describe. Raises `ImageError` where the two disagree."""
    image = manifests.image(
        config, None, name=name, source=SOURCE, wanted=options.platform, tags=tuple(entry.repo_tags or ()),
        limits=options.limits,
    )  # fmt: skip
    if len(entry.layers) != len(image.layers):
        raise ImageError(
            f"{name} has {len(entry.layers)} layers by its manifest and {len(image.layers)} by its configuration"
        )
    return image
