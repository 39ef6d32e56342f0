"""R packages, of CRAN and others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, parent_folder
from garboard.model.image import Bare

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, PlainCatalog
    from garboard.model.program import Commands, Fix


def _declared() -> PlainCatalog:
    from garboard.ecosystems.cran.declared import catalog

    return catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.cran.cataloger import catalog

    return catalog


def _library(path: str) -> str:
    return parent_folder(parent_folder(path))


def _folders(path: str) -> tuple[str, ...]:
    return (parent_folder(path),)


def _remedy(fix: Fix) -> tuple[str, str]:
    from shlex import quote

    from garboard.model.program import FIXED

    names = ", ".join(f'"{package.name}"' for package, _ in fix.pins)
    return f"install {FIXED} or later", f"Rscript -e {quote(f'install.packages(c({names}))')}"


def _commands() -> Commands:
    from types import MappingProxyType

    from garboard.model.program import Commands

    return Commands(programs=MappingProxyType({}), remedy=_remedy)


ECOSYSTEM: Final = Ecosystem(
    name="cran",
    type="cran",
    manager="cran",
    osv="CRAN",
    order="numbers",
    language="r",
    globs=("**/DESCRIPTION",),
    bare=(
        Bare(
            within=b"/R/",
            folder=rb"[^/\0]+(?=/R/(?:\0|\Z))|library/[^/\0]+\Z",
            files=(b"DESCRIPTION",),
            contents=(b".rdb",),
            kind="R packages without a description",
        ),
    ),
    load_catalog=_catalog,
    install_folder=_library,
    folders=_folders,
    load_commands=_commands,
    index="CRAN",
    misses="R itself and the packages that are part of it (a gap where no package owns them)",
    version=4,
    reference="https://cran.r-project.org/doc/manuals/r-release/R-exts.html#The-DESCRIPTION-file",
    declares=("**/renv.lock", "**/packrat/packrat.lock"),
    manifests=("**/DESCRIPTION",),
    load_declared=_declared,
)
