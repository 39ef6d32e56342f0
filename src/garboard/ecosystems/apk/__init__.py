"""Alpine packages and apk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import AdvisedName, Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, VersionOrder
    from garboard.model.package import Package
    from garboard.model.program import Commands

_DATABASES: Final = ("lib/apk/db/installed", "usr/lib/apk/db/installed")


def _advised(package: Package) -> tuple[AdvisedName, ...]:
    """The package that it was built as a part of (its origin)."""
    return (AdvisedName(package.source, package.source_version_or_own),)


def _catalog() -> Catalog:
    from garboard.ecosystems.apk.cataloger import catalog

    return catalog


def _order() -> VersionOrder:
    from garboard.ecosystems.apk import version

    return version


def _commands() -> Commands:
    from garboard.ecosystems.apk.commands import COMMANDS

    return COMMANDS


ECOSYSTEM: Final = Ecosystem(
    name="apk",
    type="apk",
    manager="apk",
    order="apk",
    load_order=_order,
    globs=(*_DATABASES, "etc/apk/world", "etc/apk/repositories"),
    roots=_DATABASES,
    headers=("linux-headers",),
    version=6,
    load_catalog=_catalog,
    programs=("apk",),
    load_commands=_commands,
    advised=_advised,
    by_source=True,
    package_file="{name}-{version}.apk",
    caches=("var/cache/apk", "etc/apk/cache"),
    misses="version 3 of the database's format (a gap)",
    reference="https://wiki.alpinelinux.org/wiki/Apk_spec",
)
