"""C and C++ packages of vcpkg."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.vcpkg.cataloger import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="vcpkg",
    type="vcpkg",
    manager="vcpkg",
    globs=("**/vcpkg/status",),
    load_catalog=_catalog,
    load_commands=raised_by("vcpkg upgrade"),
    index="vcpkg's registry",
    misses="changes that wait in `updates`; what was linked into a program; no advisories are read for them (a gap)",
    reference="https://learn.microsoft.com/vcpkg/",
)
