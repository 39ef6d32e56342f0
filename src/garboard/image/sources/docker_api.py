"""The part of the Docker Engine API (1.24 and later) that deals with images; Podman supports it too.

This module knows the API's shapes and failures; `garboard.image.sources.engine` and `garboard.image.sources.podman`
know where an engine is.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote

import msgspec

from garboard.image import manifest as manifests
from garboard.image import reference as references
from garboard.image.options import Options
from garboard.model.errors import GarboardError, ImageError
from garboard.model.image import History, Platform
from garboard.net.client import Client, Peer, Response, StatusError

T = TypeVar("T")
_ID = re.compile(r"(?:sha256:)?[0-9a-f]{4,64}", re.ASCII)
_CONTAINER = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", re.ASCII)
_EXPORT_PATIENCE = 900.0
"""Seconds of silence: an engine may assemble a whole image before it sends the first byte."""
_LARGEST_ANSWER = 64 * 1024 * 1024
_NEVER = "0001-"
"""How Docker begins a time that has not come."""
_EMPTY = re.compile(
    r"(?:/bin/sh -c )?#\(nop\)\s+(?!ADD |COPY |WORKDIR )"
    r"|(?:ENV|LABEL|CMD|ENTRYPOINT|EXPOSE|VOLUME|USER|ARG|STOPSIGNAL|HEALTHCHECK|SHELL|ONBUILD|MAINTAINER)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One engine. ``product`` is its name for people; ``libpod`` means that it also supports Podman's own API."""

    product: str
    scheme: str
    peer: Peer
    base: str = "http://localhost"
    ca_file: str = ""
    libpod: bool = False

    @property
    def address(self) -> str:
        """Its location, for people."""
        return self.peer.socket or " ".join(self.peer.command) or self.base


class _Config(msgspec.Struct, rename="pascal"):
    env: list[str] | None = None
    labels: dict[str, str] | None = None
    user: str | None = None
    on_build: list[str] | None = None


class _RootFs(msgspec.Struct, rename="pascal"):
    layers: list[str] | None = None


class _Metadata(msgspec.Struct, rename="pascal"):
    last_tag_time: str = ""


class Inspected(msgspec.Struct, rename="pascal"):
    """An engine's description of an image.

    ``id`` is the digest of the configuration; in a containerd store, that of the manifest.
    """

    id: str
    os: str = "linux"
    architecture: str = ""
    variant: str | None = None
    created: str | None = None
    repo_tags: list[str] | None = None
    repo_digests: list[str] | None = None
    config: _Config | None = None
    root_fs: _RootFs | None = msgspec.field(name="RootFS", default=None)
    metadata: _Metadata | None = None

    @property
    def platform(self) -> Platform:
        """Its platform."""
        return Platform(os=self.os, architecture=self.architecture, variant=self.variant or "")

    @property
    def pulled(self) -> frozenset[str]:
        """Repositories that it was pulled from, and not only pushed to.

        Docker's classic store tells: it notes when an image was given a name here, which a build is and a pull is not.
        A containerd store, where the id is the digest, and Podman note a pull as they note a build.
        """
        if self.metadata is None or not self.metadata.last_tag_time.startswith(_NEVER):
            return frozenset()
        pairs = (one.split("@", 1) for one in self.repo_digests or () if "@" in one)
        return frozenset(repository for repository, digest in pairs if digest != self.id)

    @property
    def diff_ids(self) -> tuple[str, ...]:
        """Its layers, lowest first."""
        return tuple(self.root_fs.layers or ()) if self.root_fs else ()


class EngineImage(msgspec.Struct, rename="pascal"):
    """What an engine's list tells of an image. ``created`` is in seconds since 1970."""

    id: str
    repo_tags: list[str] | None = None
    repo_digests: list[str] | None = None
    created: int = 0
    size: int = 0

    @property
    def date(self) -> str:
        """When it was made; empty if that is no date."""
        return _date(self.created)

    @property
    def names(self) -> tuple[str, ...]:
        """Its names."""
        return tuple(tag for tag in self.repo_tags or () if tag and "<none>" not in tag)

    @property
    def is_of_containerd(self) -> bool:
        """Whether a containerd store keeps it, where the id is the digest."""
        return any(one.partition("@")[2] == self.id for one in self.repo_digests or ())


class _ContainerConfig(msgspec.Struct, rename="pascal"):
    image: str = ""


class Container(msgspec.Struct, rename="pascal"):
    """An engine's description of a container: the id of its image, and the image's name when it was made."""

    image: str = ""
    config: _ContainerConfig | None = None


class _Step(msgspec.Struct, rename="pascal"):
    created: int = 0
    created_by: str | None = None
    comment: str | None = None
    size: int = 0


class _LibpodImage(msgspec.Struct, rename="pascal"):
    history: list[manifests.HistoryStep] | None = None


class _Message(msgspec.Struct):
    message: str = ""


def client(engine: Engine, options: Options, patience: float = _EXPORT_PATIENCE) -> Client:
    """Return a client of this engine.

    Raises:
        ImageError: The socket is missing or access is denied.
    """
    path = engine.peer.socket
    if path and not os.path.exists(path):  # noqa: PTH110 - a path without permission is not an error here
        raise ImageError(
            f"there is no {engine.product} engine at {path}",
            "start it, or scan the image from its registry (registry:NAME) or from an archive",
        )
    if path and not os.access(path, os.R_OK | os.W_OK):
        raise ImageError(
            f"you may not use the {engine.product} engine at {path}: permission denied",
            "join the socket's group, or scan the image from its registry (registry:NAME)",
        )
    return Client(
        offline=options.offline, ca_file=engine.ca_file, peer=engine.peer, read_timeout=patience,
        connect_timeout=min(patience, 15.0),
    )  # fmt: skip


def inspect(client: Client, engine: Engine, name: str) -> Inspected | None:
    """Return the engine's description of an image; None if it has no image with that name or id."""
    data = _get(client, engine, f"/images/{_quoted(name)}/json")
    return None if data is None else _decode(data, Inspected, engine)


def named_images(client: Client, engine: Engine) -> list[EngineImage]:
    """Return the images with a name that the engine keeps, the newest first."""
    data = _get(client, engine, "/images/json")
    listed = _decode(data or b"[]", list[EngineImage], engine)
    return sorted((one for one in listed if one.names and _ID.fullmatch(one.id)), key=lambda each: -each.created)


def container(client: Client, engine: Engine, name: str) -> Container | None:
    """Return the engine's description of a container; None if it has none with that name or id."""
    if not _CONTAINER.fullmatch(name):
        return None
    try:
        data = _get(client, engine, f"/containers/{_quoted(name)}/json")
    except ImageError:
        return None
    return None if data is None else _decode(data, Container, engine)


def history(client: Client, engine: Engine, image_id: str, layers: int) -> tuple[History, ...] | None:
    """Return the image's history, lowest first; None if the engine's data leave open which entries made a layer.

    Docker's API reports only sizes, and a layer can exist and still be empty.
    """
    if engine.libpod:
        data = _get(client, engine, f"/v4.0.0/libpod/images/{_quoted(image_id)}/json")
        steps = _decode(data or b"{}", _LibpodImage, engine).history or []
        return _counted(tuple(map(manifests.history, steps)), layers)
    try:
        data = _get(client, engine, f"/images/{_quoted(image_id)}/history")
    except ImageError:  # Podman 4 fails here for a history without dates
        return None
    told = _decode(data or b"[]", list[_Step], engine)[::-1]
    by_size = tuple(_of_step(step, empty=not step.size) for step in told)
    by_kind = tuple(
        _of_step(step, empty=not step.size and _EMPTY.match(step.created_by or "") is not None) for step in told
    )
    return _counted(by_size, layers) or _counted(by_kind, layers)


def export(client: Client, engine: Engine, name: str) -> Response:
    """Export the image as a stream, in the format of ``docker save``."""
    response = _asked(client, engine, f"/images/{_quoted(name)}/get")
    if response.status != 200:
        response.discard()
        raise ImageError(f"{engine.product} does not export the image {name}", "it may just have been removed")
    return response


def check_name(name: str) -> None:
    """Raise `ImageError` unless ``name`` is a reference or an image id: nothing else may be part of a request."""
    if not _ID.fullmatch(name):
        references.parse(name)


def _counted(steps: tuple[History, ...], layers: int) -> tuple[History, ...] | None:
    return steps if sum(not step.empty_layer for step in steps) == layers else None


def _date(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z") if seconds > 0 else ""
    except (OverflowError, OSError, ValueError):
        return ""


def _of_step(step: _Step, *, empty: bool) -> History:
    return History(
        created=_date(step.created), created_by=step.created_by or "", comment=step.comment or "", empty_layer=empty
    )


def _quoted(name: str) -> str:
    return quote(name, safe="/:@")


def _asked(client: Client, engine: Engine, path: str) -> Response:
    try:
        return client.get(engine.base + path)
    except StatusError as error:
        said = _said(error.body)
        raise ImageError(
            f"{engine.product} fails with status {error.status}" + (f": {said}" if said else "")
        ) from error


def _get(client: Client, engine: Engine, path: str) -> bytes | None:
    with _asked(client, engine, path) as response:
        data = response.read(_LARGEST_ANSWER)
        return data if response.status == 200 else None


def _said(body: bytes) -> str:
    try:
        message = msgspec.json.decode(body, type=_Message).message
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return "".join(c if c.isprintable() else " " for c in message[:300])


def _decode(data: bytes, kind: type[T], engine: Engine) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImageError(f"{engine.product} at {engine.address} answers what its API does not: {error}") from error


def has(engine: Engine, name: str, options: Options, patience: float) -> bool:
    """Report whether the engine answers quickly and has the image for the requested platform."""
    from garboard.image.platform import choose

    try:
        check_name(name)
        with client(engine, options, patience) as asked:
            found = inspect(asked, engine, name)
    except GarboardError:
        return False
    return found is not None and (options.platform is None or choose([found.platform], options.platform) is not None)
