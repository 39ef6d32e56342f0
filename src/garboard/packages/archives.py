"""Archives that no cataloger reads, and that hold packages or programs as far as the names of their members show.

Nothing is unpacked to be read: the directory at the end of a zip file names all of its members, and the headers of a tar file
are walked, of a compressed one within a bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from garboard.ecosystems import ECOSYSTEMS
from garboard.executables import ELF, NOT_LOADED, SIGNS
from garboard.model.ecosystem import Ecosystem
from garboard.model.image import File, Reader
from garboard.model.limits import MIB
from garboard.model.package import Fact, Unread
from garboard.patterns import of_globs

if TYPE_CHECKING:
    from garboard.zipped import Entry

KIND: Final = "archives"
_HOLDS: Final = "hold packages or lists of them, and were not looked into"
_PROGRAMS: Final = "hold programs, and were not looked into"
_BROKEN: Final = "cannot be read: what they hold is not known"
_NO_FORM: Final = "are of a form that is not read: what they hold is not known"
_MOST: Final = 64 * MIB
"""Plain bytes of a compressed tar file that are walked."""
_LONG: Final = f"hold no package in their first {_MOST // MIB} MiB, unpacked; what follows was not looked into"
_MEMBERS: Final = 200_000
_MANY: Final = f"hold no package among their first {_MEMBERS} members; the others were not looked into"
_PEEKED: Final = 256
"""Members of a zip file of which the first bytes are looked at."""


def _spelled(*ends: str) -> tuple[str, ...]:
    """Globs of files whose names end so, in small and in capital letters."""
    return tuple(f"**/*.{spelled}" for end in ends for spelled in (end, end.upper()))


_ZIPS: Final = _spelled("zip", "zipx", "vsix", "xpi", "mule", "amp", "apkm", "eba", "wab", "gar", "zap")
_COMPRESSED: Final = ("gz", "xz", "bz2", "zst")
_NOT_DECOMPRESSED: Final = ("tar.lz", "tlz", "tar.lzma", "tar.z", "tar.lz4", "tar.lzo", "tar.br")
_TARS: Final = _spelled(
    *("tar", "tgz", "taz", "txz", "tbz", "tbz2", "tzst", "ova", "box"), *(f"tar.{end}" for end in _COMPRESSED)
)
_DISKS: Final = (
    *("squashfs", "sqfs", "sqsh", "cpio", "iso", "dmg", "qcow2", "vmdk", "vdi", "vhd", "vhdx", "cab", "msi"),
    *("crx", "sif"),
)
_OTHERS: Final = (*_spelled("7z", "rar", *_NOT_DECOMPRESSED, *_DISKS), "**/*.tar.Z", "**/*.img")
_IMAGES: Final = (
    "**/oci-layout",
    "**/_manifests/revisions/*/*/link",
    "**/io.containerd.metadata.v1.bolt/meta.db",
)
"""What tells of a folder of container images: their layout, what a registry keeps, and what containerd does."""
GLOBS: Final = (*_ZIPS, *_TARS, *_OTHERS, *_IMAGES)
_SCRIPTS: Final = "are scripts that unpack the data that follow them, which were not looked into"
_ONE_PROGRAM: Final = "are compressed programs, and were not looked into"
_SCRIPT: Final = b"#!"
_ZIP: Final = b"PK\3\4"
_END_OF_ZIP: Final = b"PK\5\6"
_TAR: Final = b"ustar"
_CPIO: Final = b"07070"
_TAIL: Final = 4096
_HEAD: Final = 4096
_BLOCK: Final = 512
_USTAR: Final = slice(257, 262)
_LONGEST_NUMBER: Final = 16
_LONGEST_NAME: Final = 64 * 1024
_OCTAL: Final = frozenset(b"01234567")
_DESCRIBING: Final = (
    *("/package.json", ".dist-info/METADATA", "/PKG-INFO", "/go.mod", "/Cargo.toml", "/pom.xml", "/composer.json"),
    *("/composer/installed.json", "/composer/installed.php", ".gemspec", ".nuspec", ".deps.json", ".phar"),
    *("/oci-layout", "/layer.tar", "/pom.properties", "/META-INF/MANIFEST.MF", ".class"),
)


def _archives(ecosystem: Ecosystem) -> tuple[str, ...]:
    """The archives that its cataloger reads, as globs."""
    return (*ecosystem.archives, *(ecosystem.globs if ecosystem.mapped else ()))


_ROOTS: Final = tuple(root for one in ECOSYSTEMS for root in one.roots)
"""What lists the packages of a root file system, seen from its root."""
_SIGNS: Final = tuple(
    dict.fromkeys(
        (
            *_DESCRIBING,
            *(glob.rpartition("*")[2] for one in ECOSYSTEMS for glob in _archives(one) if not glob.endswith(".zip")),
            *(f".{one.package_file.rpartition('.')[2]}" for one in ECOSYSTEMS if one.package_file),
            *(f"/{lock}" for one in ECOSYSTEMS for lock in one.locks),
            *(
                glob.rpartition("*")[2]
                for glob in (*_ZIPS, *_TARS, *_OTHERS)
                if not glob.lower().endswith((".box", ".img"))
            ),
            *(f"/{root}" for root in _ROOTS if "*" not in root),
        )
    )
)
"""How the names of members end that are packages, describe one, or list some."""
_FOLDERS: Final = tuple(dict.fromkeys(f"/{root.partition('*')[0]}" for root in _ROOTS if "*" in root))
"""What the names of members contain that list packages of a system by their folders."""
_LIBRARIES: Final = (".so", ".dll", ".exe")


def _holds(name: str) -> bool:
    """Whether a member of this name is a package, describes one, or lists some."""
    path = f"/{name}"
    return path.endswith(_SIGNS) or any(folder in path and not path.endswith("/") for folder in _FOLDERS)


def _is_library(name: str) -> bool:
    return name.endswith(_LIBRARIES) or ".so." in name.rpartition("/")[2]


@cache
def _read_elsewhere() -> re.Pattern[str]:
    return re.compile(of_globs(glob for one in ECOSYSTEMS for glob in _archives(one)))


def _for_tests(path: str) -> bool:
    return any(one.for_tests(path) for one in ECOSYSTEMS)


def _passed_over(path: str) -> bool:
    """Whether a cataloger of the ecosystem reads it, or tests alone need it."""
    return _read_elsewhere().fullmatch(path) is not None or _for_tests(path)


class _Zips:
    """A `Reader` of the directories of zip files."""

    NAME: Final = "zip-archives"
    VERSION: Final = 2
    GLOBS: Final = _ZIPS
    MAPPED: Final = True

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it holds packages."""
        if not _passed_over(file.path) and bytes(file.view[:2]) == b"PK":
            yield from _told(in_zip(file.view))


class _Tars:
    """A `Reader` of the headers of tar files, compressed or not."""

    NAME: Final = "tar-archives"
    VERSION: Final = 2
    GLOBS: Final = _TARS
    MAPPED: Final = True

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it holds packages."""
        if not _passed_over(file.path):
            yield from _told(in_tar(file.view))


class _Others:
    """A `Reader` of archives and disks of which nothing can be read."""

    NAME: Final = "other-archives"
    VERSION: Final = 2
    GLOBS: Final = _OTHERS
    HEAD: Final = 2048

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it is there."""
        if not file.data or _for_tests(file.path) or (file.path.endswith(".img") and not _is_disk(file.data)):
            return
        if file.path.lower().endswith(".rar") and not file.data.startswith(b"Rar!"):
            return  # a Java archive
        yield Unread(kind=KIND, reason=_NO_FORM)


def _is_disk(head: bytes) -> bool:
    """Whether a file that begins so is a file system or a disk: squashfs, qcow2, cpio, ext, a boot sector."""
    return (
        head.startswith((b"hsqs", b"QFI\xfb", _CPIO)) or head[1080:1082] == b"\x53\xef" or head[510:512] == b"\x55\xaa"
    )


class _Images:
    """A `Reader` of what tells that a folder holds container images."""

    NAME: Final = "container-images"
    VERSION: Final = 1
    GLOBS: Final = _IMAGES
    HEAD: Final = 1

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """That it is there."""
        if not _for_tests(file.path):
            yield Unread(kind=IMAGES)


_PLAIN_ENDS: Final = tuple(glob.rpartition("*")[2] for glob in (*_ZIPS, *_TARS))
_NESTED: Final = 16 * MIB
_ALL_NESTED: Final = 64 * MIB
"""Bytes of archives in an archive that are looked at, of one and of all."""
_NAMED: Final = 3
_OF_OTHERS: Final = "hold packages of other kinds, which were not read"
INSIDE: Final = "archives of packages"


def _own(ecosystem: Ecosystem) -> tuple[str, ...]:
    """How its packages and their archives are named in archives of others, as globs."""
    ends = (f"**/*.{ecosystem.package_file.rpartition('.')[2]}",) if ecosystem.package_file else ()
    return (*ecosystem.packed, *(glob for glob in _archives(ecosystem) if "*." in glob), *ends)


@cache
def _ends() -> tuple[bytes, ...]:
    """Texts of which one is in the directory of each zip file that may hold packages of other kinds."""
    ends = {glob.rpartition("/")[2].rpartition("*")[2] for one in ECOSYSTEMS for glob in _own(one)}
    return tuple(end.encode() for end in sorted({*ends, *_PLAIN_ENDS}))


def _mentions(names: bytes) -> bool:
    return any(end in names for end in _ends())


@cache
def _packages_of(name: str, *, others: bool) -> Callable[[str], object]:
    """Whether a member is a package of this ecosystem, or of any other."""
    chosen = (one for one in ECOSYSTEMS if (one.name != name) == others)
    return re.compile(of_globs(glob for one in chosen for glob in _own(one))).fullmatch


def of_others(file: File, ecosystem: Ecosystem) -> Iterator[Fact]:
    """That an archive which is read as one of this ecosystem's holds packages of others, or archives that do."""
    from garboard import zipped

    if bytes(file.view[:2]) not in (_ZIP[:2], _SCRIPT):
        return
    try:
        if _mentions(bytes(zipped.directory(file.view))):
            found = tuple(islice(_others(file, ecosystem.name), _NAMED))
            if found:
                yield Unread(kind=INSIDE, names=found, reason=_OF_OTHERS)
    except zipped.Malformed:
        return  # the cataloger tells of it


def _others(file: File, ecosystem: str) -> Iterator[str]:
    """The members that tell of packages of other kinds."""
    from garboard import zipped

    own, others = _packages_of(ecosystem, others=False), _packages_of(ecosystem, others=True)
    left = _ALL_NESTED
    for entry in zipped.entries(file.view):
        name = entry.name
        if not entry.size or own(name) or _for_tests(f"{file.path}/{name}"):
            continue
        if name.endswith(_PLAIN_ENDS):
            known = entry.size <= min(left, _NESTED)
            left -= entry.size if known else 0
            if not known or _reason(file.view, entry):
                yield name
        elif others(name):
            yield name


def _reason(view: memoryview, entry: Entry) -> str:
    """What is said of an archive in an archive."""
    from garboard import zipped

    try:
        nested = zipped.read(view, entry, _NESTED)
    except zipped.Malformed:
        return _BROKEN
    return in_zip(nested) if bytes(nested[:2]) == _ZIP[:2] else in_tar(nested)


IMAGES: Final = "folders of container images"
READERS: Final[tuple[Reader, ...]] = (_Zips(), _Tars(), _Others(), _Images())


def _told(reason: str) -> Iterator[Fact]:
    if reason:
        yield Unread(kind=KIND, reason=reason)


def in_zip(view: memoryview) -> str:
    """What a report says of a zip file; empty where it holds neither packages nor programs."""
    from garboard import zipped

    peeked = 0
    programs = False
    try:
        for entry in zipped.entries(view):
            if _holds(entry.name):
                return _HOLDS
            if programs or entry.name.endswith("/"):
                continue
            if _is_library(entry.name):
                programs = True
            elif peeked < _PEEKED and "." not in entry.name.rpartition("/")[2]:
                peeked += 1
                programs = zipped.beginning(view, entry, _LONGEST_SIGN).startswith(SIGNS)
    except zipped.Malformed:
        return _BROKEN
    return _PROGRAMS if programs else ""


def in_tar(view: memoryview) -> str:
    """The same of a tar file, compressed or not, and of what is no archive."""
    from garboard import compression

    programs = False
    count = 0
    try:
        for member in members(_source(view)):
            count += 1
            if _holds(member.name):
                return _HOLDS
            if count == _MEMBERS:
                return _PROGRAMS if programs else _MANY
            programs = programs or _is_library(member.name) or member.head.startswith(SIGNS)
    except compression.TooLarge:
        return _PROGRAMS if programs else _LONG
    except (compression.Damaged, Damaged):
        return _BROKEN
    return _PROGRAMS if programs else ""


def unnamed(file: File, /) -> Iterator[Fact]:
    """The same of a file whose name does not tell that it is an archive, and of a script that data follow.

    ``file.data`` is its beginning.
    """
    head, view = file.data, file.view
    if _for_tests(file.path):
        return
    if head.startswith(_SCRIPT):
        if b"\0" in bytes(view[-_TAIL:]):
            if _END_OF_ZIP in bytes(view[-_TAIL:]) and (reason := in_zip(view)) != _BROKEN:
                yield from _told(reason)
            else:
                yield Unread(kind=KIND, reason=_SCRIPTS)
    elif head.startswith(_ZIP):
        yield from _told(in_zip(view))
    elif head[_USTAR] == _TAR:
        yield from _told(in_tar(view))
    else:
        yield from _told(_compressed(view))


def _compressed(view: memoryview) -> str:
    """What is said of a compressed file whose name does not tell what of."""
    from garboard import compression

    form = compression.form_of(bytes(view[: compression.LONGEST_MAGIC]))
    if form is None:
        return ""
    block = MIB if form is compression.BZIP2 else _HEAD
    try:
        found, _ = compression.first_stream(bytes(view[:block]), form, _BLOCK)
    except compression.Damaged:
        return ""
    if found[_USTAR] == _TAR:
        return in_tar(view)
    if found.startswith(SIGNS):
        return _ONE_PROGRAM if found[16:18] not in NOT_LOADED or not found.startswith(ELF) else ""
    return _NO_FORM if found.startswith((_ZIP, _CPIO)) else ""


class Damaged(ValueError):
    """A tar file of which the headers cannot be followed to the end."""


class _Source(Protocol):
    def take(self, size: int) -> bytes:
        """So many of the next bytes; less where they end."""
        ...

    def skip(self, size: int) -> bool:
        """Pass so many bytes; whether they are there."""
        ...


class _Plain:
    """Bytes of a file that can be looked at anywhere."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def take(self, size: int) -> bytes:
        found = bytes(self._view[self._at : self._at + size])
        self._at += size
        return found

    def skip(self, size: int) -> bool:
        self._at += size
        return self._at <= len(self._view)


class _Pieces:
    """Bytes that come one after the other."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        found = self._piece[self._at : self._at + size]
        self._at += len(found)
        while len(found) < size and self._next():
            more = self._piece[: size - len(found)]
            self._at = len(more)
            found += more
        return found

    def skip(self, size: int) -> bool:
        while size > len(self._piece) - self._at:
            size -= len(self._piece) - self._at
            if not self._next():
                return False
        self._at += size
        return True

    def _next(self) -> bool:
        self._piece, self._at = next(self._pieces, b""), 0
        return bool(self._piece)


_INPUT: Final = 64 * 1024


def plain(view: memoryview) -> _Source:
    """The bytes of a tar file that is not compressed."""
    return _Plain(view)


def _source(view: memoryview) -> _Source:
    from garboard import compression

    if compression.form_of(bytes(view[: compression.LONGEST_MAGIC])) is None:
        return plain(view)
    chunks = (bytes(view[at : at + _INPUT]) for at in range(0, len(view), _INPUT))
    return _Pieces(compression.decompressed(chunks, compression.Bounds(_MOST)))


class TarMember(NamedTuple):
    """A member's name, and its first bytes."""

    name: str
    head: bytes = b""


_LONGEST_SIGN: Final = max(len(sign) for sign in SIGNS)


def members(source: _Source) -> Iterator[TarMember]:
    """The members of a tar file (POSIX.1-2017, GNU, v7), until it ends; none where the first block is no header.

    Raises:
        Damaged: something else than a header follows a member, or less than that has.
    """
    longer = b""
    real: int | None = None
    first = True
    while len(header := source.take(_BLOCK)) == _BLOCK and any(header):
        size = _number(header[124:136])
        if size is None or not _is_header(header):
            if first:
                return
            raise Damaged
        first = False
        kind = header[156:157]
        if kind in b"LKxg" and kind:
            longer, real = _extended(kind, source, size, longer, real)
            continue
        if kind == b"S":
            _pass_map(header, source)
        name, prefix = (header[start:end].partition(b"\0")[0] for start, end in ((0, 100), (345, 500)))
        if prefix and header[_USTAR] == _TAR and header[262:263] == b"\0":
            name = prefix + b"/" + name
        if real is not None:
            size = real
        size = 0 if kind in b"123456" and kind else size
        head = source.take(min(size, _LONGEST_SIGN))
        yield TarMember((longer or name).decode("utf-8", "replace"), head)
        longer, real = b"", None
        if not source.skip(size - len(head)):
            raise Damaged
        source.skip(-size % _BLOCK)  # the padding of the last one may be missing
    if header and len(header) < _BLOCK and not first:
        raise Damaged


def _extended(kind: bytes, source: _Source, size: int, longer: bytes, real: int | None) -> tuple[bytes, int | None]:
    """The next member's name and size, where a header of its own states them."""
    data = source.take(min(size, _LONGEST_NAME))
    source.skip(-(-size // _BLOCK) * _BLOCK - len(data))
    if kind == b"L":
        return data.partition(b"\0")[0], real
    if kind == b"x":
        records = dict(_records(data))
        stated = records.get(b"size", b"")
        return (
            records.get(b"GNU.sparse.name", records.get(b"path", b"")),
            int(stated) if stated.isdigit() and len(stated) <= _LONGEST_NUMBER else None,
        )
    return longer, real


def _pass_map(header: bytes, source: _Source) -> None:
    """Pass the blocks that go on with the map of a sparse file of GNU's old form."""
    more = header[482:483]
    while more == b"\1":
        more = source.take(_BLOCK)[504:505]


def _is_header(block: bytes) -> bool:
    """Whether the checksum is right."""
    rest = block[:148] + block[156:]
    unsigned = sum(rest) + 8 * 32
    signed = unsigned - 256 * sum(byte > 127 for byte in rest)
    return _number(block[148:156]) in (unsigned, signed)


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The records of an extended header: each begins with its own length."""
    at = 0
    while at < len(data):
        length = data[at : at + _LONGEST_NUMBER].partition(b" ")[0]
        if not length.isdigit() or not len(length) < int(length) <= len(data) - at:
            return
        name, _, value = data[at + len(length) + 1 : at + int(length) - 1].partition(b"=")
        yield name, value
        at += int(length)


def _number(field: bytes) -> int | None:
    """A number in octal digits, or in GNU's base 256; None for what is neither."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    text = field.strip(b"\0 ").partition(b"\0")[0]
    return int(text or b"0", 8) if not set(text) - _OCTAL else None
