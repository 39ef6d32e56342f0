"""PHP packages of PEAR and PECL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.pear.cataloger import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="pear",
    version=2,
    type="pear",
    manager="pear",
    language="php",
    globs=("**/.registry/*.reg", "**/.registry/.channel.*/*.reg"),
    load_catalog=_catalog,
    load_commands=raised_by("pear upgrade"),
    index="PEAR and PECL",
    misses="extensions that the interpreter was built with; no advisories are read for them (a gap)",
    reference="https://pear.php.net/manual/en/",
)
