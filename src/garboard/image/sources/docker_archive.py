"""``docker save`` archives: the old layout with ``layer.tar`` folders and the new one with ``blobs/``; also kaniko's.

Compressed archives are streamed, uncompressed ones mapped.
"""

from __future__ import annotations

from garboard.image import attestations, recognize
from garboard.image.blobs import TarBlobs, document
from garboard.image.docker_save import entries, image_of, select, told
from garboard.image.handle import AnyOpened
from garboard.image.local import LocalImage
from garboard.image.local_path import exists, split
from garboard.image.options import Options
from garboard.model.errors import ImageError

SCHEMES = ("docker-archive", "kaniko-archive")


def detect(name: str, _options: Options) -> bool:
    path = exists(name)
    return path is not None and path.is_file() and recognize.kind(path) in (recognize.DOCKER, recognize.COMPRESSED)


def open(name: str, options: Options) -> AnyOpened:  # noqa: A001  (the sources' common word)
    path, tag = split(name)
    recognize.refuse_special(path)
    if not path.is_file():
        raise ImageError(
            f"{path} is not a file", "an unpacked image layout is oci-dir:, an unpacked root file system dir:"
        )
    if recognize.kind(path) == recognize.COMPRESSED:
        from garboard.image.compressed import open_compressed

        return open_compressed(path, tag, name, options)
    blobs = TarBlobs(path, options.limits)
    if blobs.find("manifest.json") is None:
        raise ImageError(
            f"{path} is no docker archive: it has no manifest.json",
            "make one with `docker save IMAGE -o FILE`; an OCI layout as a tar is oci-archive:, the root file system of "
            "`docker export` root-archive:",
        )
    data = document(blobs, "manifest.json", name, options.limits)
    entry, gaps = select(entries(data, name), tag, name)
    config = document(blobs, entry.config, name, options.limits)

    def find(path: str) -> bytes | None:
        return document(blobs, path, name, options.limits) if blobs.find(path) is not None else None

    known = told(config, find, name)
    return LocalImage(
        image_of(entry, config, name, options, known),
        blobs,
        entry.layers,
        (*gaps, *known.gaps),
        verify=options.verify,
        progress=options.progress,
        attest=lambda: attestations.stored(known.companions, name, blobs, options.limits),
    )
