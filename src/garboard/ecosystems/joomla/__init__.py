"""Joomla."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.joomla.cataloger import catalog

    return catalog


def _site(path: str) -> str:
    """The folder of a site."""
    return path.rpartition("/libraries/" if path.endswith(".php") else "/administrator/")[0]


def _repeats(path: str) -> str | None:
    """The class repeats the manifest of the same site."""
    return _site(path) if path.endswith(".php") else None


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
    install_folder=_site,
    repeats=_repeats,
    load_commands=raised_by("", "update Joomla to {} or later"),
    index="Joomla",
    misses="its extensions; no advisories are read for them (a gap)",
    reference="https://docs.joomla.org/",
)
