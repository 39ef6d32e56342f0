"""Gentoo packages: Portage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem
from garboard.model.image import Bare

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, VersionOrder
    from garboard.model.program import Commands


def _catalog() -> Catalog:
    from garboard.ecosystems.portage.cataloger import catalog

    return catalog


def _order() -> VersionOrder:
    from garboard.ecosystems.portage import version

    return version


def _commands() -> Commands:
    from garboard.ecosystems.portage.commands import COMMANDS

    return COMMANDS


ECOSYSTEM: Final = Ecosystem(
    name="portage",
    type="ebuild",
    manager="portage",
    order="portage",
    load_order=_order,
    globs=("var/db/pkg/*/*/CONTENTS", "var/db/pkg/*/*/LICENSE"),
    roots=("var/db/pkg/*/*/CONTENTS",),
    bare=(
        Bare(
            within=b"var/db/pkg/",
            folder=rb"var/db/pkg/[^/\0]+/(?!-MERGING-)[^/\0]+(?=[/\0]|\Z)",
            files=(b"CONTENTS",),
            contents=(b"/PF", b"/SLOT", b".ebuild"),
            kind="packages of Portage without a list of files",
        ),
    ),
    load_catalog=_catalog,
    programs=("emerge",),
    load_commands=_commands,
    keeps_itself=("portage",),
    caches=("var/cache/binpkgs", "var/cache/distfiles"),
    misses="dependencies; the slot, so that advisories that depend on it are not compared (gaps)",
    reference="https://wiki.gentoo.org/wiki//var/db/pkg",
)
