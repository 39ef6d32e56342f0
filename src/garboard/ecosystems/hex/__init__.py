"""Elixir and Erlang packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, parent_folder

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, PlainCatalog
    from garboard.model.program import Commands, Fix


def _lower(name: str) -> str:
    return name.lower()


def _declared() -> PlainCatalog:
    from garboard.ecosystems.hex.declared import catalog

    return catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.hex.cataloger import catalog

    return catalog


def _library(path: str) -> str:
    """The folder of applications: what holds ``NAME-VERSION/ebin/NAME.app``."""
    return parent_folder(parent_folder(parent_folder(path)))


def _folders(path: str) -> tuple[str, ...]:
    return (parent_folder(parent_folder(path)),)


def _remedy(fix: Fix) -> tuple[str, str]:
    from shlex import quote

    from garboard.model.program import FIXED

    names = " ".join(quote(package.name) for package, _ in fix.pins)
    return f"require {FIXED} or later, and build the release again", f"mix deps.update {names}".rstrip()


def _commands() -> Commands:
    from types import MappingProxyType

    from garboard.model.program import Commands

    return Commands(programs=MappingProxyType({}), remedy=_remedy)


ECOSYSTEM: Final = Ecosystem(
    name="hex",
    type="hex",
    manager="hex",
    osv="Hex",
    order="semver",
    normalize=_lower,
    globs=("**/ebin/*.app",),
    load_catalog=_catalog,
    install_folder=_library,
    folders=_folders,
    load_commands=_commands,
    index="hex.pm",
    misses="archives (`.ez`, a gap; escripts); the applications of Erlang/OTP and of Elixir are listed, and no advisories are read for "
    "them (a gap)",
    reference="https://www.erlang.org/doc/apps/kernel/app.html",
    blank=r"manifest\.toml$",
    declares=("**/mix.lock", "**/rebar.lock", "**/manifest.toml"),
    manifests=("**/mix.exs",),
    load_declared=_declared,
    version=2,
)
