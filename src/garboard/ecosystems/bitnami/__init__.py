"""Components of Bitnami images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, parent_folder

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, VersionOrder
    from garboard.model.program import Commands, Fix


def _catalog() -> Catalog:
    from garboard.ecosystems.bitnami.cataloger import catalog

    return catalog


def _order() -> VersionOrder:
    from garboard.ecosystems.bitnami import version

    return version


def _folders(path: str) -> tuple[str, ...]:
    return (parent_folder(path),)


def _remedy(fix: Fix) -> tuple[str, str]:
    from garboard.model.program import FIXED

    del fix
    return f"take an image of Bitnami that has {FIXED} or later", ""


def _commands() -> Commands:
    from types import MappingProxyType

    from garboard.model.program import Commands

    return Commands(programs=MappingProxyType({}), remedy=_remedy)


ECOSYSTEM: Final = Ecosystem(
    name="bitnami",
    version=2,
    type="bitnami",
    manager="bitnami",
    osv="Bitnami",
    order="bitnami",
    load_order=_order,
    globs=("**/.spdx-*.spdx",),
    load_catalog=_catalog,
    folders=_folders,
    load_commands=_commands,
    index="Bitnami's repository",
    misses="what such a document names of other ecosystems, which is read where it lies",
    reference="https://github.com/bitnami/vulndb",
)
