"""What a report says of an archive, as far as the names and the first bytes of its members show what it holds.

Nothing is unpacked to be read: the directory at the end of a zip file names all of its members, and the headers of a tar file
are walked, of a compressed one within a bound.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard import tarred
from garboard.executables import ELF, NOT_LOADED, SIGNS
from garboard.model.limits import MIB
from garboard.packages import archive_names

if TYPE_CHECKING:
    from garboard.compression import Codec

_HOLDS: Final = "hold packages or lists of them, and were not looked into"
_PROGRAMS: Final = "hold programs, and were not looked into"
BROKEN: Final = "cannot be read: what they hold is not known"
NO_FORM: Final = "are of a form that is not read: what they hold is not known"
_MOST: Final = 64 * MIB
"""Plain bytes of a compressed tar file that are walked."""
_LONG: Final = f"hold no package in their first {_MOST // MIB} MiB, unpacked; what follows was not looked into"
_MEMBERS: Final = 200_000
_MANY: Final = f"hold no package among their first {_MEMBERS} members; the others were not looked into"
_PEEKED: Final = 256
"""Members of a zip file of which the first bytes are looked at."""
_ONE_PROGRAM: Final = "are compressed programs, and were not looked into"
ZIP: Final = b"PK\3\4"
CPIO: Final = b"07070"
_HEAD: Final = 4096
_DISK: Final = 2048
"""Plain bytes within which the signs of disks lie."""
_BLOCKS: Final = MappingProxyType({"bzip2": MIB, "zstd": MIB // 4})
"""So much of a file of these forms is needed for its first plain bytes."""
_INPUT: Final = 64 * 1024
_LONGEST_SIGN: Final = max(len(sign) for sign in SIGNS)


def in_any(view: memoryview) -> str:
    """What a report says of a zip file, or of a tar file."""
    return in_zip(view) if bytes(view[:2]) == ZIP[:2] else in_tar(view)


def in_zip(view: memoryview) -> str:
    """What a report says of a zip file; empty where it holds neither packages nor programs."""
    from garboard import zipped

    peeked = 0
    programs = False
    try:
        for entry in zipped.entries(view):
            if archive_names.describes(entry.name):
                return _HOLDS
            if programs or entry.name.endswith("/"):
                continue
            if archive_names.is_library(entry.name):
                programs = True
            elif peeked < _PEEKED and "." not in entry.name.rpartition("/")[2]:
                peeked += 1
                programs = zipped.beginning(view, entry, _LONGEST_SIGN).startswith(SIGNS)
    except zipped.Malformed:
        return BROKEN
    return _PROGRAMS if programs else ""


def in_tar(view: memoryview) -> str:
    """The same of a tar file, compressed or not, and of what is no archive."""
    from garboard import compression

    programs = False
    count = 0
    try:
        for member in tarred.members(_source(view), _LONGEST_SIGN):
            count += 1
            if archive_names.describes(member.name):
                return _HOLDS
            if count == _MEMBERS:
                return _PROGRAMS if programs else _MANY
            programs = programs or archive_names.is_library(member.name) or member.head.startswith(SIGNS)
    except compression.TooLarge:
        return _PROGRAMS if programs else _LONG
    except (compression.Damaged, tarred.DamagedArchive):
        return BROKEN
    return _PROGRAMS if programs else ""


def compressed(view: memoryview) -> str:
    """What is said of a compressed file whose name does not tell what of."""
    found = _beginning(view, tarred.BLOCK)
    if found[tarred.MAGIC] == tarred.USTAR:
        return in_tar(view)
    if found.startswith(SIGNS):
        return _ONE_PROGRAM if found[16:18] not in NOT_LOADED or not found.startswith(ELF) else ""
    return NO_FORM if found.startswith((ZIP, CPIO)) else ""


def _beginning(view: memoryview, size: int) -> bytes:
    """The first plain bytes of a compressed file; none of one that is not, or that is damaged."""
    from garboard import compression

    form = compression.form_of(bytes(view[: compression.LONGEST_MAGIC]), _forms())
    if form is None:
        return b""
    try:
        return compression.first_stream(bytes(view[: _BLOCKS.get(form.name, _HEAD)]), form, size)[0]
    except compression.Damaged:
        return b""


def in_disk(view: memoryview) -> str:
    """What is said of a file that is named as a disk is, compressed or not; empty where it is none."""
    return NO_FORM if _is_disk(bytes(view[:_DISK])) or _is_disk(_beginning(view, _DISK)) else ""


def _is_disk(head: bytes) -> bool:
    """Whether a file that begins so is a file system or a disk: squashfs, qcow2, cpio, ext, a boot sector."""
    return (
        head.startswith((b"hsqs", b"QFI\xfb", CPIO)) or head[1080:1082] == b"\x53\xef" or head[510:512] == b"\x55\xaa"
    )


def _source(view: memoryview) -> tarred.ByteSource:
    from garboard import compression

    if compression.form_of(bytes(view[: compression.LONGEST_MAGIC]), _forms()) is None:
        return tarred.plain(view)
    chunks = (bytes(view[at : at + _INPUT]) for at in range(0, len(view), _INPUT))
    return tarred.pieces(compression.decompressed(chunks, compression.Bounds(_MOST), _forms()))


def _forms() -> tuple[Codec, ...]:
    from garboard import compression

    return (*compression.ALL, compression.LZMA)
