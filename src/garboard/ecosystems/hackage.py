"""Haskell packages."""

from __future__ import annotations

from typing import Final

from garboard.model.ecosystem import Ecosystem

ECOSYSTEM: Final = Ecosystem(
    name="hackage",
    type="hackage",
    manager="hackage",
    osv="Hackage",
    order="numbers",
    language="haskell",
    index="Hackage",
)
