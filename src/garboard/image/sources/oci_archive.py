"""An OCI image layout as one tar file (skopeo's ``oci-archive``, ``docker buildx build --output type=oci``)."""

from __future__ import annotations

from garboard.image.blobs import TarBlobs
from garboard.image.handle import AnyOpened
from garboard.image.layers.tar import is_header
from garboard.image.layout import open_layout
from garboard.image.local_path import exists, split
from garboard.image.options import Options
from garboard.model.errors import ImageError

SCHEMES = ("oci-archive",)


def detect(name: str, options: Options) -> bool:
    path = exists(name)
    if path is None or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(512)
    if not is_header(head):
        return False
    blobs = TarBlobs(path, options.limits)
    try:
        return blobs.find("index.json") is not None
    finally:
        blobs.close()


def open(name: str, options: Options) -> AnyOpened:  # noqa: A001  (the sources' common word)
    path, tag = split(name)
    blobs = TarBlobs(path, options.limits)
    if blobs.find("index.json") is None:
        raise ImageError(
            f"{path} is no OCI archive: it has no index.json", "an archive by `docker save` is docker-archive:"
        )
    return open_layout(blobs, name, tag, SCHEMES[0], options)
