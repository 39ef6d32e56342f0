"""OCaml packages: opam."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.opam.cataloger import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="opam",
    type="opam",
    manager="opam",
    language="ocaml",
    globs=("**/.opam-switch/packages/*/opam",),
    load_catalog=_catalog,
    load_commands=raised_by("opam upgrade"),
    index="opam's repository",
    misses="packages that opam did not install; no advisories are read for them (a gap)",
    reference="https://opam.ocaml.org/doc/Manual.html",
)
