"""Joomla."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.joomla.cataloger import catalog

    return catalog


def _repeats(path: str, other: str) -> bool:
    """The class repeats the manifest of the same site."""
    return (
        path.endswith(".php")
        and other == f"{path.rpartition('/libraries/')[0]}/administrator/manifests/files/joomla.xml"
    )


ECOSYSTEM: Final = Ecosystem(
    name="joomla",
    type="joomla",
    manager="joomla",
    language="php",
    globs=(
        "**/administrator/manifests/files/joomla.xml",
        "**/libraries/src/Version.php",
        "**/libraries/cms/version/version.php",
    ),
    load_catalog=_catalog,
    repeats=_repeats,
    load_commands=raised_by("", "update Joomla to {} or later"),
    index="Joomla",
    misses="its extensions; no advisories are read for them (a gap)",
    reference="https://docs.joomla.org/",
)
