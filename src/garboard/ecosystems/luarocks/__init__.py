"""Lua packages: LuaRocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, parent_folder

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog
    from garboard.model.program import Commands, Fix


def _catalog() -> Catalog:
    from garboard.ecosystems.luarocks.cataloger import catalog

    return catalog


def _folders(path: str) -> tuple[str, ...]:
    return (parent_folder(path),)


def _remedy(fix: Fix) -> tuple[str, str]:
    from shlex import quote

    from garboard.model.program import FIXED

    names = " ".join(quote(one.name) for one, _ in fix.pins)
    return f"install {FIXED} or later", f"luarocks install {names}".rstrip()


def _commands() -> Commands:
    from types import MappingProxyType

    from garboard.model.program import Commands

    return Commands(programs=MappingProxyType({}), remedy=_remedy)


ECOSYSTEM: Final = Ecosystem(
    name="luarocks",
    type="luarocks",
    manager="luarocks",
    language="lua",
    globs=("**/*.rockspec",),
    load_catalog=_catalog,
    folders=_folders,
    load_commands=_commands,
    index="LuaRocks",
    misses="modules that LuaRocks did not install; no advisories are read for them (a gap)",
    reference="https://github.com/luarocks/luarocks/blob/main/docs/rockspec_format.md",
)
