"""Lua packages: LuaRocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, own_folder, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.luarocks.cataloger import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="luarocks",
    type="luarocks",
    manager="luarocks",
    language="lua",
    globs=("**/*.rockspec",),
    load_catalog=_catalog,
    folders=own_folder,
    load_commands=raised_by("luarocks install"),
    index="LuaRocks",
    misses="modules that LuaRocks did not install; no advisories are read for them (a gap)",
    reference="https://github.com/luarocks/luarocks/blob/main/docs/rockspec_format.md",
)
