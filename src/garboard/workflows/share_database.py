"""Shares the database by any OCI registry: each shard is a layer, found by its content, so that only what changed moves.

The manifest's layers are zstd-compressed shards; their annotations have the shard's name, the SHA-256 and the size of the
file that it becomes, and when its data were last confirmed. Pushed again, a shard that did not change is not uploaded, and
whoever has it does not fetch it. A signature lies beside the manifest under cosign's tag for it (``sha256-….sig``).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from garboard import feeds
from garboard.compression import ZSTD, Bounds, Damaged, TooLarge, decompressed, zstd_writer
from garboard.database import store, trust
from garboard.database.incoming import IncomingShard, listed, place, readable
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
from garboard.signing import SIGNATURE, SIMPLE, Signer, Verifier

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
_CONFIG_TYPE: Final = "application/vnd.oci.image.config.v1+json"
_MOST_SIGNATURES: Final = 100


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
    serial: int = 0
    """What the signature says; 0 without one."""


class Signing(NamedTuple):
    """With which key a database is signed, and for how long the statement counts."""

    signer: Signer
    valid: dt.timedelta


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
    signing: Signing | None = None,
    waiting: store.Waiting = lambda _told: None,
) -> Pushed:
    """Push shards under a tag. The signature is there before the tag names what is signed.

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
        tagged, before = _before(there, reference.tag)
        known = {one.annotations.get(_SHA256): one for one in before}
        layers, moved = [], 0
        for name in names:
            layer, sent = _pushed(directory, name, there, known)
            layers.append(layer)
            moved += sent
        config = _uploaded(there, directory, EMPTY, _CONFIG)
        annotations = {_SCHEMA: str(store.SCHEMA), _CREATED: rfc3339(now)}
        manifest = msgspec.json.encode(_Manifest(2, OCI_MANIFEST, config, tuple(layers), ARTIFACT, annotations))
        serial = _sign(there, directory, _digest(manifest), tagged, signing, now) if signing else 0
        digest = there.publish(reference.tag, manifest, OCI_MANIFEST)
    return Pushed(digest=digest, shards=names, moved=moved, total=sum(one.size for one in layers), serial=serial)


def _uploaded(there: Publisher, directory: Path, kind: str, data: bytes, **annotations: str) -> _Layer:
    blob = _Layer(kind, _digest(data), len(data), annotations)
    if not there.has_blob(blob.digest):
        with store.scratch(directory) as file:
            file.write_bytes(data)
            there.upload(file, blob.digest)
    return blob


def _sign(there: Publisher, directory: Path, digest: str, tagged: str, signing: Signing, now: dt.datetime) -> int:
    """Put a signature beside the manifest, and return its serial: higher than any before, whoever else pushes."""
    before = 0
    if tagged:
        with contextlib.suppress(DatabaseError, ImageError):
            before = _statement(there, tagged, signing.signer.verifier(), tagged).serial
    serial = max(before + 1, int(now.timestamp()))
    said = trust.SignedState(digest=digest, serial=serial, made=rfc3339(now), expires=rfc3339(now + signing.valid))
    payload = trust.payload(said, f"{there.host}/{there.path}")
    layer = _uploaded(there, directory, SIMPLE, payload)
    layer = msgspec.structs.replace(layer, annotations={SIGNATURE: signing.signer.sign(payload)})
    described = {"architecture": "", "os": "", "config": {}, "rootfs": {"type": "layers", "diff_ids": [layer.digest]}}
    config = _uploaded(there, directory, _CONFIG_TYPE, msgspec.json.encode(described))
    there.publish(
        _signature_tag(digest), msgspec.json.encode(_Manifest(2, OCI_MANIFEST, config, (layer,))), OCI_MANIFEST
    )
    return serial


def _signature_tag(digest: str) -> str:
    return f"{digest.replace(':', '-')}.sig"


def _statement(there: RegistryClient, digest: str, verifier: Verifier, address: str) -> trust.SignedState:
    """What the key's owner says of a manifest.

    Raises:
        DatabaseError: nothing, or nothing usable.
    """
    hint = "have it pushed with: garboard db push --sign-key FILE"
    try:
        manifest = msgspec.json.decode(there.manifest(_signature_tag(digest))[0], type=_Manifest)
    except NotServedError as error:
        raise DatabaseError(f"{address} is not signed, and a key is given", hint) from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise DatabaseError(f"the signature of {address} cannot be read", hint) from error
    refused = DatabaseError(
        f"no signature of {address} is by the key that is given",
        "look whether it is the right key, and the right registry",
    )
    for layer in manifest.layers[:_MOST_SIGNATURES]:
        if layer.media_type != SIMPLE or not references.is_digest(layer.digest):
            continue
        payload = there.small_blob(layer.digest)
        if verifier.signed(payload, layer.annotations.get(SIGNATURE, "")):
            try:
                said = trust.statement(payload, address)
            except DatabaseError as error:
                refused = error
                continue
            if said.digest == digest:
                return said
    raise refused


def _before(there: RegistryClient, tag: str) -> tuple[str, tuple[_Layer, ...]]:
    """The digest and the layers of what the tag names so far; nothing if it is new, or names something else."""
    try:
        data, digest = there.manifest(tag)
        return digest, _decoded(data, tag).layers
    except (NotServedError, DatabaseError):
        return "", ()


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
    now: dt.datetime,
    verifier: Verifier | None = None,
    waiting: store.Waiting = lambda _told: None,
    report: Callable[[str], None] = lambda _shard: None,
) -> Pulled:
    """Fetch the shards that are not there yet, all of them or those that are named.

    Under a tag, data that are older than what is there are left alone: somebody may have put an old state under it. A
    digest says exactly which state is wanted. Everything is verified before anything is replaced.

    With a key, what is not signed by it is refused; under a tag also what has expired, and what is older than what was
    accepted before.

    Raises:
        DatabaseError: the reference names no database that this program can read, or it is damaged or not to be trusted.
        ImageError, NetworkError: as the registry answers.
    """
    reference, wanted = references.parse(address), set(shards)
    with _connected(options, address) as client:
        there = RegistryClient(reference.registry, reference.registry, reference.repository, options, client)
        data, digest = there.manifest(reference.digest or reference.tag)
        said = _statement(there, digest, verifier, address) if verifier else None
        found = tuple(_entries(_decoded(data, address), address))
        listed((one for one, _ in found), f"the database {address}")
        entries = {one.shard: (one, layer) for one, layer in found}
        if missing := wanted - entries.keys():
            raise DatabaseError(f"{address} has no shard {min(missing)}", f"it has: {', '.join(sorted(entries))}")
        chosen = [entries[name] for name in sorted(wanted or entries)]
        with store.writing(directory, waiting), tempfile.TemporaryDirectory(prefix=store.PREFIX, dir=directory) as name:
            if verifier and said and not reference.digest:
                _refuse_old(directory, verifier, said, address, now)
            done = _replaced(directory, Path(name), chosen, there, reference, digest, report)
            if verifier and said:
                trust.accept(directory, verifier, said)
            return done


def _refuse_old(directory: Path, verifier: Verifier, said: trust.SignedState, address: str, now: dt.datetime) -> None:
    stay = "the data that are here stay; to take exactly this state, name it by its digest"
    if said.expired(now):
        raise DatabaseError(
            f"the signature of {address} counted until {said.expires}: nobody renews it, or newer data are held back",
            stay,
        )
    before = trust.accepted(directory, verifier)
    if before is None:
        return
    if said.serial < before.serial:
        raise DatabaseError(
            f"{address} has serial {said.serial}, older than {before.serial}, which was accepted before", stay
        )
    if said.serial == before.serial and said.digest != before.digest:
        raise DatabaseError(f"{address} has serial {said.serial} as {before.digest} has, and is not the same", stay)


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
