"""Haskell packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import PlainCatalog


def _declared() -> PlainCatalog:
    from garboard.ecosystems.hackage.declared import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="hackage",
    type="hackage",
    manager="hackage",
    osv="Hackage",
    order="numbers",
    language="haskell",
    index="Hackage",
    declares=("**/cabal.project.freeze", "**/stack.yaml.lock"),
    load_declared=_declared,
)
