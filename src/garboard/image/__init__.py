"""Open an image from any source and read the files that a scan needs."""

from __future__ import annotations

from garboard.image.layers.read import read
from garboard.image.open import configuration, load, platforms

__all__ = ["configuration", "load", "platforms", "read"]
