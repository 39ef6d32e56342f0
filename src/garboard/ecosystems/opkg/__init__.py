"""OpenWrt's and Yocto's packages: opkg."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog
    from garboard.model.program import Commands

_FOLDERS: Final = ("usr/lib/opkg", "var/lib/opkg", "opt/lib/opkg")
"""The last is Entware's."""


def _catalog() -> Catalog:
    from garboard.ecosystems.opkg.cataloger import catalog

    return catalog


def _commands() -> Commands:
    from garboard.ecosystems.opkg.commands import COMMANDS

    return COMMANDS


ECOSYSTEM: Final = Ecosystem(
    name="opkg",
    type="opkg",
    manager="opkg",
    order="deb",
    globs=tuple(f"{folder}/{name}" for folder in _FOLDERS for name in ("status", "info/*.control", "info/*.list")),
    roots=tuple(f"{folder}/status" for folder in _FOLDERS),
    load_catalog=_catalog,
    programs=("opkg",),
    load_commands=_commands,
    package_file="{name}_{version}_{arch}.ipk",
    caches=("var/opkg-lists",),
    keeps_itself=("opkg",),
    misses="what was left out of the status file; no data of OpenWrt's or Yocto's advisories are read (a gap)",
    reference="https://openwrt.org/docs/guide-user/additional-software/opkg",
)
