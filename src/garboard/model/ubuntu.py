"""Ubuntu's releases."""

from types import MappingProxyType
from typing import Final

CODENAMES: Final = MappingProxyType(
    {
        "trusty": "14.04", "xenial": "16.04", "bionic": "18.04", "focal": "20.04", "jammy": "22.04", "lunar": "23.04",
        "mantic": "23.10", "noble": "24.04", "oracular": "24.10", "plucky": "25.04", "questing": "25.10",
        "resolute": "26.04",
    }
)  # fmt: skip
"""Version by code name."""
