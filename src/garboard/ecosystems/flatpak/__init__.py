"""Applications and runtimes of Flatpak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.flatpak.cataloger import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="flatpak",
    type="flatpak",
    manager="flatpak",
    globs=("**/flatpak/app/*/*/*/*/metadata", "**/flatpak/runtime/*/*/*/*/metadata"),
    load_catalog=_catalog,
    load_commands=raised_by("flatpak update"),
    index="Flathub",
    misses="an application's own version, which only the text about it has: it is listed with its branch; no advisories are read for them (a gap)",
    reference="https://docs.flatpak.org/en/latest/",
)
