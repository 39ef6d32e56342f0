"""Open an image anywhere and read the files that a scan needs."""

from __future__ import annotations

from garboard.image.home import load
from garboard.image.reading import read

__all__ = ["load", "read"]
