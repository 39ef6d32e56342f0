"""The order of R's and Haskell's package versions: lists of numbers, set apart by dots or (in R) hyphens."""

from __future__ import annotations

import re

from garboard.versions.invalid import InvalidVersion

NAME = "numbers"

_LONGEST = 1024
"""In characters. Longer text is not a version (and Python refuses integers of more than 4300 digits)."""
_VERSION = re.compile(r"[0-9]+(?:[.-][0-9]+)*", re.ASCII)


def key(text: str, /) -> tuple[int, ...]:
    """Return a sort key that orders like R's ``package_version``: the longer of two with a common beginning is above.

    Raises:
        InvalidVersion: The text is anything else.
    """
    if len(text) > _LONGEST or not _VERSION.fullmatch(text):
        raise InvalidVersion(NAME, text)
    return tuple(map(int, text.replace("-", ".").split(".")))
