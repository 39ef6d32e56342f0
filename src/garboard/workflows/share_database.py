"""Shares the database by any OCI registry: each shard is a layer, found by its content, so that only what changed moves.

The manifest's layers are zstd-compressed shards; their annotations have the shard's name, the SHA-256 and the size of the
file that it becomes, and when its data were last confirmed. Pushed again, a shard that did not change is not uploaded, and
whoever has it does not fetch it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from garboard import feeds
from garboard.compression import ZSTD, Bounds, Damaged, TooLarge, decompressed, zstd_writer
from garboard.database import store
from garboard.database.incoming import IncomingShard, place, readable
from garboard.database.shard import Shard
from garboard.image import reference as references
from garboard.image.manifest import OCI_MANIFEST
from garboard.image.options import Options
from garboard.image.sources.distribution import NotServedError, RegistryClient
from garboard.image.sources.publishing import Publisher
from garboard.model.advisory import FeedState
from garboard.model.base import Value
from garboard.model.errors import DatabaseError, ImageError, OfflineError, UsageError
from garboard.model.image import Reference
from garboard.model.timestamp import rfc3339
from garboard.net.client import Client

ARTIFACT: Final = "application/vnd.garboard.database.v1"
SHARD: Final = "application/vnd.garboard.database.shard.v1.sqlite+zstd"
EMPTY: Final = "application/vnd.oci.empty.v1+json"
MOST_SHARDS: Final = 2000
LARGEST: Final = 16 * 1024**3
"""Bytes of one shard."""

_SCHEMA: Final = "garboard.database.schema"
_NAME, _SHA256, _SIZE, _FETCHED = (f"garboard.shard.{one}" for one in ("name", "sha256", "size", "fetched"))
_CREATED: Final = "org.opencontainers.image.created"
_LEVEL: Final = 9
_CONFIG: Final = b"{}"


class _Layer(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    media_type: str
    digest: str
    size: int
    annotations: dict[str, str] = {}


class _Manifest(msgspec.Struct, frozen=True, rename="camel"):
    schema_version: int
    media_type: str
    config: _Layer
    layers: tuple[_Layer, ...]
    artifact_type: str = ""
    annotations: dict[str, str] = {}


class Pushed(Value):
    """What was pushed: the manifest's digest, the shards, and how many bytes moved of how many in all."""

    digest: str
    shards: tuple[str, ...]
    moved: int
    total: int


class Pulled(Value):
    """What was pulled: each shard's state, whether it is new here, and how many bytes moved."""

    digest: str
    new: tuple[FeedState, ...]
    unchanged: tuple[str, ...]
    newer: tuple[str, ...]
    """Shards of which newer data were there already; they were left alone."""
    moved: int


def restricted(shards: Iterable[str]) -> dict[str, str]:
    """The shards that must not be handed on, with the reason."""
    return {shard: reason for shard in shards if (reason := feeds.restriction(shard))}


def push(
    directory: Path,
    shards: Iterable[str],
    address: str,
    options: Options,
    *,
    now: dt.datetime,
    waiting: store.Waiting = lambda _told: None,
) -> Pushed:
    """Push shards under a tag.

    Raises:
        UsageError: there is nothing to push, or the reference has a digest.
        DatabaseError: a shard is missing or damaged.
        ImageError, NetworkError: as the registry answers.
    """
    names, reference = tuple(sorted(set(shards))), references.parse(address)
    if absent := set(names) - set(store.installed(directory)):
        raise DatabaseError(f"the database has no shard {min(absent)}", f"garboard db update {min(absent)}")
    if not names:
        raise UsageError("there is nothing to push", "garboard db update debian osv:PyPI")
    if reference.digest:
        raise UsageError(f"{address} names a digest: a push goes to a tag", "leave out @sha256:…")
    with _connected(options, address) as client, store.writing(directory, waiting):
        there = Publisher(reference.registry, reference.registry, reference.repository, options, client)
        known = {one.annotations.get(_SHA256): one for one in _before(there, reference.tag)}
        layers, moved = [], 0
        for name in names:
            layer, sent = _pushed(directory, name, there, known)
            layers.append(layer)
            moved += sent
        config = _Layer(EMPTY, _digest(_CONFIG), len(_CONFIG))
        with store.scratch(directory) as place_of_config:
            place_of_config.write_bytes(_CONFIG)
            if not there.has_blob(config.digest):
                there.upload(place_of_config, config.digest)
        annotations = {_SCHEMA: str(store.SCHEMA), _CREATED: rfc3339(now)}
        manifest = _Manifest(2, OCI_MANIFEST, config, tuple(layers), ARTIFACT, annotations)
        digest = there.publish(reference.tag, msgspec.json.encode(manifest), OCI_MANIFEST)
    return Pushed(digest=digest, shards=names, moved=moved, total=sum(one.size for one in layers))


def _before(there: RegistryClient, tag: str) -> tuple[_Layer, ...]:
    """The layers that the tag names so far; none if it is new, or names something else."""
    try:
        return _decoded(there.manifest(tag)[0], tag).layers
    except (NotServedError, DatabaseError):
        return ()


def _pushed(directory: Path, name: str, there: Publisher, known: dict[str | None, _Layer]) -> tuple[_Layer, int]:
    path = store.path_of(directory, name)
    with contextlib.closing(Shard(directory, name)) as shard:
        fetched = shard.state.fetched
    sha256, size = store.sha256(path), path.stat().st_size
    annotations = {_NAME: name, _SHA256: sha256, _SIZE: str(size), _FETCHED: fetched}
    before = known.get(sha256)
    if before is not None and before.media_type == SHARD and there.has_blob(before.digest):
        return msgspec.structs.replace(before, annotations=annotations), 0
    with store.scratch(directory) as packed:
        with path.open("rb") as source, zstd_writer(packed, _LEVEL) as target:
            while piece := source.read(1 << 20):
                target.write(piece)
        digest, length = f"sha256:{store.sha256(packed)}", packed.stat().st_size
        moved = 0
        if not there.has_blob(digest):
            there.upload(packed, digest)
            moved = length
    return _Layer(SHARD, digest, length, annotations), moved


def pull(
    directory: Path,
    shards: Iterable[str],
    address: str,
    options: Options,
    *,
    waiting: store.Waiting = lambda _told: None,
    report: Callable[[str], None] = lambda _shard: None,
) -> Pulled:
    """Fetch the shards that are not there yet, all of them or those that are named.

    Under a tag, data that are older than what is there are left alone: somebody may have put an old state under it. A
    digest says exactly which state is wanted. Everything is verified before anything is replaced.

    Raises:
        DatabaseError: the reference names no database that this program can read, or it is damaged.
        ImageError, NetworkError: as the registry answers.
    """
    reference, wanted = references.parse(address), set(shards)
    with _connected(options, address) as client:
        there = RegistryClient(reference.registry, reference.registry, reference.repository, options, client)
        data, digest = there.manifest(reference.digest or reference.tag)
        entries = {one.shard: (one, layer) for one, layer in _entries(_decoded(data, address), address)}
        if missing := wanted - entries.keys():
            raise DatabaseError(f"{address} has no shard {min(missing)}", f"it has: {', '.join(sorted(entries))}")
        chosen = [entries[name] for name in sorted(wanted or entries)]
        with store.writing(directory, waiting), tempfile.TemporaryDirectory(prefix=store.PREFIX, dir=directory) as name:
            return _replaced(directory, Path(name), chosen, there, reference, digest, report)


def _replaced(
    directory: Path,
    beside: Path,
    chosen: list[tuple[IncomingShard, _Layer]],
    there: RegistryClient,
    reference: Reference,
    digest: str,
    report: Callable[[str], None],
) -> Pulled:
    new: list[tuple[IncomingShard, FeedState]] = []
    unchanged, newer, moved = [], [], 0
    for entry, layer in chosen:
        path, here = store.path_of(directory, entry.shard), _fetched(directory, entry.shard)
        if here and path.stat().st_size == entry.size and store.sha256(path) == entry.sha256:
            unchanged.append(entry.shard)
        elif here and not reference.digest and here > entry.fetched:
            newer.append(entry.shard)
        else:
            report(entry.shard)
            _unpack(there, layer, entry, beside)
            moved += layer.size
            new.append((entry, readable(beside, entry)))
    for entry, state in new:
        place(beside, directory, entry, state)
    return Pulled(
        digest=digest,
        new=tuple(state for _, state in new),
        unchanged=tuple(unchanged),
        newer=tuple(newer),
        moved=moved,
    )


def _fetched(directory: Path, shard: str) -> str:
    """When the data of a shard that is there were last confirmed; empty if there is none that can be used."""
    if shard not in store.installed(directory):
        return ""
    try:
        with contextlib.closing(Shard(directory, shard)) as there:
            return there.state.fetched
    except DatabaseError:
        return ""


def _unpack(there: RegistryClient, layer: _Layer, entry: IncomingShard, beside: Path) -> None:
    digest = hashlib.sha256()
    try:
        with store.path_of(beside, entry.shard).open("wb") as file:
            plain = decompressed(there.blob(layer.digest, layer.size), Bounds(entry.size), (ZSTD,), plain=False)
            for piece in plain:
                digest.update(piece)
                file.write(piece)
    except (Damaged, TooLarge) as error:
        raise DatabaseError(f"the shard {entry.shard} in the registry is damaged: {error}") from error
    except ImageError as error:
        raise DatabaseError(
            f"the shard {entry.shard} in the registry is damaged: {error.message}", error.hint
        ) from error
    if digest.hexdigest() != entry.sha256:
        raise DatabaseError(f"the shard {entry.shard} in the registry is damaged: its digest is another")


def _decoded(data: bytes, address: str) -> _Manifest:
    try:
        manifest = msgspec.json.decode(data, type=_Manifest)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _no_database(address) from error
    if manifest.artifact_type != ARTIFACT:
        raise _no_database(address)
    schema = manifest.annotations.get(_SCHEMA, "")
    if schema != str(store.SCHEMA):
        raise DatabaseError(
            f"the database {address} has schema {schema or 'unknown'}, this program reads {store.SCHEMA}",
            "have it pushed by the same version of garboard",
        )
    return manifest


def _no_database(address: str) -> DatabaseError:
    return DatabaseError(f"{address} is no database of garboard", "push one with: garboard db push")


def _entries(manifest: _Manifest, address: str) -> Iterator[tuple[IncomingShard, _Layer]]:
    if len(manifest.layers) > MOST_SHARDS:
        raise DatabaseError(f"the database {address} has more than {MOST_SHARDS} shards")
    for layer in manifest.layers:
        said = layer.annotations
        size = said.get(_SIZE, "")
        sound = size.isascii() and size.isdecimal() and len(size) < 15 and int(size) <= LARGEST and said.get(_NAME)
        if layer.media_type != SHARD or not sound or not references.is_digest(layer.digest):
            raise DatabaseError(f"the database {address} has a layer that is no shard: {layer.digest[:80]}")
        yield (
            IncomingShard(
                shard=said[_NAME], size=int(size), sha256=said.get(_SHA256, ""), fetched=said.get(_FETCHED, "")
            ),
            layer,
        )


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@contextlib.contextmanager
def _connected(options: Options, address: str) -> Iterator[Client]:
    if options.offline:
        raise OfflineError(f"offline: {address} is in a registry", "leave out --offline to allow it")
    with Client(ca_file=options.ca_file, limits=options.limits) as client:
        yield client
