"""C and C++ packages of Conan."""

from __future__ import annotations

from typing import Final

from garboard.model.ecosystem import Ecosystem

ECOSYSTEM: Final = Ecosystem(
    name="conan",
    type="conan",
    manager="conan",
    osv="ConanCenter",
    order="semver",
    index="ConanCenter",
)
