"""Packages of Homebrew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, own_folder, raised_by
from garboard.model.image import Bare

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.homebrew.cataloger import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="homebrew",
    type="brew",
    manager="brew",
    globs=("**/Cellar/*/*/INSTALL_RECEIPT.json",),
    bare=(
        Bare(
            within=b"Cellar/",
            folder=rb"Cellar/[^/\0]+/[^/\0]+(?=[/\0]|\Z)",
            files=(b"INSTALL_RECEIPT.json",),
            contents=(b"",),
            kind="packages of Homebrew without a receipt",
        ),
    ),
    load_catalog=_catalog,
    folders=own_folder,
    load_commands=raised_by("brew upgrade"),
    index="Homebrew",
    misses="casks; no advisories are read for them (a gap)",
    reference="https://docs.brew.sh/Formula-Cookbook",
)
