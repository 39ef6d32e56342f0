"""How archives are named that no cataloger reads, and the members of archives that are packages or programs."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.ecosystem import Ecosystem
from garboard.patterns import of_globs


def _spelled(*ends: str) -> tuple[str, ...]:
    """Globs of files whose names end so, in small and in capital letters."""
    return tuple(f"**/*.{spelled}" for end in ends for spelled in (end, end.upper()))


ZIPS: Final = (
    *_spelled("zip", "zipx", "vsix", "xpi", "mule", "amp", "apkm", "eba", "wab", "gar", "zap", "ez"),
    *(f"**/*.{end}" for end in ("Jar", "War", "Ear")),
)
_COMPRESSED: Final = ("gz", "xz", "bz2", "zst")
_NOT_DECOMPRESSED: Final = ("tar.lz", "tlz", "tar.lzma", "tar.z", "tar.lz4", "tar.lzo", "tar.br")
TARS: Final = _spelled(
    *("tar", "tgz", "taz", "txz", "tbz", "tbz2", "tzst", "ova", "box"), *(f"tar.{end}" for end in _COMPRESSED)
)
_DISKS: Final = (
    *("squashfs", "sqfs", "sqsh", "cpio", "iso", "dmg", "qcow2", "vmdk", "vdi", "vhd", "vhdx", "cab", "msi"),
    *("crx", "sif"),
)
OTHERS: Final = (*_spelled("7z", "rar", *_NOT_DECOMPRESSED, *_DISKS), "**/*.tar.Z")
DISKS: Final = ("**/*.img",)
"""Names that other files have, too."""
INITIAL: Final = ("boot/initrd*", "boot/initramfs*")
"""File systems with which a kernel starts."""
IMAGES: Final = (
    "**/oci-layout",
    "**/_manifests/revisions/*/*/link",
    "**/io.containerd.metadata.v1.bolt/meta.db",
)
"""What tells of a folder of container images: their layout, what a registry keeps, and what containerd does."""
GLOBS: Final = (*ZIPS, *TARS, *OTHERS, *DISKS, *IMAGES)
_DESCRIBING: Final = (
    *("/package.json", ".dist-info/METADATA", "/PKG-INFO", "/go.mod", "/Cargo.toml", "/pom.xml", "/composer.json"),
    *("/composer/installed.json", "/composer/installed.php", ".gemspec", ".nuspec", ".deps.json", ".phar"),
    *("/oci-layout", "/layer.tar", "/pom.properties", "/META-INF/MANIFEST.MF", ".class", "/info/index.json"),
    ".app",
)


def read_by(ecosystem: Ecosystem) -> tuple[str, ...]:
    """The archives that its cataloger reads, as globs."""
    return (*ecosystem.archives, *(ecosystem.globs if ecosystem.mapped else ()))


_ROOTS: Final = tuple(root for one in ECOSYSTEMS for root in one.roots)
"""What lists the packages of a root file system, seen from its root."""
_SIGNS: Final = tuple(
    dict.fromkeys(
        (
            *_DESCRIBING,
            *(glob.rpartition("*")[2] for one in ECOSYSTEMS for glob in read_by(one) if not glob.endswith(".zip")),
            *(f".{one.package_file.rpartition('.')[2]}" for one in ECOSYSTEMS if one.package_file),
            *(f"/{lock}" for one in ECOSYSTEMS for lock in one.locks),
            *(glob.rpartition("*")[2] for glob in (*ZIPS, *TARS, *OTHERS) if not glob.lower().endswith(".box")),
            *(f"/{root}" for root in _ROOTS if "*" not in root),
        )
    )
)
"""How the names of members end that are packages, describe one, or list some."""
_FOLDERS: Final = tuple(dict.fromkeys(f"/{root.partition('*')[0]}" for root in _ROOTS if "*" in root))
"""What the names of members contain that list packages of a system by their folders."""
_LIBRARIES: Final = (".so", ".dll", ".exe")


def describes(name: str) -> bool:
    """Whether a member of this name is a package, describes one, or lists some."""
    path = f"/{name}"
    return path.endswith(_SIGNS) or any(folder in path and not path.endswith("/") for folder in _FOLDERS)


def is_library(name: str) -> bool:
    """Whether a member of this name is a program or a library, as far as the name says it."""
    return name.endswith(_LIBRARIES) or ".so." in name.rpartition("/")[2]


@cache
def _read_elsewhere() -> re.Pattern[str]:
    return re.compile(of_globs(glob for one in ECOSYSTEMS for glob in read_by(one)))


def for_tests(path: str) -> bool:
    """Whether it lies within what only the tests of a package need."""
    return any(one.for_tests(path) for one in ECOSYSTEMS)


def passed_over(path: str) -> bool:
    """Whether a cataloger of the ecosystem reads it, or tests alone need it."""
    return _read_elsewhere().fullmatch(path) is not None or for_tests(path)
