"""An OCI image layout as one tar file (skopeo's ``oci-archive``, ``docker buildx build --output type=oci``)."""

from __future__ import annotations

from garboard.image import recognize
from garboard.image.blobs import TarBlobs
from garboard.image.handle import AnyOpened
from garboard.image.layout import open_layout
from garboard.image.local_path import exists, split
from garboard.image.options import Options
from garboard.model.errors import ImageError

SCHEMES = ("oci-archive",)


def detect(name: str, _options: Options) -> bool:
    path = exists(name)
    return path is not None and path.is_file() and recognize.kind(path) == recognize.OCI


def open(name: str, options: Options) -> AnyOpened:  # noqa: A001  (the sources' common word)
    path, tag = split(name)
    recognize.refuse_special(path)
    if not path.is_file():
        raise ImageError(f"{path} is not a file", "an OCI image layout in a folder is oci-dir:")
    if recognize.kind(path) == recognize.COMPRESSED:
        from garboard.image.compressed import open_compressed

        return open_compressed(path, tag, name, options)
    blobs = TarBlobs(path, options.limits)
    if blobs.find("index.json") is None:
        raise ImageError(
            f"{path} is no OCI archive: it has no index.json", "an archive by `docker save` is docker-archive:"
        )
    return open_layout(blobs, name, tag, SCHEMES[0], options)
