"""Where a user's cache and data are: the XDG base directory specification's places; beyond it, platformdirs knows."""

from __future__ import annotations

import os
import sys

_NAME = "garboard"


def cache() -> str:
    """What can be had again."""
    return _folder("XDG_CACHE_HOME", ".cache") or _elsewhere("user_cache_dir")


def data() -> str:
    """What is to be kept."""
    return _folder("XDG_DATA_HOME", os.path.join(".local", "share")) or _elsewhere("user_data_dir")  # noqa: PTH118


def _folder(variable: str, below_home: str) -> str:
    """Empty where the system is no Linux. A relative path in the variable is invalid and passed over, as specified."""
    if not sys.platform.startswith("linux"):
        return ""
    stated = os.environ.get(variable, "").strip()
    parts = (stated,) if stated.startswith("/") else (os.path.expanduser("~"), below_home)  # noqa: PTH111
    return os.path.join(*parts, _NAME)  # noqa: PTH118


def _elsewhere(function: str) -> str:
    import platformdirs

    return str(getattr(platformdirs, function)(_NAME))
