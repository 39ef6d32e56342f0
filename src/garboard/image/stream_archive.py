"""An image archive that arrives as a stream: ``docker save`` in all its layouts, read once and never stored.

Its members come in any order, and which member is which layer is known only after ``manifest.json``, which often comes
last. So documents are kept, layers are handed over under their member name as they pass, and links are remembered.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from garboard.image.blobs import MEMBERS
from garboard.image.handle import Consume
from garboard.image.layers.compression import is_compressed
from garboard.image.layers.names import NameLog
from garboard.image.layers.tar import BLOCK, EVERYTHING, FILE, HARDLINK, SYMLINK, Member, StreamWindow, Walker, clean
from garboard.image.recognize import ROOT_NAMES
from garboard.model.errors import ImageError
from garboard.model.limits import Limits

_LINK_HOPS = 4
_NAMING = frozenset({"manifest.json", "index.json"})
"""What an image's own archive has."""


@dataclass(slots=True)
class StreamedArchive:
    """The contents of the stream: small JSON documents by member name, names of layers handed over, and links."""

    documents: dict[str, bytes] = field(default_factory=dict)
    layers: dict[str, int] = field(default_factory=dict)
    """Their sizes, by name."""
    links: dict[str, str] = field(default_factory=dict)
    root: bool = False
    """Whether this is no image's archive but a root file system's, which was not read on."""

    def layer(self, name: str) -> str | None:
        """Return the name under which a layer was handed over, following links; None if it was not."""
        for _ in range(_LINK_HOPS):
            if name in self.layers:
                return name
            name = self.links.get(name, "")
        return None


def stream(
    chunks: Iterator[bytes],
    consume: Consume,
    skip: Callable[[str], bool],
    limits: Limits,
    *,
    stop_at_root: bool = False,
) -> StreamedArchive:
    """Read an uncompressed archive to its end, handing over all layers except those that ``skip`` selects by name.

    Documents larger than ``limits.metadata_bytes`` (attestations can be) are left out.

    Raises:
        ImageError: The archive is damaged or truncated.
    """
    archive = StreamedArchive()
    window = StreamWindow(chunks)
    unread = msgspec.structs.replace(limits, file_bytes=-1, members=MEMBERS)
    for member in Walker(window, EVERYTHING, NameLog(), unread).walk():
        name = os.fsdecode(member.path)
        if stop_at_root and member.path.partition(b"/")[0] in ROOT_NAMES and not archive.documents.keys() & _NAMING:
            archive.root = True
            return archive
        if member.kind == FILE:
            _file(archive, window, member, name, consume, skip, limits)
        elif member.kind == HARDLINK:
            archive.links[name] = os.fsdecode(member.target)
        elif member.kind == SYMLINK:  # layers that two images share
            folder = member.path.rpartition(b"/")[0]
            archive.links[name] = os.fsdecode(clean(folder + b"/" + member.target)[0])
    for _ in chunks:  # the padding: a connection that is read to its end can be reused
        pass
    return archive


def _file(
    archive: StreamedArchive,
    window: StreamWindow,
    member: Member,
    name: str,
    consume: Consume,
    skip: Callable[[str], bool],
    limits: Limits,
) -> None:
    buffer, start, end = window.at(member.at, min(BLOCK, member.size))
    head = bytes(buffer[start : min(end, start + BLOCK, start + member.size)])
    if _is_layer(head, name):
        if not skip(name):
            archive.layers[name] = member.size
            consume(name, _data(window, member))
    elif head[:1] in {b"{", b"["} and member.size <= limits.metadata_bytes:
        archive.documents[name] = b"".join(_data(window, member))


def _is_layer(head: bytes, name: str) -> bool:
    """Report whether this is a layer, by content: a tar or a compressed stream. The name counts only for empty content."""
    if is_compressed(head) or head[257:262] == b"ustar":
        return True
    return not head.strip(b"\0") and (name.endswith(".tar") or len(head) == BLOCK)


def _data(window: StreamWindow, member: Member) -> Iterator[bytes]:
    position, end = member.at, member.at + member.size
    while position < end:
        buffer, start, stop = window.at(position, 1)
        chunk = bytes(buffer[start : min(stop, start + end - position)])
        if not chunk:
            raise ImageError("the image's archive ends in the middle of a layer", "export the image again")
        position += len(chunk)
        yield chunk
