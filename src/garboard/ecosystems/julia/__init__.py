"""Julia packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, own_folder, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, PlainCatalog


def _catalog() -> Catalog:
    from garboard.ecosystems.julia.cataloger import catalog

    return catalog


def _declared() -> PlainCatalog:
    from garboard.ecosystems.julia.declared import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="julia",
    version=2,
    type="julia",
    manager="julia",
    osv="Julia",
    order="semver",
    index="the General registry of Julia",
    globs=tuple(f"**/packages/*/*/{name}" for name in ("Project.toml", "JuliaProject.toml")),
    load_catalog=_catalog,
    folders=own_folder,
    load_commands=raised_by("", "raise it in Project.toml to {} or later, and run Pkg.update()"),
    misses="Julia itself and its standard library",
    reference="https://pkgdocs.julialang.org/v1/toml-files/",
    declares=("**/Manifest.toml", "**/JuliaManifest.toml", "**/Manifest-v*.toml", "**/JuliaManifest-v*.toml"),
    manifests=("**/Project.toml",),
    load_declared=_declared,
)
