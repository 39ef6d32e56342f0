"""Elixir and Erlang packages."""

from __future__ import annotations

from typing import Final

from garboard.model.ecosystem import Ecosystem


def _lower(name: str) -> str:
    return name.lower()


ECOSYSTEM: Final = Ecosystem(
    name="hex",
    type="hex",
    manager="hex",
    osv="Hex",
    order="semver",
    normalize=_lower,
    index="hex.pm",
)
