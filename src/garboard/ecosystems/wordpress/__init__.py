"""WordPress, its plugins and themes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.wordpress.cataloger import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="wordpress",
    type="wordpress",
    manager="wordpress",
    language="php",
    globs=("**/wp-includes/version.php", "**/wp-content/plugins/*/*.php", "**/wp-content/themes/*/style.css"),
    load_catalog=_catalog,
    version=2,
    load_commands=raised_by("wp plugin update"),
    index="WordPress.org",
    misses="plugins of a single file and must-use plugins; no advisories are read for them (a gap)",
    reference="https://developer.wordpress.org/plugins/plugin-basics/header-requirements/",
)
