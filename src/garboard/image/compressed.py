"""A ``docker save`` archive compressed as a whole: streamed once for its documents and once for its layers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from garboard.image import attestations
from garboard.image import manifest as manifests
from garboard.image.blobs import file_identity
from garboard.image.docker_save import entries, image_of, select, told
from garboard.image.handle import Consume, Opened
from garboard.image.layers.compression import inflate
from garboard.image.options import Options
from garboard.image.stream_archive import StreamedArchive, stream
from garboard.model.errors import ImageError
from garboard.model.gap import Gap
from garboard.model.image import Attestations
from garboard.model.limits import MIB


class CompressedImage:
    """An image in a compressed local archive. Its digests are unverified: ``trusted`` is False."""

    trusted = False

    def __init__(self, path: Path, tag: str, name: str, options: Options) -> None:
        self._path = path
        self._options = options
        self._identity = file_identity(path)
        self._archive = stream(self._chunks(), lambda _label, _content: None, lambda _name: False, options.limits)
        documents = self._archive.documents
        if "manifest.json" not in documents:
            raise ImageError(
                f"{path} is compressed and holds no docker archive", "decompress it first to scan it as it is"
            )
        entry, self._gaps = select(entries(documents["manifest.json"], name), tag, name)
        if entry.config not in documents:
            raise ImageError(f"{name} is incomplete: it has no {entry.config}", "export the image again")
        self._known = told(documents[entry.config], documents.get, name)
        self.image = image_of(entry, documents[entry.config], name, options, self._known)
        self._labels = [self._label(layer) for layer in entry.layers]

    def _label(self, layer: str) -> str:
        label = self._archive.layer(layer)
        if label is None:
            raise ImageError(f"{self._path} is incomplete: it has no layer {layer}", "export the image again")
        return label

    def _chunks(self) -> Iterator[bytes]:
        def stored() -> Iterator[bytes]:
            with self._path.open("rb") as file:
                while chunk := file.read(MIB):
                    yield chunk

        try:
            yield from inflate(stored(), self._options.limits)
        except ImageError as error:
            raise ImageError(f"{self._path}: {error.message}", error.hint) from error

    def identity(self, index: int) -> str:
        return f"{self._identity}|{self._labels[index]}"

    def label(self, index: int) -> str:
        return self._labels[index]

    def gaps(self) -> tuple[Gap, ...]:
        return (*self._gaps, *self._known.gaps)

    def attestations(self) -> Attestations:
        return attestations.read(self._known.companions, self.image.name, self._document)

    def _document(self, descriptor: manifests.Descriptor) -> bytes:
        data = self._archive.documents.get(attestations.blob_path(descriptor.digest, self.image.name))
        if data is None:
            raise ImageError(f"{self._path} has no {descriptor.digest}")
        manifests.check_digest(data, descriptor.digest, f"an attestation in {self._path}")
        return data

    def read(self, need: Collection[int], consume: Consume) -> None:
        wanted = {self._labels[index] for index in need}
        archive: StreamedArchive = stream(
            self._chunks(), consume, lambda name: name not in wanted, self._options.limits
        )
        if not wanted <= archive.layers:
            raise ImageError(f"{self._path} changed while it was read", "try again")

    def close(self) -> None:
        """Do nothing: no file is open between two passes."""


def open_compressed(path: Path, tag: str, name: str, options: Options) -> Opened:
    """Open the image with that tag, or the first one.

    Raises:
        ImageError: The archive cannot be read or has no such image.
    """
    return CompressedImage(path, tag, name, options)
