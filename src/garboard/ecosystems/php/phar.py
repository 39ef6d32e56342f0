"""Reads PHP archives in place: the manifest behind their first script, and single members within bounds.

The format is of PHP's manual, "Phar File Format". Archives in the form of a tar or a zip, or compressed as a whole, are others.
"""

from __future__ import annotations

import bz2
import re
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

_HALT: Final = re.compile(rb"__HALT_COMPILER\(\);(?:[ \n]?\?>)?(?:\r\n|\n)?")
_STUB: Final = 1024 * 1024
"""Bytes of the script before the manifest."""
_HEAD: Final = struct.Struct("<IIHII")
"""Length of the manifest, members, version of the format, flags, length of the alias."""
_MEMBER: Final = struct.Struct("<IIIIII")
"""After the name: real size, time, stored size, checksum, flags, length of the metadata."""
_LENGTH: Final = struct.Struct("<I")
_DEFLATED: Final = 0x1000
_BZIP2: Final = 0x2000
_MOST: Final = 200_000
_TEXT: Final = 16 * 1024 * 1024


class BadPhar(ValueError):
    """No PHP archive of the own form, a damaged one, or one beyond a bound."""


class PharMember(NamedTuple):
    """A file in the archive: where its stored bytes lie, its real size, and how it is packed."""

    name: str
    at: int
    stored: int
    size: int
    flags: int


def members(data: memoryview) -> Iterator[PharMember]:
    """Yield the members in the archive's order.

    Raises:
        BadPhar: as its docstring says.
    """
    halt = _HALT.search(data[:_STUB])
    if halt is None:
        raise BadPhar("is no PHP archive of the form that is read: a script with a manifest behind it")
    start = halt.end()
    length, count, _, _, alias = _unpack(_HEAD, data, start)
    at, end = start + _HEAD.size + alias, start + _LENGTH.size + length
    (metadata,) = _unpack(_LENGTH, data, at)
    at += _LENGTH.size + metadata
    if end > len(data) or count > _MOST or at > end:
        raise BadPhar("its manifest is not where it says")
    content = end
    for _ in range(count):
        (named,) = _unpack(_LENGTH, data, at)
        name = bytes(data[at + _LENGTH.size : at + _LENGTH.size + min(named, end)])
        at += _LENGTH.size + named
        size, _, stored, _, flags, metadata = _unpack(_MEMBER, data, at)
        at += _MEMBER.size + metadata
        if at > end or content + stored > len(data):
            raise BadPhar("its manifest ends before its members do")
        yield PharMember(name.decode("utf-8", "replace"), content, stored, size, flags)
        content += stored


def read(data: memoryview, member: PharMember) -> bytes:
    """Return a member's bytes.

    Raises:
        BadPhar: it is damaged, or too large.
    """
    if member.size > _TEXT:
        raise BadPhar(f"{member.name} has {member.size} bytes; the limit is {_TEXT}")
    stored = data[member.at : member.at + member.stored]
    try:
        found = _plain(stored, member)
    except (OSError, ValueError, EOFError) as error:
        raise BadPhar(f"{member.name} is damaged: {error}") from error
    if len(found) != member.size:
        raise BadPhar(f"{member.name} has other sizes than the manifest says")
    return found


def _plain(stored: memoryview, member: PharMember) -> bytes:
    if member.flags & _DEFLATED:
        import zlib

        try:
            return zlib.decompressobj(-15).decompress(stored, member.size + 1)
        except zlib.error as error:
            raise ValueError(str(error)) from error
    if member.flags & _BZIP2:
        return bz2.BZ2Decompressor().decompress(stored, member.size + 1)
    return bytes(stored)


def _unpack(form: struct.Struct, data: memoryview, at: int) -> tuple[int, ...]:
    if at + form.size > len(data):
        raise BadPhar("its manifest is cut off")
    return form.unpack_from(data, at)
