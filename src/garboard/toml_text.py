"""TOML that strangers wrote: read by `tomllib`, whose work grows with the square of how deep a key is."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

_DEEPEST: Final = 200
"""Dots of a key; real ones have a few."""
_BETWEEN: Final = str.maketrans(dict.fromkeys(" \t\"'"))
_KEY: Final = re.compile(r"[\w.-]+")


def loads(text: str) -> dict[str, Any]:
    """The document.

    Raises:
        ValueError: it is no TOML (`tomllib.TOMLDecodeError`), or has keys that are deeper than any that are used.
    """
    for line in text.splitlines() if text.count(".") > _DEEPEST else ():
        if line.count(".") > _DEEPEST and any(_is_deep(one) for one in _KEY.findall(line.translate(_BETWEEN))):
            raise tomllib.TOMLDecodeError(f"A key is deeper than {_DEEPEST}")
    return tomllib.loads(text)


def _is_deep(key: str) -> bool:
    return key.count(".") > _DEEPEST and ".." not in key
