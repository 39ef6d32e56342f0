"""License texts as packages state them, checked against the SPDX license list and the grammar of SPDX expressions.

A name that means exactly one license of the list counts as its identifier: ``GPL-2+ or Expat`` is an expression.

The grammar is implemented here, as a few states over known identifiers, because loading license-expression takes longer
than writing the whole document; a property test checks that the two agree.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from garboard.sbom import license_names
from garboard.sbom.spdx_ids import EXCEPTIONS, LICENSES

_WORD: Final = re.compile(r"[()]|[^\s()]+")
_OPERATORS: Final = frozenset({"AND", "OR", "WITH"})
_LONGEST: Final = 2048
"""Characters of an expression; a longer text is a license's wording."""
_LONGEST_NAME: Final = 100
_NOT_IN_A_REFERENCE: Final = re.compile(r"[^A-Za-z0-9.-]+")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9.-]{1,60}")
NO_ASSERTION: Final = "NOASSERTION"


class License(NamedTuple):
    """What a stated text is: an ``id`` of the list, or an ``expression`` of several; both empty for any other text."""

    stated: str
    id: str = ""
    expression: str = ""


@lru_cache(maxsize=8192)
def recognize(stated: str) -> License:
    """A text as an identifier or expression in the list's own spelling, if it is one or means exactly that."""
    known = _identifier(stated.strip())
    if known:
        return License(stated, id=known)
    return License(stated, expression=_expression(stated))


def _expression(text: str) -> str:
    """The expression in canonical spelling; empty if the text is not one or names a license that is not listed."""
    if len(text) > _LONGEST:
        return ""
    found: list[str] = []
    depth = 0
    before = "AND"
    for word in _WORD.findall(text):
        spelled = _spelled(word, before)
        depth += (spelled == "(") - (spelled == ")")
        if not spelled or depth < 0:
            return ""
        found.append(spelled)
        before = spelled
    if depth or before in _OPERATORS or len(found) < 2:  # one word is an identifier or nothing
        return ""
    return " ".join(found).replace("( ", "(").replace(" )", ")")


def _spelled(word: str, before: str) -> str:
    """A word in its canonical spelling; empty if it may not follow ``before``."""
    operator = word.upper()
    if before == "WITH":
        return EXCEPTIONS.get(word.lower(), "")
    if before in {"AND", "OR", "("}:
        return word if word == "(" else _identifier(word)
    if operator in {"AND", "OR"} or word == ")":
        return operator
    return "WITH" if operator == "WITH" and before in _LISTED else ""


_LISTED: Final = frozenset(LICENSES.values())


@lru_cache(maxsize=4096)
def _identifier(name: str) -> str:
    """The identifier of one license by its own spelling or another name; empty if the name is longer than any."""
    if len(name) > _LONGEST_NAME:
        return ""
    lower = name.lower()
    return LICENSES.get(lower) or license_names.identifier(lower)


class References:
    """The ``LicenseRef-…`` of one SPDX document: every text that is not an expression, once, with an identifier."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        """Stated texts by identifier."""
        self._ids: dict[str, str] = {}
        self._declared: dict[tuple[str, ...], str] = {}

    def declared(self, stated: tuple[str, ...]) -> str:
        """One expression for everything that a package states, ``NOASSERTION`` for nothing."""
        if stated not in self._declared:
            self._declared[stated] = self._joined(stated)
        return self._declared[stated]

    def _joined(self, stated: tuple[str, ...]) -> str:
        parts = list(dict.fromkeys(self._part(text) for text in stated if text.strip()))
        if len(parts) < 2:
            return parts[0] if parts else NO_ASSERTION
        return " AND ".join(f"({part})" if " " in part else part for part in parts)

    def _part(self, text: str) -> str:
        found = recognize(text)
        return found.id or found.expression or self._ids.get(text) or self._added(text)

    def _added(self, text: str) -> str:
        name = text
        if not _REFERENCE.fullmatch(text):
            digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            name = f"{_NOT_IN_A_REFERENCE.sub('-', text)[:40].strip('-')}-{digest[:12]}".lstrip("-")
        identifier = f"LicenseRef-{name}"
        while identifier in self.texts:
            identifier += "-x"
        self.texts[identifier] = text
        self._ids[text] = identifier
        return identifier
