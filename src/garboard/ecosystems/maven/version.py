"""The order of Maven versions (the POM reference, "Version Order Specification")."""

from __future__ import annotations

import re
from typing import Final

from garboard.versions.invalid import InvalidVersion

NAME: Final = "maven"
SPELLINGS = True

_LONGEST = 1024
"""Characters; longer text is not a version (and Python refuses integers of more than 4300 digits)."""
_DIGITS: Final = "0123456789"
_TOKEN = re.compile(r"([.-]?)([0-9]+|[^0-9.-]+|(?=[.-]|$))")
_QUALIFIERS: Final = {
    name: rank
    for rank, names in enumerate((("alpha",), ("beta",), ("milestone",), ("rc", "cr"), ("snapshot",)))
    for name in names
}
_LETTERS: Final = {"a": "alpha", "b": "beta", "m": "milestone"}
"""What a single letter before a number stands for."""
_RELEASES: Final = frozenset(("", "ga", "final", "release"))

Part = tuple[int, int, str]
_END: Final[Part] = (1, 0, "")
"""Below service packs, other qualifiers and numbers, above what comes before a release."""


def key(text: str, /) -> tuple[Part, ...]:
    """Sort key that orders as ``ComparableVersion``, but for what that orders in a circle.

    Zeros and names of a release count for nothing before a qualifier and at the end, wherever the separators are dots,
    so ``5.0.0.Beta1`` is before ``5``.

    Raises:
        InvalidVersion: the text is empty, too long, or holds spaces or brackets (a range).
    """
    if not text or len(text) > _LONGEST or re.search(r"[\s\[\](),]", text) or not re.search(r"[0-9A-Za-z]", text):
        raise InvalidVersion(NAME, text)
    parts: list[Part] = []
    pending: list[Part] = []
    """Zeros that count only if a number follows."""
    for dotted, token, named in _tokens(text.lower()):
        if named:
            part = _qualifier(token)
            if part == _END:
                continue
            pending = []
        else:
            part = (5 if dotted else 4, int(token), "")
            if not part[1]:
                pending = [*pending, part] if dotted else []
                continue
            pending = pending if dotted else []
        parts += [*pending, part]
        pending = []
    return (*parts, _END)


def _tokens(text: str) -> list[tuple[bool, str, bool]]:
    """(after a dot, number or word, whether it is a word); a change between digits and letters counts as a hyphen."""
    found: list[tuple[bool, str, bool]] = []
    for match in _TOKEN.finditer(text):
        separator, word = match.groups()
        if not (separator or word):
            continue
        named = bool(word) and word[0] not in _DIGITS
        after = text[match.end() : match.end() + 1]
        if named and after and after in _DIGITS:
            word = _LETTERS.get(word, word)
        found.append((separator == "." or not found, word or "0", named))
    return found


def _qualifier(word: str) -> Part:
    if word in _RELEASES:
        return _END
    if word in _QUALIFIERS:
        return (0, _QUALIFIERS[word], "")
    return (2, 0, "") if word == "sp" else (3, 0, word)
