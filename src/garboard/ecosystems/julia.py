"""Julia packages."""

from __future__ import annotations

from typing import Final

from garboard.model.ecosystem import Ecosystem

ECOSYSTEM: Final = Ecosystem(
    name="julia",
    type="julia",
    manager="julia",
    osv="Julia",
    order="semver",
    index="the General registry of Julia",
)
