"""An image in an engine: known through its API, and exported, as a stream, only if a layer is needed."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from garboard.image import manifest as manifests
from garboard.image import platform as platforms
from garboard.image import reference as references
from garboard.image.handle import Consume, Opened
from garboard.image.options import Options
from garboard.image.sources import docker_api as api
from garboard.image.sources.docker_api import Engine, Inspected
from garboard.image.stream_archive import StreamedArchive, stream
from garboard.model.errors import GarboardError, ImageError
from garboard.model.gap import Gap
from garboard.model.image import Attestations, Digest, History, Image, Layer
from garboard.net.client import Client


class _Entry(msgspec.Struct, rename="pascal"):
    config: str
    layers: list[str] | None = None


def open_exported(engine: Engine, name: str, options: Options) -> Opened:
    """Open the image with that name or id in an engine.

    Raises:
        ImageError: There is none, or only for another platform than the requested one.
    """
    api.check_name(name)
    client = api.client(engine, options)
    try:
        return _Exported(engine, client, name, _found(client, engine, name, options), options)
    except BaseException:
        client.close()
        raise


def _found(client: Client, engine: Engine, name: str, options: Options) -> Inspected:
    found = api.inspect(client, engine, name)
    if found is None:
        raise _no_image(client, engine, name)
    if options.platform is not None and platforms.choose([found.platform], options.platform) is None:
        raise ImageError(
            f"{engine.product} has {name} for {found.platform}, not for {options.platform}",
            f"pull that platform first, or scan it from its registry: registry:{name}",
        )
    return found


def _no_image(client: Client, engine: Engine, name: str) -> ImageError:
    return _container(client, engine, name) or ImageError(
        f"{engine.product} has no image {name}", f"pull it first, or scan it from its registry: registry:{name}"
    )


def _container(client: Client, engine: Engine, name: str) -> ImageError | None:
    """The error that names a container's image; None if there is no such container."""
    found = api.container(client, engine, name)
    if found is None:
        return None
    image = found.config.image if found.config and found.config.image else found.image
    return ImageError(
        f"{engine.product} has no image {name}, but a container of that name: it was made of {image}",
        f"scan {engine.scheme}:{image}; for the container's own files, `{engine.scheme} export {name} -o {name}.tar`, and scan that",
    )


class _Exported:
    """An image of an engine; the labels of its layers are their member names in the export."""

    trusted = True

    def __init__(self, engine: Engine, client: Client, name: str, found: Inspected, options: Options) -> None:
        self._engine = engine
        self._client = client
        self._options = options
        self._diff_ids = found.diff_ids
        self._export_name = _export_name(name, found)
        self._labels: list[str | None] = [None] * len(self._diff_ids)
        for diff_id in self._diff_ids:
            if not references.is_digest(diff_id):
                raise ImageError(f"{engine.product} names a layer that is no digest: {diff_id[:100]}")
        history = api.history(client, engine, found.id, len(self._diff_ids))
        self.image = _image(engine, name, found, self._told() if history is None else history)

    def identity(self, index: int) -> str:  # noqa: ARG002 - the Opened protocol's
        """Unused: an engine's output is verified."""
        return ""

    def label(self, index: int) -> str:
        """Return the member of the export that held this layer."""
        label = self._labels[index]
        if label is None:
            raise ImageError(f"the export of {self.image.name} lacks its layer {self._diff_ids[index]}")
        return label

    def gaps(self) -> tuple[Gap, ...]:
        """Return none: an engine reports everything or fails."""
        return ()

    def attestations(self) -> Attestations:
        """Return none: engines report attestations only in an export of the whole image."""
        return Attestations()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def read(self, need: Collection[int], consume: Consume) -> None:
        """Stream the export once; layers that are not needed and come under their diff id are skipped."""
        if not need:
            return
        wanted = {self._diff_ids[index] for index in need}
        hexes = [diff_id.partition(":")[2] for diff_id in set(self._diff_ids) - wanted]
        known = {f"blobs/sha256/{name}" for name in hexes} | {f"{name}.tar" for name in hexes}  # Docker, Podman
        archive = self._export(consume, known)
        _, entry = self._entry(archive)
        self._labels = [archive.layer(name) for name in entry.layers or ()]
        for index in need:
            self.label(index)

    def _export(self, consume: Consume, known: Collection[str]) -> StreamedArchive:
        with api.export(self._client, self._engine, self._export_name) as response:
            return stream(self._counted(response.chunks()), consume, known.__contains__, self._options.limits)

    def _counted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        done = 0
        for chunk in chunks:
            done += len(chunk)
            self._options.progress(self._export_name, done, None)
            yield chunk

    def _entry(self, archive: StreamedArchive) -> tuple[Image, _Entry]:
        """Return the image of the export with a configuration that names the same layers as the engine."""
        try:
            entries = msgspec.json.decode(archive.documents.get("manifest.json", b"[]"), type=list[_Entry])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ImageError(f"the export of {self._export_name} has a malformed manifest.json: {error}") from error
        for entry in entries:
            config = archive.documents.get(entry.config)
            if config is None or len(entry.layers or ()) != len(self._diff_ids):
                continue
            image = manifests.image(
                config, None, name=self._export_name, source=self._engine.scheme, limits=self._options.limits
            )  # fmt: skip
            if tuple(layer.diff_id for layer in image.layers) == self._diff_ids:
                return image, entry
        raise ImageError(
            f"{self._engine.product} exports {self._export_name} with other layers than it tells of",
            "the image may just have been replaced; try again",
        )

    def _told(self) -> tuple[History, ...]:
        """Return the history from the configuration itself, in an export of which nothing else is read."""
        archive = self._export(lambda _label, _content: None, ())
        return self._entry(archive)[0].history


def _export_name(name: str, found: Inspected) -> str:
    """Return a name for this image alone: without a tag, engines export all images of a repository."""
    try:
        reference = references.parse(name)
    except GarboardError:
        return found.id
    spelled = {reference.familiar, reference.canonical, f"localhost/{reference.familiar}"}
    return next((tag for tag in found.repo_tags or () if tag in spelled), found.id)


def _image(engine: Engine, name: str, found: Inspected, history: tuple[History, ...]) -> Image:
    config = found.config
    return Image(
        name=name,
        source=engine.scheme,
        layers=tuple(Layer(diff_id=Digest(diff_id)) for diff_id in found.diff_ids),
        history=history,
        platform=found.platform,
        config_digest=found.id if ":" in found.id else f"sha256:{found.id}",
        tags=tuple(found.repo_tags or ()),
        labels=tuple(sorted(((config and config.labels) or {}).items())),
        env=tuple((config and config.env) or ()),
        user=(config.user or "") if config else None,
        on_build=tuple((config and config.on_build) or ()),
        created=found.created or "",
    )
