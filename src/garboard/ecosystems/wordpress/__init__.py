"""WordPress, its plugins and themes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog
    from garboard.model.program import Commands, Fix


def _catalog() -> Catalog:
    from garboard.ecosystems.wordpress.cataloger import catalog

    return catalog


def _remedy(fix: Fix) -> tuple[str, str]:
    from shlex import quote

    from garboard.model.program import FIXED

    names = " ".join(quote(one.name) for one, _ in fix.pins)
    return f"install {FIXED} or later", f"wp plugin update {names}".rstrip()


def _commands() -> Commands:
    from types import MappingProxyType

    from garboard.model.program import Commands

    return Commands(programs=MappingProxyType({}), remedy=_remedy)


ECOSYSTEM: Final = Ecosystem(
    name="wordpress",
    type="wordpress",
    manager="wordpress",
    language="php",
    globs=("**/wp-includes/version.php", "**/wp-content/plugins/*/*.php", "**/wp-content/themes/*/style.css"),
    load_catalog=_catalog,
    load_commands=_commands,
    index="WordPress.org",
    misses="plugins of a single file and must-use plugins; no advisories are read for them (a gap)",
    reference="https://developer.wordpress.org/plugins/plugin-basics/header-requirements/",
)
