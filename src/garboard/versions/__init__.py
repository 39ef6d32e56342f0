"""What version orders share, and the orders that belong to no single ecosystem."""

from __future__ import annotations

from typing import Final

SHARED: Final = ("semver",)
"""Orders in this folder, each named like its module."""
