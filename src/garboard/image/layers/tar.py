"""The members of a tar archive, header by header: ustar, PAX, GNU and v7.

Data are skipped, not read, unless they are wanted. Follows POSIX.1-2017 (pax) and, where real archives differ, Go's
``archive/tar``, because containerd and Docker apply layers with it.
"""

from __future__ import annotations

import mmap
import re
import struct
import zlib
from collections.abc import Container, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from garboard.image.handle import Region
from garboard.image.layers.names import NameLog
from garboard.image.layers.sparse import SparseMap, gnu_map, pax_map
from garboard.model.errors import ImageError
from garboard.model.limits import MIB, Limits

BLOCK: Final = 512
_ZERO: Final = bytes(BLOCK)
_RELEASE: Final = 16 * MIB
_LARGEST: Final = 1 << 60
_ADLER: Final = 65521

FILE: Final = 0
SYMLINK: Final = 1
HARDLINK: Final = 2
WHITEOUT: Final = 3
OPAQUE: Final = 4
OTHER: Final = 5
PROGRAM: Final = 6

_REGULAR: Final = frozenset(b"0\x007S")
_HEADER_ONLY: Final = frozenset(b"123456")
_SPECIAL: Final = frozenset(b"xgLKXVMND")
ELF: Final = b"\x7fELF"
SCRIPT: Final = b"#!"
_PROGRAM_LEAST: Final = 64
"""Bytes of an ELF header."""
_PROGRAM_HEAD: Final = 4096
"""So much of a program is handed over, or less if the archive is read as a stream and the rest has not arrived."""


class Member(NamedTuple):
    """A member that matters.

    ``path`` has no leading slash, dot or trailing slash; for `WHITEOUT` it is the hidden path, for `OPAQUE` the folder.
    ``target`` is a link's target, as written. ``data`` is a wanted file's bytes, or as many of them as its readers need,
    ``None`` if it exceeds the limit on files; a `PROGRAM` is an executable ELF file or script that no path asks for, and ``data``
    its beginning. ``at`` is where a file's data start in the archive.
    """

    kind: int
    path: bytes
    target: bytes = b""
    data: bytes | None = None
    size: int = 0
    at: int = 0


class Window(Protocol):
    """Bytes of an archive around a position."""

    def at(self, position: int, need: int) -> tuple[bytes | mmap.mmap, int, int]:
        """Return a buffer, the position within it, and its end, with ``need`` bytes available unless the archive ends.

        If the archive ends before ``position``, the position within is past the end. Positions only grow.
        """
        ...

    def release(self, position: int) -> None:
        """Release bytes before this position; they are not needed any more."""
        ...


class WantedMembers(Protocol):
    """The members to hand over, in the form of `garboard.image.layers.globs.Matcher`.

    `readers` is called for members with a last component that is in ``names`` or ends with one of ``suffixes``, or with
    a path that starts with one of ``folders``.
    """

    @property
    def names(self) -> Container[bytes]: ...

    @property
    def suffixes(self) -> tuple[bytes, ...]: ...

    @property
    def folders(self) -> tuple[bytes, ...]: ...

    @property
    def programs(self) -> str:
        """Who wants programs, wherever they are; empty if nobody does."""
        ...

    def readers(self, path: bytes) -> tuple[str, ...]: ...

    def head(self, readers: Sequence[str]) -> int | None:
        """How many bytes of a file are enough for these readers; None if one of them wants all."""
        ...


class _Everything:
    """Every path is wanted."""

    names: Container[bytes] = ()
    suffixes = (b"",)
    folders = ()
    programs = ""

    def readers(self, path: bytes) -> tuple[str, ...]:  # noqa: ARG002
        return ("",)

    def head(self, readers: Sequence[str]) -> int | None:  # noqa: ARG002
        return None


EVERYTHING: Final[WantedMembers] = _Everything()
"""Wants every member: for an image's own archive, which has few. Set its limit on files so that none is read."""


class MappedWindow:
    """A mapped file; the window is the whole archive. Pages already passed are returned to the system."""

    __slots__ = ("_done", "_region")

    def __init__(self, region: Region) -> None:
        self._region = region
        self._done = region.start

    def at(self, position: int, need: int) -> tuple[bytes | mmap.mmap, int, int]:  # noqa: ARG002
        return self._region.map, position, self._region.end

    def release(self, position: int) -> None:
        page = mmap.PAGESIZE
        start = -(-self._done // page) * page
        length = min(position, self._region.end) // page * page - start
        if length > 0:
            self._region.map.madvise(mmap.MADV_DONTNEED, start, length)
            self._done = start + length


class StreamWindow:
    """Chunks that arrive one after the other; those already passed are dropped."""

    __slots__ = ("_buffer", "_chunks", "_offset")

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._buffer = b""
        self._offset = 0

    def at(self, position: int, need: int) -> tuple[bytes | mmap.mmap, int, int]:
        start = position - self._offset
        parts = [self._buffer[start:]]
        skip = start - len(self._buffer)
        while skip > 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                self._buffer, self._offset = b"", position - skip
                return b"", skip, 0
            parts = [chunk[skip:]]
            skip -= len(chunk)
        have = len(parts[0])
        while have < need:
            chunk_or_end = next(self._chunks, None)
            if chunk_or_end is None:
                break
            parts.append(chunk_or_end)
            have += len(chunk_or_end)
        self._buffer = b"".join(parts)
        self._offset = position
        return self._buffer, 0, have

    def release(self, position: int) -> None:
        """Do nothing: `at` drops what was passed."""


class Extended(NamedTuple):
    """The data about the next member in PAX and GNU extension headers."""

    path: bytes | None = None
    link: bytes | None = None
    size: int | None = None
    records: dict[bytes, bytes] = {}  # noqa: RUF012  (never changed: `_replace` makes another)


_NOTHING: Final = Extended()
_HEADER: Final = struct.Struct("100s24x11sB12x8sB188xB166x")
"""Name, size, the byte after the size, checksum, type flag, and the first byte of the name's prefix."""
_ODD: Final = re.compile(rb"/[./]")
"""Found in names that may not be plain paths below the root yet."""


def number(field: bytes) -> int:
    """Parse a numeric header field: octal text, or base-256 if the first bit is set.

    Raises:
        ValueError: The field is neither.
    """
    if field and field[0] & 0x80:
        if field[0] & 0x40:
            raise ValueError("negative")
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:])
    text = field.strip(b" \0")
    return int(text.partition(b"\0")[0] or b"0", 8)


def clean(name: bytes) -> tuple[bytes, bool]:
    """Return the name as a path below the root, and whether it tried to leave the root."""
    parts: list[bytes] = []
    escaped = False
    for part in name.split(b"/"):
        if part in (b"", b"."):
            continue
        if part == b"..":
            escaped = escaped or not parts
            del parts[-1:]
        else:
            parts.append(part)
    return b"/".join(parts), escaped


def _records(data: bytes) -> dict[bytes, bytes]:
    """Parse PAX records, each ``length key=value newline``."""
    found: dict[bytes, bytes] = {}
    position = 0
    while position < len(data):
        blank = data.find(b" ", position, position + 20)
        if blank < 0:
            raise ValueError("no length")
        length = int(data[position:blank])
        record = data[blank + 1 : position + length]
        if length <= blank + 1 - position or position + length > len(data) or record[-1:] != b"\n":
            raise ValueError("bad length")
        key, equals, value = record[:-1].partition(b"=")
        if not equals:
            raise ValueError("no value")
        if key == b"GNU.sparse.numbytes" and b"GNU.sparse.offset" in found:  # format 0.0 repeats its two keys
            pair = found[b"GNU.sparse.offset"] + b"," + value
            found[b"GNU.sparse.map"] = found[b"GNU.sparse.map"] + b"," + pair if b"GNU.sparse.map" in found else pair
        found[key] = value
        position += length
    return found


def is_header(block: bytes) -> bool:
    """Report whether 512 bytes are a tar header, judging by the checksum."""
    try:
        return len(block) == BLOCK and any(block) and sum(block) - sum(block[148:156]) + 256 == number(block[148:156])
    except ValueError:
        return False


class Walker:
    """One pass over one archive.

    ``escapes`` counts names that tried to leave the root; they are clamped to it, as in containerd.

    Raises:
        ImageError: The archive is damaged or exceeds a limit.
    """

    __slots__ = ("_extended", "_global", "_limits", "_matcher", "_names", "_on_every", "_position", "_wanted", "_window",
                 "escapes", "members")  # fmt: skip

    def __init__(self, window: Window, matcher: WantedMembers, names: NameLog, limits: Limits, start: int = 0) -> None:
        self._window = window
        self._matcher = matcher
        self._names = names
        self._limits = limits
        self._position = start
        self._global: dict[bytes, bytes] = {}
        self._extended = _NOTHING
        self._wanted = 0
        self.escapes = 0
        self.members = 0

    def _damaged(self, what: str, position: int) -> ImageError:
        return ImageError(f"the tar archive is damaged at byte {position}: {what}", "fetch or export the image again")

    def walk(self) -> Iterator[Member]:  # noqa: C901, PLR0912, PLR0915  (the hot loop: a call costs as much as half a member)
        """Yield the members that matter, in the archive's order; the names of all others only go to the log."""
        window, matcher, log = self._window, self._matcher, self._names
        names, suffixes, folders = matcher.names, matcher.suffixes, matcher.folders
        append = log.fields.append
        adler32, unpack, odd = zlib.adler32, _HEADER.unpack, _ODD.search
        position = self._position
        buffer, at, end = window.at(position, BLOCK)
        shift = position - at
        released = position + _RELEASE
        members = 0
        limit = self._limits.members
        programs = bool(matcher.programs)
        special = False
        extended = _NOTHING
        while True:
            at = position - shift
            if at + BLOCK > end:
                buffer, at, end = window.at(position, BLOCK)
                shift = position - at
                if at + BLOCK > end:
                    if at != end:
                        raise self._damaged("it ends in the middle of a member", position)
                    break
            header = buffer[at : at + BLOCK]
            position += BLOCK
            name, octal, ends, stored, flag, prefixed = unpack(header)
            try:
                size = int(octal, 8)
                # The checksum is the sum of all bytes, with its own field read as blanks: the lower half of Adler-32 is
                # such a sum.
                if (
                    size < 0
                    or ends > 0x20  # a twelfth digit
                    or ((adler32(header) & 0xFFFF) - (adler32(stored) & 0xFFFF) + 256 - int(stored[:6], 8)) % _ADLER
                ):
                    raise ValueError("checksum")  # noqa: TRY301
            except ValueError:
                if header == _ZERO:
                    self._check_end(position)
                    break
                size = self._slow_size(header, position - BLOCK)
            members += 1
            if flag in _SPECIAL:
                if flag == 0x78 and position - shift + size <= end and size < BLOCK:
                    text = buffer[position - shift : position - shift + size]
                    if not (
                        b"path=" in text or b"size=" in text or b"GNU." in text
                    ):  # times and owners: the usual case
                        position += (size + 511) & -512
                        continue
                position = self._special(header, flag, size, position)
                buffer, at, end = window.at(position, BLOCK)
                shift = position - at
                special = True
                continue
            zero = name.find(b"\0")
            if zero >= 0:
                name = name[:zero]
            if prefixed and header[257:263] == b"ustar\0":
                name = header[345:500].partition(b"\0")[0] + b"/" + name
            if special:
                name, size, extended = self._apply(self._extended, name, size, position - BLOCK)
                self._extended = _NOTHING
                special = bool(self._global)
            elif extended is not _NOTHING:
                extended = _NOTHING
            if name[:2] == b"./":
                name = name[2:]
            folder_flag = flag == 0x35 or (flag == 0 and name[-1:] == b"/")
            if folder_flag and name[-1:] == b"/":
                name = name[:-1]
            if not name or name[0] in b"./" or name[-1] == 0x2F or odd(name):
                name, escaped = clean(name)
                self.escapes += escaped
            data_at = position
            if folder_flag:
                if flag == 0x35:
                    size = 0
            elif flag in _HEADER_ONLY:
                size = 0
            position += (size + 511) & -512
            if position > released:
                window.release(data_at)
                released = position + _RELEASE
                self._count(members, limit)
                log.pack()
            if not name:
                continue
            slash = name.rfind(b"/")
            last = name[slash + 1 :]
            if last[:4] == b".wh.":
                yield self._whiteout(name, slash, last)
                continue
            if folder_flag:
                append(b"d" + name)
            elif flag == 0x32:
                link = extended.link
                target = link if link is not None else header[157:257].partition(b"\0")[0]
                append(b"l" + name)
                append(b">" + target.replace(b"\0", b""))
            else:
                append(b"f" + name)
            if last in names or last.endswith(suffixes) or name.startswith(folders):
                wanted = () if folder_flag else matcher.readers(name)
                if not wanted:
                    continue
                member, position = self._hand_over(
                    header, name, extended, size, data_at, position, matcher.head(wanted)
                )
                yield member
                buffer, at, end = window.at(position, BLOCK)
                shift = position - at
            elif flag == 0x30 and programs and size >= _PROGRAM_LEAST and (header[104] & 1 or b"bin/" in name):
                # An odd digit of the mode: it may be executed.
                if data_at - shift + _PROGRAM_LEAST > end:
                    buffer, at, end = window.at(data_at, _PROGRAM_LEAST)
                    shift = data_at - at
                at = data_at - shift
                if buffer[at : at + 4] == ELF or buffer[at : at + 2] == SCRIPT:
                    yield Member(
                        PROGRAM, name, b"", bytes(buffer[at : min(at + min(size, _PROGRAM_HEAD), end)]), size, data_at
                    )
            elif flag == 0x53:
                position = self._skip_old_sparse(header, data_at, size)
                buffer, at, end = window.at(position, BLOCK)
                shift = position - at
        self._position = position
        self.members = members
        self._count(members, limit)

    def _hand_over(
        self, header: bytes, name: bytes, extended: Extended, size: int, data_at: int, position: int, head: int | None
    ) -> tuple[Member, int]:
        """Return a wanted member that is not a folder, and the position after it."""
        flag = header[156]
        if flag in b"12":
            link = extended.link if extended.link is not None else header[157:257].partition(b"\0")[0]
            return (Member(SYMLINK, name, link) if flag == 0x32 else Member(HARDLINK, name, clean(link)[0])), position
        if flag in _HEADER_ONLY:
            return Member(OTHER, name), position
        if head is not None and not any(key.startswith(b"GNU.sparse.") for key in extended.records) and flag != 0x53:
            return Member(FILE, name, b"", self._read(data_at, min(size, head)), size, data_at), position
        sparse = self._sparse(header, flag, extended, data_at)
        stored, real = size, size
        if sparse is not None:
            data_at, real = sparse.data_at, sparse.size
            stored = size if sparse.stored is None else sparse.stored
            if flag == 0x53:
                position = data_at + ((size + 511) & -512)
        data = None if real > self._limits.file_bytes else self._read(data_at, stored)
        if data is not None and sparse is not None:
            data = self._expand(sparse, data, data_at)
        return Member(FILE, name, b"", data, real, data_at), position

    def _count(self, members: int, limit: int) -> None:
        if members > limit:
            raise ImageError(f"a layer has more than {limit} members, the limit", "raise GARBOARD_LIMIT_MEMBERS if it is to be trusted")  # fmt: skip

    def _check_end(self, position: int) -> None:
        """Check that one zero block is followed by another, or by nothing (as in Go's reader)."""
        buffer, at, end = self._window.at(position, BLOCK)
        if at + BLOCK <= end and buffer[at : at + BLOCK] != _ZERO:
            raise self._damaged("a lone zero block", position - BLOCK)

    def _slow_size(self, header: bytes, position: int) -> int:
        """Return the size if the fast path failed; verifies the full checksum."""
        try:
            stored = number(header[148:156])
            size = number(header[124:136])
        except ValueError as error:
            raise self._damaged("a header holds no numbers", position) from error
        rest = header[:148] + header[156:]
        unsigned = sum(rest) + 8 * 32
        signed = unsigned - 256 * sum(1 for byte in rest if byte > 127)
        if stored not in (unsigned, signed):
            raise self._damaged("a header's checksum is wrong", position)
        if not 0 <= size <= _LARGEST:
            raise self._damaged(f"a member claims {size} bytes", position)
        return size

    def _read(self, position: int, size: int) -> bytes:
        self._wanted += size
        if self._wanted > self._limits.wanted_bytes:
            raise ImageError(
                f"the files that scans read sum up to more than {self._limits.wanted_bytes} bytes in one layer, the limit",
                "if the image is to be trusted, raise the limit: GARBOARD_LIMIT_WANTED_BYTES",
            )
        buffer, at, end = self._window.at(position, size)
        if at + size > end:
            raise self._damaged("it ends in the middle of a file", position)
        return bytes(buffer[at : at + size])

    def _special(self, header: bytes, flag: int, size: int, position: int) -> int:
        """Read an extension header; return the position after it."""
        if flag in b"xgLKX":
            if size > self._limits.special_bytes:
                raise self._damaged(
                    f"an extension header of {size} bytes passes the limit of {self._limits.special_bytes}",
                    position - BLOCK,
                )
            data = self._read(position, size)
            try:
                self._extend(flag, data)
            except ValueError as error:
                raise self._damaged(f"an extension header cannot be read ({error})", position - BLOCK) from error
        elif flag == 0x4D:
            raise self._damaged("it continues another archive's member", position - BLOCK)
        elif flag == 0x44:
            self._names.fields.append(b"d" + clean(header[:100].partition(b"\0")[0])[0])
        return position + ((size + 511) & -512)

    def _extend(self, flag: int, data: bytes) -> None:
        if flag == 0x4C:
            self._extended = self._extended._replace(path=data.partition(b"\0")[0])
        elif flag == 0x4B:
            self._extended = self._extended._replace(link=data.partition(b"\0")[0])
        elif flag == 0x67:
            self._global |= _records(data)
        else:
            records = _records(data)
            size = records.get(b"size")
            self._extended = Extended(
                path=records.get(b"GNU.sparse.name") or records.get(b"path") or self._extended.path,
                link=records.get(b"linkpath") or self._extended.link,
                size=int(size) if size else None,
                records=records,
            )

    def _apply(self, extended: Extended, name: bytes, size: int, position: int) -> tuple[bytes, int, Extended]:
        if self._global:
            records = self._global | extended.records
            text = records.get(b"size")
            extended = Extended(
                path=extended.path or records.get(b"path"),
                link=extended.link or records.get(b"linkpath"),
                size=int(text) if text else extended.size,
                records=records,
            )
        if extended.path is not None:
            name = extended.path.partition(b"\0")[0] or name
        if extended.size is not None:
            size = extended.size
            if not 0 <= size <= _LARGEST:
                raise self._damaged(f"a member claims {size} bytes", position)
        if len(name) > self._limits.path_bytes:
            raise self._damaged(f"a path of {len(name)} bytes passes the limit of {self._limits.path_bytes}", position)
        return name, size, extended

    @staticmethod
    def _whiteout(name: bytes, slash: int, last: bytes) -> Member:
        folder = name[: max(slash, 0)]
        if last == b".wh..wh..opq":
            return Member(OPAQUE, folder)
        if last[:8] == b".wh..wh.":
            return Member(OTHER, name)  # aufs' own bookkeeping
        return Member(WHITEOUT, (folder + b"/" if folder else b"") + last[4:])

    def _sparse(self, header: bytes, flag: int, extended: Extended, data_at: int) -> SparseMap | None:
        try:
            if flag == 0x53:
                return gnu_map(header, data_at, self._read, number)
            if any(key.startswith(b"GNU.sparse.") for key in extended.records):
                return pax_map(extended.records, data_at, self._read, self._limits.special_bytes)
        except ValueError as error:
            raise self._damaged(f"a sparse file's map cannot be read ({error})", data_at) from error
        return None

    def _expand(self, sparse: SparseMap, data: bytes, position: int) -> bytes:
        try:
            return sparse.expand(data)
        except ValueError as error:
            raise self._damaged(f"a sparse file cannot be put together ({error})", position) from error

    def _skip_old_sparse(self, header: bytes, data_at: int, size: int) -> int:
        sparse = self._sparse(header, 0x53, _NOTHING, data_at)
        return (sparse.data_at if sparse else data_at) + ((size + 511) & -512)
