"""An OCI image layout in a folder."""

from __future__ import annotations

from garboard.image.blobs import FolderBlobs
from garboard.image.handle import AnyOpened
from garboard.image.layout import open_layout
from garboard.image.local_path import exists, split
from garboard.image.options import Options
from garboard.model.errors import ImageError

SCHEMES = ("oci-dir",)


def detect(name: str, _options: Options) -> bool:
    path = exists(name)
    return path is not None and (path / "oci-layout").is_file() and (path / "index.json").is_file()


def open(name: str, options: Options) -> AnyOpened:  # noqa: A001  (the sources' common word)
    path, tag = split(name)
    if not (path / "index.json").is_file():
        raise ImageError(f"{path} is no OCI image layout: it has no index.json", "an unpacked root file system is dir:")
    return open_layout(FolderBlobs(path), name, tag, SCHEMES[0], options)
