"""``docker save`` archives: the old layout with ``layer.tar`` folders and the new one with ``blobs/``; kaniko's too.

Compressed archives are streamed, plain ones mapped.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from garboard.image import manifest as manifests
from garboard.image.blobs import TarBlobs, document
from garboard.image.compression import GZIP, ZSTD
from garboard.image.local import LocalImage
from garboard.image.opened import AnyOpened
from garboard.image.options import Options
from garboard.image.place import exists, split
from garboard.image.tar import is_header
from garboard.model.errors import ImageError
from garboard.model.gap import Gap

SCHEMES = ("docker-archive", "kaniko-archive")


class Entry(msgspec.Struct, frozen=True, rename="pascal"):
    """One image of ``manifest.json``."""

    config: str
    layers: list[str]
    repo_tags: list[str] | None = None


def detect(name: str, _options: Options) -> bool:
    path = exists(name)
    if path is None or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(512)
    if head[:2] == GZIP or head[:4] == ZSTD:
        return True
    return is_header(head) and _has(path, "manifest.json")


def _has(path: Path, name: str) -> bool:
    blobs = TarBlobs(path, Options().limits)
    try:
        return blobs.find(name) is not None
    finally:
        blobs.close()


def entries(data: bytes, subject: str) -> list[Entry]:
    """The images of a ``manifest.json``. Raises `ImageError`."""
    try:
        found = msgspec.json.decode(data, type=list[Entry])
    except msgspec.DecodeError as error:
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


def open(name: str, options: Options) -> AnyOpened:  # noqa: A001  (the sources' common word)
    path, tag = split(name)
    if not path.is_file():
        raise ImageError(f"{path} is not a file", "an unpacked image layout is oci-dir:, an unpacked root file system dir:")
    with path.open("rb") as file:
        head = file.read(512)
    if head[:2] == GZIP or head[:4] == ZSTD:
        from garboard.image.sources import compressed_archive  # noqa: PLC0415  (rare)

        return compressed_archive.open_compressed(path, tag, name, options)
    blobs = TarBlobs(path, options.limits)
    if blobs.find("manifest.json") is None:
        raise ImageError(
            f"{path} is no docker archive: it has no manifest.json",
            "make one with `docker save IMAGE -o FILE`; an OCI layout as a tar is oci-archive:",
        )
    data = document(blobs, "manifest.json", name, options.limits)
    entry, gaps = select(entries(data, name), tag, name)
    config = document(blobs, entry.config, name, options.limits)
    image = manifests.image(
        config, None, name=name, source=SCHEMES[0], wanted=options.platform, tags=tuple(entry.repo_tags or ()),
        limits=options.limits,
    )  # fmt: skip
    if len(entry.layers) != len(image.layers):
        raise ImageError(
            f"{name} has {len(entry.layers)} layers by its manifest and {len(image.layers)} by its configuration"
        )
    return LocalImage(image, blobs, entry.layers, gaps)
