"""Whether what packages state as their license is one of those that a rule names.

Texts are read as SPDX expressions where they are some, with the names that mean one license of the list. Of ``A OR B`` the
user may choose; all of ``A AND B`` hold.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Final

from garboard.sbom.licenses import recognize

_WORD: Final = re.compile(r"[()]|[^\s()]+")
_BETWEEN: Final = re.compile(r"[\s,;|/()]+")
_NOTHING: Final = re.compile(
    r"see\b.*|unknown|noassertion|none|other|custom\b.*|dual licen[sc]e.*|license|licenseref-.*|various|multiple|unlicensed",
    re.IGNORECASE | re.DOTALL,
)
"""Texts that do not say which license it is."""


def names_one(stated: Collection[str], patterns: Collection[str]) -> bool | None:
    """Whether one of these patterns stands for a license that holds; None if the texts do not tell."""
    found = [_of(text, patterns) for text in stated]
    if any(found):
        return True
    return None if not found or None in found else False


def _of(text: str, patterns: Collection[str]) -> bool | None:
    if _matches(text, patterns):
        return True
    known = recognize(text)
    if known.id:
        return _matches(known.id, patterns)
    if known.expression:
        return _Reader(known.expression, patterns).any_of()
    words = [word for word in _BETWEEN.split(text) if word]
    if any(_matches(one, patterns) for word in words for one in (word, recognize(word).id)):
        return True
    return None if _NOTHING.fullmatch(text.strip()) or not words else False


def _matches(name: str, patterns: Collection[str]) -> bool:
    return bool(name) and any(fnmatchcase(name.lower(), one.lower()) for one in patterns)


class _Reader:
    """An expression whose grammar was checked: OR binds the least."""

    def __init__(self, expression: str, patterns: Collection[str]) -> None:
        self._words = _WORD.findall(expression)
        self._patterns = patterns
        self._at = 0

    def any_of(self) -> bool:
        found = [self._all_of()]
        while self._next("OR"):
            found.append(self._all_of())
        return all(found)

    def _all_of(self) -> bool:
        found = [self._one()]
        while self._next("AND"):
            found.append(self._one())
        return any(found)

    def _one(self) -> bool:
        if self._next("("):
            found = self.any_of()
            self._next(")")
            return found
        name = self._words[self._at]
        self._at += 1
        if self._next("WITH"):
            whole = f"{name} WITH {self._words[self._at]}"
            self._at += 1
            return _matches(name, self._patterns) or _matches(whole, self._patterns)
        return _matches(name, self._patterns)

    def _next(self, word: str) -> bool:
        found = self._at < len(self._words) and self._words[self._at] == word
        self._at += found
        return found
