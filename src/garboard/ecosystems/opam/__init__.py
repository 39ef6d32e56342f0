"""OCaml packages: opam."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog
    from garboard.model.program import Commands, Fix


def _catalog() -> Catalog:
    from garboard.ecosystems.opam.cataloger import catalog

    return catalog


def _remedy(fix: Fix) -> tuple[str, str]:
    from shlex import quote

    from garboard.model.program import FIXED

    names = " ".join(quote(one.name) for one, _ in fix.pins)
    return f"install {FIXED} or later", f"opam upgrade {names}".rstrip()


def _commands() -> Commands:
    from types import MappingProxyType

    from garboard.model.program import Commands

    return Commands(programs=MappingProxyType({}), remedy=_remedy)


ECOSYSTEM: Final = Ecosystem(
    name="opam",
    type="opam",
    manager="opam",
    language="ocaml",
    globs=("**/.opam-switch/packages/*/opam",),
    load_catalog=_catalog,
    load_commands=_commands,
    index="opam's repository",
    misses="packages that opam did not install; no advisories are read for them (a gap)",
    reference="https://opam.ocaml.org/doc/Manual.html",
)
