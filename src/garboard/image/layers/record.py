"""What one layer contributes to a scan, whatever lies below it: the unit that is cached."""

from __future__ import annotations

import msgspec

from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.package import Fact

Path = bytes
"""A path below the root, without a leading slash, in the archive's own bytes."""


class Link(Value):
    """A wanted path that is a link, for these readers. A symbolic link's target is as written; a hard link's a path."""

    path: Path
    target: Path
    hard: bool
    readers: tuple[str, ...]


class Reading(Value):
    """What one reader made of one regular file of the layer."""

    path: Path
    reader: str
    facts: tuple[Fact, ...]


class LayerRecord(Value):
    """One layer, read once.

    Attributes:
        readings: in the archive's order, the last of a path is the one that counts.
        others: wanted paths that hold a device, socket or the like.
        whiteouts: paths that the layer hides from lower ones.
        opaques: folders whose lower content it hides.
        names: all its members (see `garboard.image.layers.names`).
        diff_id: sha256 of the uncompressed bytes, where it was computed.
    """

    readings: tuple[Reading, ...] = ()
    links: tuple[Link, ...] = ()
    others: tuple[Path, ...] = ()
    whiteouts: tuple[Path, ...] = ()
    opaques: tuple[Path, ...] = ()
    names: tuple[bytes, ...] = ()
    gaps: tuple[Gap, ...] = ()
    members: int = 0
    diff_id: str = ""


_ENCODER = msgspec.msgpack.Encoder()


def encode(record: LayerRecord) -> bytes:
    """The record as MessagePack."""
    return _ENCODER.encode(record)


def decode(data: bytes) -> LayerRecord:
    """The inverse of `encode`. Raises `msgspec.MsgspecError` for anything else."""
    return msgspec.msgpack.decode(data, type=LayerRecord)
