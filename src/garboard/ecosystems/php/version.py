"""The order of Composer versions: PHP's ``version_compare`` of what Composer makes of them."""

from __future__ import annotations

import re
from typing import Final

from garboard.versions.invalid import InvalidVersion

NAME: Final = "composer"
SPELLINGS = True

_LONGEST = 1024
"""Characters; longer text is not a version (and Python refuses integers of more than 4300 digits)."""
_VERSION = re.compile(r"v?[0-9][0-9a-z._+-]*", re.ASCII)
_PART = re.compile(r"[0-9]+|[a-z]+")
_BRANCH = re.compile(r"dev-.+|v?(?:9999999(?:\.9999999){0,3}|[0-9]+(?:\.[0-9]+){0,2}\.x)-dev", re.ASCII)
"""A branch, by its name, by that of the releases that are made of it (``2.x-dev``), or as Composer 1 called the default one."""
_RANKS: Final = {
    name: rank
    for rank, names in enumerate((("dev",), ("alpha", "a"), ("beta", "b"), ("rc", "c")), start=1)
    for name in names
} | dict.fromkeys(("pl", "p", "patch"), 6)

Part = tuple[int, int, str]
_END: Final[Part] = (5, 0, "")


def key(text: str, /) -> tuple[Part, ...]:
    """Sort key: other words < dev < alpha < beta < RC < nothing < patch < a number; build metadata are ignored.

    Zeros at the end of the numbers count for nothing (``1.0`` is ``1.0.0``).

    Raises:
        InvalidVersion: the text is a branch, or anything else.
    """
    lower = text.lower().strip()
    if len(text) > _LONGEST or not _VERSION.fullmatch(lower) or _BRANCH.fullmatch(lower):
        raise InvalidVersion(NAME, text)
    words = _PART.findall(lower.removeprefix("v").partition("+")[0])
    numbers = next((at for at, word in enumerate(words) if not word.isdigit()), len(words))
    leading = [int(word) for word in words[:numbers]]
    while leading and not leading[-1]:
        leading.pop()
    rest = [word for word in words[numbers:] if word != "stable"]
    return (*((7, number, "") for number in leading), *map(_part, rest), _END)


def moves(text: str, /) -> bool:
    """Whether it names a branch: what lies there now, or lay there once, is no version."""
    return len(text) <= _LONGEST and _BRANCH.fullmatch(text.lower().strip()) is not None


def _part(word: str) -> Part:
    if word.isdigit():
        return (7, int(word), "")
    return (_RANKS[word], 0, "") if word in _RANKS else (0, 0, word)
