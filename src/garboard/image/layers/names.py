"""The names of a layer's members in compact form: other members decide which files a file hides.

A record is one field, ``f``path (anything but a folder or a symbolic link) or ``d``path (folder), or two fields,
``l``path and ``>``target (symbolic link). Fields are joined with NUL and deflated in blocks, so that three million
names take only some tens of megabytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from isal import isal_zlib

_BLOCK: Final = 8192
_DEFLATE_RAW: Final = -15


class NameLog:
    """Collects names in archive order; `append` is a list's own method, for a hot loop.

    Attributes:
        fields: the records' fields (see above).
        folders: folders that hold members, each with its trailing slash, at least once.
        links: symbolic links, each with its target.
    """

    __slots__ = ("_blocks", "_look", "fields", "folders", "links")

    def __init__(self, look: Callable[[list[bytes], list[tuple[bytes, bytes]]], None] | None = None) -> None:
        """``look`` is shown all folders and links, once."""
        self._look = look
        self._blocks: list[bytes] = []
        self.fields: list[bytes] = []
        self.folders: list[bytes] = []
        self.links: list[tuple[bytes, bytes]] = []

    def pack(self) -> None:
        """Deflate the collected names once they fill a block."""
        if len(self.fields) >= _BLOCK:
            self._flush()

    def _flush(self) -> None:
        if self._look is not None:
            self._look(self.folders, self.links)
        self.folders.clear()
        self.links.clear()
        if self.fields:
            self._blocks.append(isal_zlib.compress(b"\0".join(self.fields), 1, _DEFLATE_RAW))
            self.fields.clear()

    def blocks(self) -> tuple[bytes, ...]:
        """Return all names, packed."""
        self._flush()
        return tuple(self._blocks)


def unpack(blocks: tuple[bytes, ...]) -> Iterator[list[bytes]]:
    """Yield the fields, one block at a time; the two fields of a link are in one block."""
    for block in blocks:
        yield isal_zlib.decompress(block, _DEFLATE_RAW).split(b"\0")


def links(blocks: tuple[bytes, ...]) -> Iterator[bytes]:
    """Yield the paths of all symbolic links."""
    for block in blocks:
        names: bytes = isal_zlib.decompress(block, _DEFLATE_RAW)
        end = names.find(b"\0>")
        while end >= 0:
            yield names[names.rfind(b"\0", 0, end) + 2 : end]
            end = names.find(b"\0>", end + 2)
