"""Open an image anywhere and read the files that a scan needs."""

from __future__ import annotations

from garboard.image.home import configuration, load
from garboard.image.reading import read

__all__ = ["configuration", "load", "read"]
