"""One layer's contribution to a scan, independent of the layers below it: the unit that is cached."""

from __future__ import annotations

import msgspec

from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.package import Fact

Path = bytes
"""A path below the root, without a leading slash, in the archive's own bytes."""


class Link(Value):
    """A wanted path that is a link, for these readers.

    A symbolic link's target is as written; a hard link's target is a path.
    """

    path: Path
    target: Path
    hard: bool
    readers: tuple[str, ...]


class Reading(Value):
    """One reader's result for one regular file of the layer."""

    path: Path
    reader: str
    facts: tuple[Fact, ...]


class LayerRecord(Value):
    """One layer, read once.

    Attributes:
        readings: In the archive's order; the last one of a path counts.
        others: Wanted paths that hold a device, socket or similar.
        whiteouts: Paths that the layer hides in lower layers.
        opaques: Folders with lower content that it hides.
        programs: Programs and shared libraries, each with a number that another content most likely does not have.
        names: All its members (see `garboard.image.layers.names`).
        diff_id: SHA-256 of the uncompressed bytes, if it was computed.
    """

    readings: tuple[Reading, ...] = ()
    links: tuple[Link, ...] = ()
    others: tuple[Path, ...] = ()
    whiteouts: tuple[Path, ...] = ()
    opaques: tuple[Path, ...] = ()
    programs: tuple[tuple[Path, int], ...] = ()
    names: tuple[bytes, ...] = ()
    gaps: tuple[Gap, ...] = ()
    members: int = 0
    diff_id: str = ""


_ENCODER = msgspec.msgpack.Encoder()


def encode(record: LayerRecord) -> bytes:
    """Encode the record as MessagePack."""
    return _ENCODER.encode(record)


def decode(data: bytes) -> LayerRecord:
    """Decode a record written by `encode`.

    Raises:
        msgspec.MsgspecError: The data are anything else.
    """
    return msgspec.msgpack.decode(data, type=LayerRecord)
