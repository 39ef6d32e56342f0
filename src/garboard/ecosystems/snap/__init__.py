"""Snaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.snap.cataloger import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="snap",
    type="snap",
    manager="snap",
    globs=("**/meta/snap.yaml",),
    load_catalog=_catalog,
    load_commands=raised_by("snap refresh"),
    index="the Snap Store",
    misses="snaps that are not unpacked (a gap); no advisories are read for them (a gap)",
    reference="https://snapcraft.io/docs/snap-format",
)
