"""An unpacked root file system in a folder."""

from __future__ import annotations

from pathlib import Path

from garboard.image.handle import AnyOpened, OpenedTree, Tree
from garboard.image.local_path import split
from garboard.image.options import Options
from garboard.model.errors import ImageError
from garboard.model.image import Image, Platform

SCHEMES = ("dir",)


_SIGNS = ("etc", "usr", "bin", "lib/apk", "var/lib/dpkg", "var/lib/rpm")
"""Entries of a root file system; a project folder with the same name as its image has none of them."""


_OF_A_SYSTEM = (
    *("etc/os-release", "usr/lib/os-release", "etc/passwd", "bin/sh", "usr/bin/env", "bin/busybox"),
    *("lib/apk/db", "var/lib/dpkg", "var/lib/rpm", "usr/lib/sysimage/rpm", "var/lib/pacman", "usr/lib/opkg"),
)


def _is_root(path: Path) -> bool:
    """Whether a folder is a system's root, and not a project's."""
    return any((path / sign).exists() for sign in _OF_A_SYSTEM)


def detect(name: str, _options: Options) -> bool:
    """Report whether this is a folder that is written as one (``./root``) or looks like a root file system."""
    path = Path(name).expanduser()
    if not path.is_dir():
        return False
    return name[:1] in "./~" or name.endswith("/") or any((path / sign).exists() for sign in _SIGNS)


def open(name: str, _options: Options) -> AnyOpened:  # noqa: A001  (the sources' common word)
    path, rest = split(name)
    if rest or not path.is_dir():
        raise ImageError(f"{name} is not a folder", "dir: takes the root of an unpacked file system")
    spelled = name if path.name not in {"", ".."} else str(path.resolve())
    return OpenedTree(
        image=Image(name=spelled, source=SCHEMES[0], platform=Platform(os="", architecture="")),
        tree=Tree(path, sources=not _is_root(path)),
    )
