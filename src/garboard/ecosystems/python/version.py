"""The order of Python package versions, PEP 440."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from garboard.versions.invalid import InvalidVersion

if TYPE_CHECKING:
    from packaging.version import Version

NAME = "pep440"
SPELLINGS = True

_LONGEST = 1024
"""Characters; longer text is no version (and Python refuses integers of more than 4300 digits)."""


@lru_cache(maxsize=16_384)
def key(text: str, /) -> Version:
    """Sort key by the reference implementation, `packaging`.

    Raises `InvalidVersion` for what PEP 440 refuses, the legacy versions that old releases on PyPI have among them.
    """
    from packaging.version import InvalidVersion as NotPep440
    from packaging.version import Version

    if len(text) > _LONGEST:
        raise InvalidVersion(NAME, text)
    try:
        return Version(text)
    except NotPep440:
        raise InvalidVersion(NAME, text) from None
