"""The members of a tar archive, header by header: ustar, PAX, GNU and v7.

Data are skipped, not read, unless they are wanted. Read as Go's ``archive/tar`` reads, because containerd and Docker apply
layers with it; where that departs from POSIX.1-2017 (pax) too: a global header says nothing about members, and a PAX header
takes the place of the one before it. What these engines refuse is an error.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Container, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from isal import isal_zlib

from garboard.compression import LZMA
from garboard.executables import SIGNS, WEB_ASSEMBLY
from garboard.image.handle import Region
from garboard.image.layers.names import NameLog
from garboard.image.layers.sparse import SparseMap, is_sparse, pax_map
from garboard.model.errors import ImageError
from garboard.model.limits import MIB, Limits

BLOCK: Final = 512
_ZERO: Final = bytes(BLOCK)
_RELEASE: Final = 16 * MIB
_LARGEST: Final = 1 << 60
_ADLER: Final = 65521
_LONGEST_NUMBER: Final = 40

FILE: Final = 0
SYMLINK: Final = 1
HARDLINK: Final = 2
WHITEOUT: Final = 3
OPAQUE: Final = 4
OTHER: Final = 5
PROGRAM: Final = 6

_REGULAR: Final = frozenset(b"0\0")
_HEADER_ONLY: Final = frozenset(b"123456")
_APPLIED: Final = _REGULAR | _HEADER_ONLY
"""Kinds of members that engines apply."""
_LINKS: Final = frozenset(b"12")
_SPECIAL: Final = frozenset(b"xgLK")
_NO_WHITEOUTS: Final = frozenset({b".wh.", b".wh..", b".wh..."})
"""They would hide their own folder, or the one above it."""
SCRIPT: Final = b"#!"
_ARCHIVE_SIGNS: Final = frozenset(
    (b"PK\3\4", b"\x28\xb5\x2f\xfd", b"\xfd7zX", *(b"BZh%d" % level for level in range(1, 10)), *LZMA.magics)
)
_GZIP: Final = b"\x1f\x8b"
PROGRAM_SIGNS: Final = (SCRIPT, *SIGNS, WEB_ASSEMBLY, *sorted(_ARCHIVE_SIGNS), _GZIP)
"""Programs, scripts, and the archives and compressed files that may hold some; none is longer than four bytes."""
TAR_SIGN: Final = b"ustar"
TAR_SIGN_AT: Final = 257
_SQUASHFS: Final = (b"hsqs", b"sqsh")
_SHORT_SIGNS: Final = frozenset(sign for sign in PROGRAM_SIGNS if len(sign) == 2)
_PROGRAM_SIGNS: Final = frozenset(PROGRAM_SIGNS) - _SHORT_SIGNS
WINDOWS: Final = (b".exe", b".EXE", b".dll", b".DLL")
"""How programs and libraries of Windows are named, which need no mode."""
_IN_MEMORY: Final = 8 * MIB
"""A file of a stream that is larger is laid down in a temporary file where parts of it are read."""
_PROGRAM_LEAST: Final = 4
"""Bytes of an ELF file's magic number; a script that calls one program is not much longer."""
NO_EXTENSION: Final = (
    *(b".bin", b".dat", b".data", b".blob", b".bundle", b".payload", b".archive"),
    *(b".cgi", b".elf", b".run", b".AppImage", b".original", b".bak"),
)
"""What the names of archives end with that are not named as such, where they have an extension at all."""
COMPRESSED: Final = (b".gz", b".xz", b".bz2", b".zst", b".lzma")
"""How files are named that are compressed, and that may be programs."""
COMPRESSED_LEAST: Final = 8 * 1024
"""Bytes of one of which that is looked into."""
_DOCUMENTS: Final = (b"usr/share/doc/", b"usr/share/info/", b"usr/share/man/")
"""Folders of the system with its documents, which are compressed."""
_DATA: Final = frozenset(
    (
        b"json",
        b"js",
        b"mjs",
        b"map",
        b"css",
        b"html",
        b"svg",
        b"xml",
        b"txt",
        b"md",
        b"csv",
        b"tsv",
        b"sql",
        b"log",
        b"npy",
        b"ttf",
    )
)
"""What the names of compressed data have before their last dot."""
PROGRAM_ANYWHERE: Final = MIB
"""A file of so many bytes may be a program whatever its mode says: none of Go's is smaller."""
PROGRAM_HEAD: Final = 4096
"""So much of a program is handed over, or all of it if it is smaller."""


class Member(NamedTuple):
    """A member that matters.

    ``path`` has no leading slash, dot or trailing slash; for `WHITEOUT` it is the hidden path, for `OPAQUE` the folder.
    ``target`` is a link's target, as written. ``data`` is a wanted file's bytes, or as many of them as its readers need,
    ``None`` if it exceeds the limit on files; a view of them if one reads parts of it, valid until the next member. A
    `PROGRAM` is a program, a script or an archive that no path asks for and that is executable, large, in a folder of programs or named
    like a library or a program of Windows, or a program or an archive that is not named as one, and ``data`` its beginning. ``at`` is where a file's data start in the archive.
    ``wanted`` are the readers that want it.
    """

    kind: int
    path: bytes
    target: bytes = b""
    data: bytes | memoryview | None = None
    size: int = 0
    at: int = 0
    wanted: tuple[str, ...] = ()


class Window(Protocol):
    """Bytes of an archive around a position."""

    def at(self, position: int, need: int) -> tuple[bytes | mmap.mmap, int, int]:
        """Return a buffer, the position within it, and its end, with ``need`` bytes available unless the archive ends.

        If the archive ends before ``position``, the position within is past the end. Positions only grow.
        """
        ...

    def view(self, position: int, size: int) -> memoryview | None:
        """Return so many bytes without holding them in memory, for as long as no other method is called.

        None if the archive ends before.
        """
        ...

    def release(self, position: int) -> None:
        """Release bytes before this position; they are not needed any more."""
        ...

    def rewind(self) -> None:
        """Begin anew, where the bytes are still there: some already passed are looked at once more."""
        ...


class WantedMembers(Protocol):
    """The members to hand over, in the form of `garboard.image.layers.globs.Matcher`.

    `readers` is called for members with a last component that is in ``names``, or that ends with one of those that
    ``extensions`` has for what follows its last dot, and that dot, or with a path that starts with one of ``folders``. In a
    folder whose name ``extensions_in`` has, those there take the place of ``extensions``.
    """

    @property
    def names(self) -> Container[bytes]: ...

    @property
    def extensions(self) -> Mapping[bytes, tuple[bytes, ...]]: ...

    @property
    def extensions_in(self) -> Mapping[bytes, Mapping[bytes, tuple[bytes, ...]]]: ...

    @property
    def folders(self) -> tuple[bytes, ...]: ...

    @property
    def programs(self) -> str:
        """Who wants programs, wherever they are; empty if nobody does."""
        ...

    def readers(self, path: bytes) -> tuple[str, ...]: ...

    def largest(self, readers: Sequence[str], limits: Limits) -> int: ...

    def mapped(self, readers: Sequence[str]) -> bool:
        """Whether one of these readers reads parts of a file."""
        ...

    def head(self, readers: Sequence[str]) -> int | None:
        """How many bytes of a file are enough for these readers; None if one of them wants all."""
        ...


class _Any:
    """Contains all."""

    def __contains__(self, one: object) -> bool:
        return True


class _Everything:
    """Every path is wanted."""

    names: Container[bytes] = _Any()
    extensions: Mapping[bytes, tuple[bytes, ...]] = MappingProxyType({})
    extensions_in: Mapping[bytes, Mapping[bytes, tuple[bytes, ...]]] = MappingProxyType({})
    folders = ()
    programs = ""

    def readers(self, path: bytes) -> tuple[str, ...]:  # noqa: ARG002
        return ("",)

    def largest(self, readers: Sequence[str], limits: Limits) -> int:  # noqa: ARG002
        return limits.file_bytes

    def mapped(self, readers: Sequence[str]) -> bool:  # noqa: ARG002
        return False

    def head(self, readers: Sequence[str]) -> int | None:  # noqa: ARG002
        return None


EVERYTHING: Final[WantedMembers] = _Everything()
"""Wants every member: for an image's own archive, which has few. Set its limit on files so that none is read."""


def may_be_compressed_program(path: bytes) -> bool:
    """Whether what is compressed by this name may be a program: it is none of the system's documents, nor named as data."""
    return path.rsplit(b".", 2)[-2] not in _DATA and not path.startswith(_DOCUMENTS)


def mapped(handle: int) -> memoryview:
    """Return the bytes of an open file that is not empty; of these, only what is looked at takes memory."""
    found = mmap.mmap(handle, 0, access=mmap.ACCESS_READ)
    found.madvise(mmap.MADV_RANDOM)
    return memoryview(found)


class MappedWindow:
    """A mapped file; the window is the whole archive. Pages already passed are returned to the system."""

    __slots__ = ("_done", "_region")

    def __init__(self, region: Region) -> None:
        self._region = region
        self._done = region.start

    def at(self, position: int, need: int) -> tuple[bytes | mmap.mmap, int, int]:  # noqa: ARG002
        return self._region.map, position, self._region.end

    def view(self, position: int, size: int) -> memoryview | None:
        return memoryview(self._region.map)[position : position + size] if position + size <= self._region.end else None

    def release(self, position: int) -> None:
        page = mmap.PAGESIZE
        start = -(-self._done // page) * page
        length = min(position, self._region.end) // page * page - start
        if length > 0:
            self._region.map.madvise(mmap.MADV_DONTNEED, start, length)
            self._done = start + length

    def rewind(self) -> None:
        self._done = self._region.start


class StreamWindow:
    """Chunks that arrive one after the other; those already passed are dropped."""

    __slots__ = ("_buffer", "_chunks", "_offset")

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._buffer = b""
        self._offset = 0

    def at(self, position: int, need: int) -> tuple[bytes | mmap.mmap, int, int]:
        start = position - self._offset
        if start + need <= len(self._buffer):
            return self._buffer, start, len(self._buffer)
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

    def view(self, position: int, size: int) -> memoryview | None:
        if size <= _IN_MEMORY:
            buffer, at, end = self.at(position, size)
            return None if at + size > end else memoryview(buffer)[at : at + size]
        import tempfile

        with tempfile.TemporaryFile(prefix="garboard-") as file:
            end_at = position + size
            while position < end_at:
                buffer, at, end = self.at(position, 1)
                taken = min(end - at, end_at - position)
                if taken <= 0:
                    return None
                file.write(memoryview(buffer)[at : at + taken])
                position += taken
            file.flush()
            return mapped(file.fileno())

    def release(self, position: int) -> None:
        """Do nothing: `at` drops what was passed."""

    def rewind(self) -> None:
        """Do nothing: what was passed is gone."""


class Extended(NamedTuple):
    """What extension headers say about the next member: GNU's long name and long link, and the records of PAX."""

    name: bytes = b""
    link: bytes = b""
    records: Mapping[bytes, bytes] = MappingProxyType({})
    sparse: bool = False


_NOTHING: Final = Extended()
_HEADER: Final = struct.Struct("100s48s8sB172x16sB166x")
"""Name; mode, owners, size and time; checksum; type flag; device; and the first byte of the name's prefix."""
_DIGITS: Final = b"\x0001234567"
"""All that the numbers of a usual header consist of; a field with blanks in it is looked at closely."""
_NUMBERS: Final = ((100, 108), (108, 116), (116, 124), (136, 148))
_DEVICES: Final = ((329, 337), (337, 345))
_STAR_TIMES: Final = ((476, 488), (488, 500))
_GNU_TIMES: Final = ((345, 357), (357, 369))
_USTAR: Final = b"ustar\0"
_GNU: Final = b"ustar  \0"
_STAR: Final = b"tar\0"
_OCTAL: Final = re.compile(rb"[0-7]+")
_DECIMAL: Final = re.compile(rb"[+-]?[0-9]+")
_TIME: Final = re.compile(rb"([+-]?[0-9]+)(?:\.[0-9]*)?")
_TIMES: Final = re.compile(
    b"(?:"
    + b"|".join(
        b"%d [acm]time=\\d{10}%s\n" % (20 + bool(digits) + digits, b"\\.\\d{%d}" % digits if digits else b"")
        for digits in range(10)
    )
    + b")*"
)
"""The usual records of a PAX header: times, which change nothing here."""
_TEXTS: Final = frozenset({b"path", b"linkpath", b"uname", b"gname"})
_PAIR: Final = (b"GNU.sparse.offset", b"GNU.sparse.numbytes")

_ODD: Final = re.compile(rb"/[./]")
"""Found in names that may not be plain paths below the root yet."""


def number(field: bytes) -> int:
    """Parse a numeric header field: octal text, or base-256 in two's complement if the first bit is set.

    Raises:
        ValueError: The field is neither.
    """
    if field and field[0] & 0x80:
        sign = -1 if field[0] & 0x40 else 0
        value = int.from_bytes(bytes([field[0] & 0x7F | sign & 0x80]) + field[1:], signed=True)
        return _int64(value)
    text = field.strip(b" \0").partition(b"\0")[0]
    if text and not _OCTAL.fullmatch(text):
        raise ValueError("not octal")
    return int(text or b"0", 8)


def _int64(value: int) -> int:
    if not -1 << 63 <= value < 1 << 63:
        raise ValueError("more than 64 bits")
    return value


def _decimal(text: bytes) -> int:
    """Parse a number in a PAX record. Raises `ValueError`."""
    if not _DECIMAL.fullmatch(text) or len(text) > _LONGEST_NUMBER:
        raise ValueError("not a number")
    return _int64(int(text))


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
    sparse: list[bytes] = []
    position = 0
    while position < len(data):
        blank = data.find(b" ", position, position + 20)
        if blank < 0:
            raise ValueError("no length")
        length = _decimal(data[position:blank])
        record = data[blank + 1 : position + length]
        if length <= blank + 1 - position or position + length > len(data) or record[-1:] != b"\n":
            raise ValueError("bad length")
        key, equals, value = record[:-1].partition(b"=")
        if not equals or not key:
            raise ValueError("no value" if key else "no key")
        if b"\0" in (value if key in _TEXTS else key):
            raise ValueError("a zero byte")
        if key in _PAIR:  # format 0.0 repeats its two keys
            if key != _PAIR[len(sparse) % 2] or b"," in value:
                raise ValueError("a sparse map out of order")
            sparse.append(value)
        else:
            found[key] = value
        position += length
    if sparse:
        found[b"GNU.sparse.map"] = b",".join(sparse)
    return found


def _check_values(records: Mapping[bytes, bytes]) -> None:
    """Raise `ValueError` for numbers and times that are none."""
    for key in (b"uid", b"gid", b"size"):
        if records.get(key):
            _decimal(records[key])
    for key in (b"atime", b"mtime", b"ctime"):
        if text := records.get(key):
            time = _TIME.fullmatch(text)
            if time is None:
                raise ValueError("not a time")
            _decimal(time[1])


def _prefix(header: bytes) -> bytes:
    """Return what stands before the name; its field begins with something."""
    if header[257:263] == _USTAR:
        return header[345 : 476 if header[508:] == _STAR else 500].partition(b"\0")[0]
    if header[257:265] != _GNU:
        return b""
    try:
        for start, end in _GNU_TIMES:
            if header[start]:
                number(header[start:end])
    except ValueError:  # Go before 1.8 wrote a prefix where GNU has times
        prefix = header[345:500].partition(b"\0")[0]
        return prefix if prefix.isascii() else b""
    return b""


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

    __slots__ = ("_extended", "_limits", "_matcher", "_names", "_on_every", "_position", "_wanted", "_window",
                 "escapes", "members")  # fmt: skip

    def __init__(self, window: Window, matcher: WantedMembers, names: NameLog, limits: Limits, start: int = 0) -> None:
        self._window = window
        self._matcher = matcher
        self._names = names
        self._limits = limits
        self._position = start
        self._extended = _NOTHING
        self._wanted = 0
        self.escapes = 0
        self.members = 0

    def _damaged(self, what: str, position: int) -> ImageError:
        return ImageError(f"the tar archive is damaged at byte {position}: {what}", "fetch or export the image again")

    def walk(self) -> Iterator[Member]:  # noqa: C901, PLR0912, PLR0915  (the hot loop: a call costs as much as half a member)
        """Yield the members that matter, in the archive's order; the names of all others only go to the log."""
        window, matcher, log = self._window, self._matcher, self._names
        names, folders = matcher.names, matcher.folders
        anywhere, inside = matcher.extensions, matcher.extensions_in.get
        suffixes = inside(b"", anywhere).get
        append, append_folder, append_link = log.fields.append, log.folders.append, log.links.append
        adler32, unpack, odd = isal_zlib.adler32, _HEADER.unpack, _ODD.search
        position = self._position
        buffer, at, end = window.at(position, BLOCK)
        shift = position - at
        released = position + _RELEASE
        members = 0
        limit = self._limits.members
        programs = bool(matcher.programs)
        special = False
        extended = _NOTHING
        times = _TIMES.fullmatch
        data_at, size = position, 0
        folder, in_folders, of_programs = (
            b"",
            False,
            False,
        )  # of the last member: those of a folder mostly follow each other
        while True:
            at = position - shift
            if at + BLOCK > end:
                buffer, at, end = window.at(position, BLOCK)
                shift = position - at
                if at + BLOCK > end:
                    if at < end or data_at + size > position - at + end:  # padding may be missing
                        raise self._damaged("it ends in the middle of a member", position)
                    break
            header = buffer[at : at + BLOCK]
            position += BLOCK
            name, numbers, stored, flag, devices, prefixed = unpack(header)
            try:
                size = int(numbers[24:35], 8)
                # The checksum is the sum of all bytes, with its own field read as blanks: the lower half of Adler-32 is
                # such a sum.
                if (
                    (numbers + devices).translate(None, _DIGITS)
                    or numbers[35]  # a twelfth digit
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
                at = position - shift
                if flag == 0x78 and not special and at + size <= end and times(buffer, at, at + size):
                    position += (size + 511) & -512
                    continue
                position = self._special(flag, size, position)
                buffer, at, end = window.at(position, BLOCK)
                shift = position - at
                special = True
                continue
            zero = name.find(b"\0")
            if zero >= 0:
                name = name[:zero]
            if prefixed and (prefix := _prefix(header)):
                name = prefix + b"/" + name
            if special:
                name, size, extended = self._apply(self._extended, flag, name, size, position - BLOCK)
                self._extended = _NOTHING
                special = False
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
            if folder_flag or flag in _HEADER_ONLY:
                size = 0
            elif size < 0:
                raise self._damaged(f"a member claims {size} bytes", position - BLOCK)
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
            if name[: slash + 1] != folder:
                folder = name[: slash + 1]
                append_folder(folder)
                in_folders, of_programs = folder.startswith(folders), b"bin/" in folder
                suffixes = inside(folder[folder.rfind(b"/", 0, -1) + 1 : -1], anywhere).get
            if last[:4] == b".wh.":
                yield self._whiteout(name, slash, last)
                continue
            if not (folder_flag or flag in _APPLIED):
                raise self._refused(f"{name.decode(errors='replace')} is of type {chr(flag)!r}")
            if folder_flag:
                append(b"d" + name)
            elif flag in _LINKS:
                target = extended.link or header[157:257].partition(b"\0")[0]
                if not target:
                    raise self._refused(f"{name.decode(errors='replace')} is a link to nothing")
                if flag == 0x32:
                    append(b"l" + name)
                    append(b">" + target)
                    append_link((name, target))
                else:
                    append(b"f" + name)
            else:
                append(b"f" + name)
            if (
                in_folders or last in names or ((same := suffixes(last[last.rfind(b".") :])) and last.endswith(same))
            ) and (wanted := () if folder_flag else matcher.readers(name)):
                member, position = self._hand_over(header, name, extended, size, data_at, position, wanted)
                yield member
                buffer, at, end = window.at(position, BLOCK)
                shift = position - at
            elif extended.sparse:
                self._sparse(extended, data_at, size)
            elif (
                (flag == 0x30 or not flag)
                and programs
                and size >= _PROGRAM_LEAST
                # An odd digit of the mode: it may be executed. Of what is no program by its place, size and name only what
                # begins as one counts, but no script, and the archives that have no name of one.
                and (
                    (
                        program := bool(
                            header[104] & 1
                            or of_programs
                            or size >= PROGRAM_ANYWHERE
                            or b".so" in last
                            or last.endswith(WINDOWS)
                        )
                    )
                    or (dot := last.rfind(b".")) < 1
                    or last[dot + 1 : dot + 2].isdigit()  # of a version
                    or last.endswith(NO_EXTENSION)
                    or (size >= COMPRESSED_LEAST and last.endswith(COMPRESSED) and may_be_compressed_program(name))
                )
            ):
                head = min(size, PROGRAM_HEAD)
                if data_at - shift + head > end:
                    buffer, at, end = window.at(data_at, head)
                    shift = data_at - at
                at = data_at - shift
                sign = buffer[at : at + 4]
                if (
                    sign in _PROGRAM_SIGNS
                    or (program and sign[:2] in _SHORT_SIGNS)
                    or sign[:2] == _GZIP
                    or buffer[at + TAR_SIGN_AT : at + TAR_SIGN_AT + 5] == TAR_SIGN
                ):
                    yield Member(PROGRAM, name, b"", bytes(buffer[at : min(at + head, end)]), size, data_at)
        self._position = position
        self.members = members
        self._count(members, limit)

    def _hand_over(
        self,
        header: bytes,
        name: bytes,
        extended: Extended,
        size: int,
        data_at: int,
        position: int,
        wanted: tuple[str, ...],
    ) -> tuple[Member, int]:
        """Return a wanted member that is not a folder, and the position after it."""
        flag = header[156]
        if flag in _LINKS:
            link = extended.link or header[157:257].partition(b"\0")[0]
            kind, target = (SYMLINK, link) if flag == 0x32 else (HARDLINK, clean(link)[0])
            return Member(kind, name, target, wanted=wanted), position
        if flag in _HEADER_ONLY:
            return Member(OTHER, name, wanted=wanted), position
        head = self._matcher.head(wanted)
        if head is not None and not extended.sparse:
            return Member(FILE, name, b"", self._read(data_at, min(size, head)), size, data_at, wanted), position
        sparse = self._sparse(extended, data_at, size) if extended.sparse else None
        stored, real = size, size
        if sparse is not None:
            data_at, stored, real = sparse.data_at, sparse.stored, sparse.size
        if sparse is None and self._matcher.mapped(wanted):
            return self._mapped(name, size, data_at, wanted), position
        largest = min(self._matcher.largest(wanted, self._limits), self._limits.file_bytes)
        data = None if real > largest else self._read(data_at, stored)
        if data is not None and sparse is not None:
            data = sparse.expand(data)
        return Member(FILE, name, b"", data, real, data_at, wanted), position

    def _mapped(self, name: bytes, size: int, data_at: int, wanted: tuple[str, ...]) -> Member:
        """Return a member of which parts are read."""
        if size > self._matcher.largest(wanted, self._limits):
            return Member(FILE, name, b"", None, size, data_at, wanted)
        view = self._window.view(data_at, size)
        if view is None:
            raise self._damaged("it ends in the middle of a file", data_at)
        return Member(FILE, name, b"", view, size, data_at, wanted)

    def _count(self, members: int, limit: int) -> None:
        if members > limit:
            raise ImageError(f"a layer has more than {limit} members, the limit", "raise GARBOARD_LIMIT_MEMBERS if it is to be trusted")  # fmt: skip

    def _check_end(self, position: int) -> None:
        """Check that one zero block is followed by another, or by nothing (as in Go's reader)."""
        buffer, at, end = self._window.at(position, BLOCK)
        if at < end and buffer[at : at + BLOCK] != _ZERO:
            raise self._damaged("a lone zero block", position - BLOCK)

    def _slow_size(self, header: bytes, position: int) -> int:
        """Return the size if the fast path failed; verifies the full checksum and all numbers."""
        fields: tuple[tuple[int, int], ...] = _NUMBERS
        if header[257:263] == _USTAR or header[257:265] == _GNU:
            fields += _DEVICES
            if header[257:263] == _USTAR and header[508:] == _STAR:
                fields += _STAR_TIMES
        try:
            stored = number(header[148:156])
            size = number(header[124:136])
            for start, end in fields:
                number(header[start:end])
        except ValueError as error:
            self._check_form(header, position)
            raise self._damaged("a header holds no numbers", position) from error
        rest = header[:148] + header[156:]
        unsigned = sum(rest) + 8 * 32
        signed = unsigned - 256 * sum(1 for byte in rest if byte > 127)
        if stored not in (unsigned, signed):
            self._check_form(header, position)
            raise self._damaged("a header's checksum is wrong", position)
        if size > _LARGEST:
            raise self._damaged(f"a member claims {size} bytes", position)
        return size

    def _check_form(self, header: bytes, position: int) -> None:
        """Tell what is no tar archive at all from one that is damaged."""
        if position == self._position and header.startswith(_SQUASHFS):
            raise ImageError(
                "it is a file system of the form squashfs, which is not read",
                "unpack it (unsquashfs -d DIR) and scan the folder: dir:DIR",
            )

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

    def _special(self, flag: int, size: int, position: int) -> int:
        """Read an extension header; return the position after it."""
        if not 0 <= size <= self._limits.special_bytes:
            raise self._damaged(
                f"an extension header of {size} bytes passes the limit of {self._limits.special_bytes}",
                position - BLOCK,
            )
        data = self._read(position, size)
        if flag == 0x4C:
            self._extended = self._extended._replace(name=data.partition(b"\0")[0])
        elif flag == 0x4B:
            self._extended = self._extended._replace(link=data.partition(b"\0")[0])
        else:
            try:
                records = _records(data)
            except ValueError as error:
                raise self._damaged(f"an extension header cannot be read ({error})", position - BLOCK) from error
            # A global header is a member of its own, which ends what was said about the next one.
            self._extended = self._extended._replace(records=records) if flag == 0x78 else _NOTHING
        return position + ((size + 511) & -512)

    def _apply(
        self, extended: Extended, flag: int, name: bytes, size: int, position: int
    ) -> tuple[bytes, int, Extended]:
        """Return a member's name and size, and its link's target as ``link``, by the extension headers before it."""
        records = extended.records
        name = extended.name or records.get(b"path") or name
        try:
            _check_values(records)
            sparse = is_sparse(records)
            if sparse:
                name = records.get(b"GNU.sparse.name") or name
        except ValueError as error:
            raise self._damaged(f"an extension header cannot be read ({error})", position) from error
        if text := records.get(b"size"):
            size = int(text)
            if size > _LARGEST:
                raise self._damaged(f"a member claims {size} bytes", position)
        if sparse and (flag in _HEADER_ONLY or (flag == 0 and name[-1:] == b"/")):
            raise self._damaged("a sparse file without data", position)
        if len(name) > self._limits.path_bytes:
            raise self._damaged(f"a path of {len(name)} bytes passes the limit of {self._limits.path_bytes}", position)
        return name, size, Extended(b"", extended.link or records.get(b"linkpath", b""), records, sparse)

    def _whiteout(self, name: bytes, slash: int, last: bytes) -> Member:
        folder = name[: max(slash, 0)]
        if last == b".wh..wh..opq":
            return Member(OPAQUE, folder)
        if last in _NO_WHITEOUTS:
            raise self._refused(f"{name.decode(errors='replace')} is a whiteout of no name")
        if last[:8] == b".wh..wh.":
            return Member(OTHER, name, wanted=self._matcher.readers(name))  # aufs' own bookkeeping
        return Member(WHITEOUT, (folder + b"/" if folder else b"") + last[4:])

    def _refused(self, what: str) -> ImageError:
        return ImageError(f"{what}, which engines refuse to unpack", "build the image again: no engine can run it")

    def _sparse(self, extended: Extended, data_at: int, size: int) -> SparseMap:
        try:
            return pax_map(extended.records, data_at, size, self._read, self._limits.special_bytes)
        except ValueError as error:
            raise self._damaged(f"a sparse file's map cannot be read ({error})", data_at) from error
