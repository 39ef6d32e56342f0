"""Elixir and Erlang packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import PlainCatalog


def _lower(name: str) -> str:
    return name.lower()


def _declared() -> PlainCatalog:
    from garboard.ecosystems.hex.declared import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="hex",
    type="hex",
    manager="hex",
    osv="Hex",
    order="semver",
    normalize=_lower,
    index="hex.pm",
    declares=("**/mix.lock", "**/rebar.lock"),
    load_declared=_declared,
)
