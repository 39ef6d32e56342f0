"""Arch Linux packages: pacman."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import AdvisedName, Ecosystem
from garboard.model.image import Bare

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, VersionOrder
    from garboard.model.package import Package
    from garboard.model.program import Commands


def _advised(package: Package) -> tuple[AdvisedName, ...]:
    """Its own name, and that of the package that it was built as a part of (its base)."""
    names = dict.fromkeys((package.name, package.source))
    return tuple(AdvisedName(name, package.version) for name in names)


def _catalog() -> Catalog:
    from garboard.ecosystems.alpm.cataloger import catalog

    return catalog


def _order() -> VersionOrder:
    from garboard.ecosystems.alpm import version

    return version


def _commands() -> Commands:
    from garboard.ecosystems.alpm.commands import COMMANDS

    return COMMANDS


ECOSYSTEM: Final = Ecosystem(
    name="alpm",
    type="alpm",
    manager="pacman",
    order="alpm",
    load_order=_order,
    globs=("var/lib/pacman/local/*/desc", "var/lib/pacman/local/*/files"),
    roots=("var/lib/pacman/local/*/desc",),
    bare=(
        Bare(
            within=b"var/lib/pacman/local/",
            folder=rb"var/lib/pacman/local/[^/\0]+(?=[/\0]|\Z)",
            files=(b"desc",),
            contents=(b"/files", b"/mtree"),
            kind="packages of pacman without a description",
        ),
    ),
    load_catalog=_catalog,
    programs=("pacman",),
    load_commands=_commands,
    advised=_advised,
    epochs=True,
    headers=("linux-api-headers", "linux-headers", "linux-lts-headers"),
    keeps_itself=("pacman",),
    caches=("var/cache/pacman/pkg",),
    misses="whether a package is of Arch Linux itself or was built by a user",
    reference="https://man.archlinux.org/man/alpm-db.7",
)
