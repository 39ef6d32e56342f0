"""C and C++ packages of Conan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, PlainCatalog


def _catalog() -> Catalog:
    from garboard.ecosystems.conan.cataloger import catalog

    return catalog


def _declared() -> PlainCatalog:
    from garboard.ecosystems.conan.declared import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="conan",
    type="conan",
    manager="conan",
    osv="ConanCenter",
    order="semver",
    index="ConanCenter",
    globs=("**/.conan/data/*/*/*/*/package/*/conaninfo.txt",),
    load_catalog=_catalog,
    load_commands=raised_by("", "require {} or later in the conanfile, and install again"),
    misses="the cache of Conan 2 (a gap); what was linked into a program",
    reference="https://docs.conan.io/1/reference.html",
    declares=("**/conan.lock",),
    manifests=("**/conanfile.txt", "**/conanfile.py"),
    load_declared=_declared,
)
