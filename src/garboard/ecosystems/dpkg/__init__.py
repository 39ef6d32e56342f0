"""Debian packages: dpkg, apt and what goes with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import AdvisedName, Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, VersionOrder
    from garboard.model.package import Distro, Package
    from garboard.model.program import Commands


_FOLDERS: Final = ("var/lib/dpkg", "usr/lib/dpkg")
"""The second is that of images whose ``/var`` is not part of them."""


def _advised(package: Package) -> tuple[AdvisedName, ...]:
    """The source package, without the mark of a binary-only rebuild (``+b1``) where its version is the binary's."""
    return (AdvisedName(package.source, package.source_version or re.sub(r"\+b\d+$", "", package.version)),)


def _without_architecture(name: str) -> str:
    return name.partition(":")[0]


def _published(package: Package, path: str) -> bool | None:
    from garboard.ecosystems.dpkg.publisher import published

    return published(package, path)


def _later_release(package: Package, distro: Distro) -> str:
    from garboard.ecosystems.dpkg.release import later_release

    return later_release(package, distro)


def _catalog() -> Catalog:
    from garboard.ecosystems.dpkg.cataloger import catalog

    return catalog


def _order() -> VersionOrder:
    from garboard.ecosystems.dpkg import version

    return version


def _commands() -> Commands:
    from garboard.ecosystems.dpkg.commands import COMMANDS

    return COMMANDS


ECOSYSTEM: Final = Ecosystem(
    name="dpkg",
    type="deb",
    manager="deb",
    order="deb",
    load_order=_order,
    normalize=_without_architecture,
    globs=(
        *(f"{folder}/{name}" for folder in _FOLDERS for name in ("status", "status.d/*", "info/*.list")),
        *(f"{folder}/diversions" for folder in _FOLDERS),
        "var/lib/dpkg/updates/*",
        "var/lib/apt/extended_states",
        "etc/apt/apt.conf",
        "etc/apt/apt.conf.d/*",
        "etc/apt/preferences",
        "etc/apt/preferences.d/*",
        "etc/apt/sources.list",
        "etc/apt/sources.list.d/*",
        "var/lib/chisel/manifest.wall",
        "usr/share/doc/*/copyright",
    ),
    roots=(
        *(f"{folder}/{name}" for folder in _FOLDERS for name in ("status", "status.d/*")),
        "var/lib/chisel/manifest.wall",
    ),
    lists=tuple(f"{folder}/{name}" for folder in _FOLDERS for name in ("info", "status.d")),
    version=8,
    load_catalog=_catalog,
    programs=("apt", "apt-get", "aptitude", "apt-fast", "nala", "dpkg", "gdebi", "install_packages", "clean-install"),
    load_commands=_commands,
    advised=_advised,
    by_source=True,
    package_file="{name}_{version}_{arch}.deb",
    other_files=(".udeb",),
    caches=("var/cache/apt/archives",),
    published=_published,
    later_release=_later_release,
    headers=("linux-libc-dev", "linux-libc-dev-*-cross", "linux-headers-*"),
    keeps_itself=("apt",),
    misses="files that `dpkg-deb -x` unpacked, of which dpkg knows nothing: their programs count as those that no package explains",
    reference="https://manpages.debian.org/dpkg-query",
)
