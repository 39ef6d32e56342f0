"""The order of gem versions, ``Gem::Version`` of RubyGems."""

from __future__ import annotations

import re
from typing import Final

from garboard.versions.invalid import InvalidVersion

NAME: Final = "gem"
SPELLINGS = True

_LONGEST = 1024
"""Characters; longer text is not a version (and Python refuses integers of more than 4300 digits)."""
_VERSION = re.compile(
    r"\s*(?:[0-9][0-9a-zA-Z]*(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)?\s*", re.ASCII
)
_SEGMENT = re.compile(r"([0-9]+)|([a-zA-Z]+)")

Part = tuple[int, int, str, int]
_END: Final[Part] = (1, 0, "", 0)
"""A version goes on with zeros for ever: words sort before that, numbers after."""


def key(text: str, /) -> tuple[Part, ...]:
    """Sort key that orders as ``Gem::Version#<=>``.

    A version is its runs of digits and of letters. A letter sorts before every number, a missing segment counts as 0,
    and ``-`` stands for ``.pre.``. Empty text is version 0. Letters may follow the first number without a dot
    (``1beta``), as advisories write it; RubyGems itself refuses that.

    Raises:
        InvalidVersion: RubyGems calls the text malformed.
    """
    if len(text) > _LONGEST or not _VERSION.fullmatch(text):
        raise InvalidVersion(NAME, text)
    parts: list[Part] = []
    zeros = 0
    for digits, letters in _segments(text.strip().replace("-", ".pre.")):
        if letters:
            parts.append((0, zeros, letters, 0))
        elif int(digits):
            parts.append((2, -zeros, "", int(digits)))
        else:
            zeros += 1
            continue
        zeros = 0
    return (*parts, _END)


def _segments(text: str) -> list[tuple[str, str]]:
    """Digits and letters, without the zeros between the last other number and the first letters."""
    found: list[tuple[str, str]] = _SEGMENT.findall(text)
    first = next((at for at, (_, letters) in enumerate(found) if letters), len(found))
    numbers = found[:first]
    while numbers and not int(numbers[-1][0]):
        numbers.pop()
    return numbers + found[first:]
