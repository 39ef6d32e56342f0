"""Debian's releases by their codenames."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

UNSTABLE: Final = "sid"
CODENAMES: Final = MappingProxyType(
    {
        "buzz": "1.1", "rex": "1.2", "bo": "1.3", "hamm": "2.0", "slink": "2.1", "potato": "2.2", "woody": "3.0",
        "sarge": "3.1", "etch": "4", "lenny": "5", "squeeze": "6", "wheezy": "7", "jessie": "8", "stretch": "9",
        "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15",
        UNSTABLE: UNSTABLE,
    }
)  # fmt: skip
"""To the version as os-release and the ecosystems of OSV have it."""
UNRELEASED: Final = frozenset(("forky", "duke", UNSTABLE))
"""Those that are not released yet, or never will be."""
