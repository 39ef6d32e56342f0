"""Packages of Void Linux."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.xbps.cataloger import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="xbps",
    version=2,
    type="xbps",
    manager="xbps",
    globs=("var/db/xbps/pkgdb-*.plist", "var/db/xbps/.*-files.plist"),
    load_catalog=_catalog,
    databases=True,
    roots=("var/db/xbps/pkgdb-*.plist",),
    distributions=("void",),
    load_commands=raised_by("xbps-install -u"),
    index="Void's repository",
    misses="packages that are only unpacked and not configured are listed like others; no advisories are read for them (a gap)",
    reference="https://docs.voidlinux.org/xbps/index.html",
)
