"""Shards in one file, for machines without a network: a zstd-compressed tar with ``manifest.json`` as its first member.

The same shards always produce the same bytes. The manifest has each shard's SHA-256; the person who carries the bundle
is shown the bundle's own digest.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO

import msgspec

from garboard.compression import ZSTD, Bounds, Damaged, TooLarge, chunks_of, decompressed, stream, zstd_writer
from garboard.database import store
from garboard.database.incoming import IncomingShard, listed, place, readable
from garboard.database.shard import Shard
from garboard.model.advisory import FeedState
from garboard.model.base import Value
from garboard.model.errors import DatabaseError, UsageError
from garboard.model.limits import MIB

FORMAT = 1
MANIFEST = "manifest.json"
MANIFEST_BYTES = 4 * 1024 * 1024
CHUNK = 1024 * 1024
LEVEL = 9
LARGEST = 256 * 1024 * MIB
"""The size limit of a decompressed bundle."""


class BundleManifest(Value):
    """The contents of a bundle, in the order of its members."""

    format: int
    schema: int
    shards: tuple[IncomingShard, ...]


def export(directory: Path, names: Iterable[str], target: Path, waiting: store.Waiting = lambda _told: None) -> str:
    """Write a bundle of these shards and return its digest (``sha256:…``). An existing file is replaced atomically.

    Raises:
        DatabaseError: A shard is missing or cannot be used, or the file cannot be written.
    """
    wanted = tuple(sorted(names))
    if absent := set(wanted) - set(store.installed(directory)):
        raise DatabaseError(f"the database has no shard {min(absent)}", f"garboard db update {min(absent)}")
    if not wanted:
        raise UsageError("there is nothing to export", "garboard db update debian osv:PyPI")
    try:
        with store.writing(directory, waiting), store.scratch(target.absolute().parent) as written:
            manifest = BundleManifest(
                format=FORMAT, schema=store.SCHEMA, shards=tuple(_entry(directory, name) for name in wanted)
            )
            _write(directory, manifest, written)
            store.install(written, target)
    except OSError as error:
        raise DatabaseError(f"cannot write {target}: {error.strerror}") from error
    return f"sha256:{store.sha256(target)}"


def _entry(directory: Path, name: str) -> IncomingShard:
    with contextlib.closing(Shard(directory, name)) as shard:
        path, state = shard.path, shard.state
    return IncomingShard(shard=name, size=path.stat().st_size, sha256=store.sha256(path), fetched=state.fetched)


def _write(directory: Path, manifest: BundleManifest, written: Path) -> None:
    with (
        zstd_writer(written, LEVEL) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.GNU_FORMAT) as archive,
    ):
        data = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        archive.addfile(_member(MANIFEST, len(data)), io.BytesIO(data))
        for entry in manifest.shards:
            path = store.path_of(directory, entry.shard)
            with path.open("rb") as file:
                archive.addfile(_member(path.name, entry.size), file)


def _member(name: str, size: int) -> tarfile.TarInfo:
    """Build a tar header without anything specific to this machine or time, so that the same data make the same bundle."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o644
    return member


def unpack(
    directory: Path, bundle: Path, digest: str = "", waiting: store.Waiting = lambda _told: None
) -> tuple[FeedState, ...]:
    """Install the shards of a bundle; shards that it does not contain are left alone.

    Everything is verified before anything is replaced: the bundle against ``digest`` (``sha256:…``) if given, each
    shard against the manifest and against the digest of its content, and that this program can read it.

    Raises:
        DatabaseError: A verification failed.
    """
    _compare(bundle, digest)
    with store.writing(directory, waiting), tempfile.TemporaryDirectory(prefix=store.PREFIX, dir=directory) as name:
        beside = Path(name)
        try:
            manifest = _extract(bundle, beside)
        except (OSError, EOFError, tarfile.TarError, Damaged, TooLarge) as error:
            if isinstance(error, OSError) and store.is_full(error):
                reason = f"there is no room for the bundle's shards in {directory}: {(error.strerror or '').lower()}"
                raise DatabaseError(reason, store.ROOM) from error
            raise DatabaseError(f"the bundle {bundle} is damaged: {error}") from error
        states = tuple(readable(beside, entry) for entry in manifest.shards)
        for entry, state in zip(manifest.shards, states, strict=True):
            place(beside, directory, entry, state)
    return states


def _compare(bundle: Path, digest: str) -> None:
    try:
        found = f"sha256:{store.sha256(bundle)}"
    except OSError as error:
        raise DatabaseError(f"cannot read the bundle {bundle}: {error.strerror}") from error
    if digest and digest.removeprefix("sha256:").lower() != found.removeprefix("sha256:"):
        raise DatabaseError(
            f"the bundle {bundle} has the digest {found}, not {digest}", "it was damaged or exchanged: fetch it again"
        )


def _extract(bundle: Path, beside: Path) -> BundleManifest:
    with bundle.open("rb") as packed, tarfile.open(fileobj=_plain(packed), mode="r|") as archive:
        members = iter(archive)
        manifest = _manifest(archive, next(members, None))
        listed(manifest.shards, "the bundle's manifest")
        for entry, member in zip(manifest.shards, _padded(members), strict=False):
            place = store.path_of(beside, entry.shard)
            source = archive.extractfile(member) if member is not None and member.isreg() else None
            if member is None or source is None or (member.name, member.size) != (place.name, entry.size):
                raise DatabaseError(f"the bundle does not hold what its manifest says of {entry.shard}")
            if _copy(source, place) != entry.sha256:
                raise DatabaseError(f"the shard {entry.shard} of the bundle is damaged: its digest is another")
    return manifest


def _plain(packed: IO[bytes]) -> BinaryIO:
    return stream(decompressed(chunks_of(packed), Bounds(LARGEST), (ZSTD,), plain=False))


def _padded(members: Iterator[tarfile.TarInfo]) -> Iterator[tarfile.TarInfo | None]:
    yield from members
    while True:
        yield None


def _manifest(archive: tarfile.TarFile, member: tarfile.TarInfo | None) -> BundleManifest:
    source = archive.extractfile(member) if member is not None and member.isreg() else None
    if member is None or source is None or member.name != MANIFEST or member.size > MANIFEST_BYTES:
        raise DatabaseError("this is not a bundle of garboard: its first member is not manifest.json")
    try:
        manifest = msgspec.json.decode(source.read(), type=BundleManifest)
    except (msgspec.MsgspecError, ValueError) as error:
        raise DatabaseError(f"the bundle's manifest cannot be read: {error}") from error
    if (manifest.format, manifest.schema) != (FORMAT, store.SCHEMA):
        raise DatabaseError(
            f"the bundle has format {manifest.format} and schema {manifest.schema}, this program reads {FORMAT} and "
            f"{store.SCHEMA}",
            "export it with the same version of garboard",
        )
    return manifest


def _copy(source: IO[bytes], place: Path) -> str:
    digest = hashlib.sha256()
    with place.open("wb") as file:
        while piece := source.read(CHUNK):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()
