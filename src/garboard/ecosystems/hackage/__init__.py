"""Haskell packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, PlainCatalog
    from garboard.model.program import Commands, Fix


def _declared() -> PlainCatalog:
    from garboard.ecosystems.hackage.declared import catalog

    return catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.hackage.cataloger import catalog

    return catalog


def _remedy(fix: Fix) -> tuple[str, str]:
    from shlex import quote

    from garboard.model.program import FIXED

    wanted = " ".join(quote(f"{one.name}-{version}" if version else one.name) for one, version in fix.pins)
    return f"require {FIXED} or later, and build again", f"cabal install --lib {wanted}"


def _commands() -> Commands:
    from types import MappingProxyType

    from garboard.model.program import Commands

    return Commands(programs=MappingProxyType({}), remedy=_remedy, raised="{name}-{version}")


ECOSYSTEM: Final = Ecosystem(
    name="hackage",
    type="hackage",
    manager="hackage",
    osv="Hackage",
    order="numbers",
    language="haskell",
    globs=("**/package.conf.d/*.conf", "**/package.db/*.conf", "**/pkgdb/*.conf"),
    version=2,
    load_catalog=_catalog,
    load_commands=_commands,
    index="Hackage",
    misses="what a program was built of, which nothing in it tells (a gap where no package owns it)",
    reference="https://downloads.haskell.org/ghc/latest/docs/users_guide/packages.html",
    declares=("**/cabal.project.freeze", "**/stack.yaml.lock"),
    load_declared=_declared,
)
