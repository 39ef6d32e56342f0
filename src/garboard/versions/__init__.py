"""The common parts of version orders, and the orders that belong to no single ecosystem."""

from __future__ import annotations

from typing import Final

SHARED: Final = ("numbers", "semver")
"""The orders in this folder, each named like its module."""
