"""What a path on this machine holds, told by its content: an image's archive, a root file system, or something else."""

from __future__ import annotations

import stat
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from garboard.image.blobs import MEMBERS, file_identity, map_file
from garboard.image.layers.compression import is_compressed
from garboard.image.layers.names import NameLog
from garboard.image.layers.tar import BLOCK, EVERYTHING, MappedWindow, Walker, is_header
from garboard.model.errors import ImageError
from garboard.model.limits import DEFAULT

DOCKER: Final = "docker"
OCI: Final = "oci"
ROOT: Final = "root"
COMPRESSED: Final = "compressed"
OTHER: Final = ""

ROOT_NAMES: Final = frozenset({b".dockerenv", b"etc", b"usr", b"bin"})
"""First components of paths in a root file system; an image's own archive has none of them."""
_KINDS: Final = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_FILES: Final = (".tar", ".tar.gz", ".tar.zst", ".tar.xz", ".tgz", ".json")
"""How files of images and SBOMs end; a repository may be called so, and hardly any is."""
_SAVE: Final = "write the image to a file first, as with `docker save IMAGE -o FILE`, and name that file"


def kind(path: Path) -> str:
    """Return what a regular file holds: `DOCKER`, `OCI`, `ROOT`, `COMPRESSED` (whatever it is) or `OTHER`.

    Raises:
        ImageError: It cannot be read, or is a damaged archive.
    """
    try:
        with path.open("rb") as file:
            head = file.read(BLOCK)
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror}") from error
    if is_compressed(head):
        return COMPRESSED
    return _of_tar(path, file_identity(path)) if is_header(head) else OTHER


@lru_cache(maxsize=4)
def _of_tar(path: Path, _identity: str) -> str:
    """Walk the archive once, whoever asks; an archive of many members is a root file system before it has too many."""
    region = map_file(path)
    unread = msgspec.structs.replace(DEFAULT, file_bytes=-1, members=MEMBERS)
    found = OTHER
    try:
        for member in Walker(MappedWindow(region), EVERYTHING, NameLog(), unread).walk():
            if member.path == b"manifest.json":
                return DOCKER
            if member.path == b"index.json":
                found = OCI
            elif member.path.partition(b"/")[0] in ROOT_NAMES and not found:
                return ROOT
    except ImageError as error:
        raise ImageError(f"{path}: {error.message}", error.hint) from error
    finally:
        region.map.close()
    return found


def special(path: Path) -> str:
    """Return what a path is that can be opened but is no file: a pipe, a socket or a device; else nothing."""
    mode = path.stat().st_mode
    return next((what for is_kind, what in _KINDS if is_kind(mode)), "")


def refuse_special(path: Path) -> None:
    """Raise `ImageError` for a pipe, a socket or a device: an archive is read in several places at once."""
    what = special(path)
    if what:
        raise ImageError(f"{path} is {what}, and an image cannot be read from one", _SAVE)


def refusal(name: str) -> ImageError | None:
    """Return why a path is no image that can be opened; None if there is none, and the name is not that of a file."""
    path = Path(name).expanduser()
    try:
        if not path.exists():
            return _missing(name)
        refuse_special(path)
        message, hint = _description(path)
    except ImageError as error:
        return error
    except OSError as error:
        message, hint = f"cannot be read: {error.strerror}", ""
    return ImageError(f"{name} {message}", hint)


def _missing(name: str) -> ImageError | None:
    if not name.lower().endswith(_FILES):
        return None
    return ImageError(f"there is no file {name}", f"check the path; registry:{name} is an image of that name")


def _description(path: Path) -> tuple[str, str]:
    """What an existing file or folder is, and what to do."""
    if path.is_dir():
        return (
            "is a folder here, and holds neither an image (oci-layout, index.json) nor a root file system (etc, usr)",
            f"dir:{path} scans it as the tree of files that it is; registry:{path} is an image of that name",
        )
    with path.open("rb") as file:
        head = file.read(BLOCK)
    if not head:
        return "is an empty file", "export the image again"
    if is_header(head):
        return (
            "is a tar archive, but neither an image (manifest.json, index.json) nor a root file system (etc, usr)",
            f"save an image with `docker save IMAGE -o FILE`; root-archive:{path} reads it as a root file system all the same",
        )
    return (
        "is a file here, but no image",
        f"file:{path} reads one file of packages; an image is saved with `docker save IMAGE -o FILE`, and registry:{path} is one of that name",
    )
