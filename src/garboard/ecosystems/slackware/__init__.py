"""Packages of Slackware."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.slackware.cataloger import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="slackware",
    type="slackware",
    manager="slackpkg",
    globs=("var/log/packages/*", "var/lib/pkgtools/packages/*"),
    load_catalog=_catalog,
    roots=("var/log/packages/*", "var/lib/pkgtools/packages/*"),
    distributions=("slackware",),
    load_commands=raised_by("slackpkg upgrade"),
    index="Slackware's mirrors",
    misses="licenses; no advisories are read for them (a gap)",
    reference="https://docs.slackware.com/slackware:package_management_hands_on",
)
