"""An image's archive compressed as a whole: streamed once for its documents and once for its layers."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from garboard.image import attestations, layout
from garboard.image import manifest as manifests
from garboard.image.blobs import file_identity
from garboard.image.docker_save import entries, image_of, select, told
from garboard.image.handle import AnyOpened, Consume
from garboard.image.layers.compression import inflate
from garboard.image.layers.tar import BLOCK, is_header
from garboard.image.options import Options, Progress, silent
from garboard.image.root_file_system import open_root
from garboard.image.stream_archive import StreamedArchive, stream
from garboard.model.errors import ImageError
from garboard.model.gap import Gap
from garboard.model.image import Attestations, Image
from garboard.model.limits import MIB


class CompressedImage:
    """An image in a compressed local archive. Its digests are unverified: ``trusted`` is False."""

    trusted = False

    def __init__(
        self,
        path: Path,
        archive: StreamedArchive,
        image: Image,
        layers: Sequence[str],
        companions: Collection[manifests.Descriptor],
        gaps: tuple[Gap, ...],
        options: Options,
    ) -> None:
        """``archive`` is what the first pass found, ``layers`` are members of it, the lowest first."""
        self.image = image
        self._path = path
        self._options = options
        self._identity = file_identity(path)
        self._archive = archive
        self._companions = companions
        self._gaps = gaps
        self._labels = [self._label(index, layer) for index, layer in enumerate(layers)]

    def _label(self, index: int, layer: str) -> str:
        label = self._archive.layer(layer)
        if label is None:
            raise ImageError(f"{self._path} is incomplete: it has no layer {layer}", "export the image again")
        manifests.check_layer_size(self.image, index, layer, self._archive.layers[label])
        return label

    def identity(self, index: int) -> str:
        return f"{self._identity}|{self._labels[index]}"

    def label(self, index: int) -> str:
        return self._labels[index]

    def gaps(self) -> tuple[Gap, ...]:
        return self._gaps

    def attestations(self) -> Attestations:
        return attestations.read(self._companions, self.image.name, self._document)

    def _document(self, descriptor: manifests.Descriptor) -> bytes:
        data = self._archive.documents.get(attestations.blob_path(descriptor.digest, self.image.name))
        if data is None:
            raise ImageError(f"{self._path} has no {descriptor.digest}")
        manifests.check_digest(data, descriptor.digest, f"an attestation in {self._path}")
        return data

    def read(self, need: Collection[int], consume: Consume) -> None:
        wanted = {self._labels[index] for index in need}
        chunks = _chunks(self._path, self._options, self._options.progress)
        archive = stream(chunks, consume, lambda name: name not in wanted, self._options.limits)
        if not wanted <= archive.layers.keys():
            raise ImageError(f"{self._path} changed while it was read", "try again")

    def close(self) -> None:
        """Do nothing: no file is open between two passes."""


def _chunks(path: Path, options: Options, progress: Progress = silent) -> Iterator[bytes]:
    def stored() -> Iterator[bytes]:
        with path.open("rb") as file:
            total, done = os.fstat(file.fileno()).st_size, 0
            while chunk := file.read(MIB):
                done += len(chunk)
                progress(str(path), done, total)
                yield chunk

    try:
        yield from inflate(stored(), options.limits)
    except ImageError as error:
        raise ImageError(f"{path}: {error.message}", error.hint) from error


def _head(path: Path, options: Options) -> bytes:
    head = b""
    for chunk in _chunks(path, options):
        head += chunk
        if len(head) >= BLOCK:
            break
    return head[:BLOCK]


def open_compressed(path: Path, tag: str, name: str, options: Options) -> AnyOpened:
    """Open the image with that tag, or the first one; or the root file system.

    Raises:
        ImageError: The archive cannot be read or has no such image.
    """
    if not is_header(_head(path, options)):
        raise ImageError(
            f"{path} is compressed, but holds no tar archive", "save an image with `docker save IMAGE -o FILE`"
        )
    archive = stream(
        _chunks(path, options, options.progress),
        lambda _label, _content: None,
        lambda _name: False,
        options.limits,
        stop_at_root=True,
    )
    if archive.root:
        return open_root(path, name)
    if "manifest.json" in archive.documents:
        return _docker(path, archive, tag, name, options)
    if "index.json" in archive.documents:
        chosen = layout.choose(_finder(archive, name), name, tag, "oci-archive", options)
        return CompressedImage(path, archive, chosen.image, chosen.layers, chosen.companions, chosen.gaps, options)
    raise ImageError(
        f"{path} is compressed and holds neither an image (manifest.json, index.json) nor a root file system (etc, usr)",
        "save the image with `docker save IMAGE -o FILE`",
    )


def _finder(archive: StreamedArchive, name: str) -> Callable[[str], bytes]:
    def find(path: str) -> bytes:
        data = archive.documents.get(path)
        if data is None:
            raise ImageError(f"{name} is incomplete: it has no {path}", "export the image again")
        return data

    return find


def _docker(path: Path, archive: StreamedArchive, tag: str, name: str, options: Options) -> CompressedImage:
    documents = archive.documents
    entry, gaps = select(entries(documents["manifest.json"], name), tag, name)
    config = _finder(archive, name)(entry.config)
    known = told(config, documents.get, name)
    image = image_of(entry, config, name, options, known)
    return CompressedImage(path, archive, image, entry.layers, known.companions, (*gaps, *known.gaps), options)
