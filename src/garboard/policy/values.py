"""The kinds of values that policies hold: how each is checked, and its JSON schema."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import translate
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from garboard.ecosystems import BY_TYPE
from garboard.model.advisory import Severity
from garboard.model.vex import JUSTIFICATIONS
from garboard.policy import vector_parts

_NEVER: Final = ("\\[", "(?!)")
"""What the expression of a pattern has which asks for a bracket, or for no character at all."""
_NO_ID: Final = re.compile(r"[\s,*?\[\]]")
_LINES: Final = re.compile(r"\s*([0-9]{1,9})\s*(?:-\s*([0-9]{1,9})\s*)?")
_LAYER: Final = re.compile(r"[0-9]{1,9}|sha256:[0-9a-f]{64}")
_DAY: Final = 'a day (2027-01-31) or "until-fixed"'
UNTIL_FIXED: Final = "until-fixed"
SEVERITIES: Final = ("low", "medium", "high", "critical")


class Unfit(ValueError):
    """A value that is not of its kind, for which it says what is wanted."""

    def __str__(self) -> str:
        """As a part of a sentence whose subject is the key."""
        return f"wants {self.args[0]}"


class Kind(NamedTuple):
    """How a value is checked, which raises `Unfit`, and its JSON schema."""

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unfit("a text that is not empty")
    return value.strip()


def _words(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(one, str) and one.strip() for one in items):
        raise Unfit("a text or a list of texts")
    return tuple(one.strip() for one in items)


def _identifiers(value: Any) -> tuple[str, ...]:
    found = _words(value)
    for one in found:
        if _NO_ID.search(one):
            raise Unfit(
                f'identifiers, one or a list of them, and no patterns: ["CVE-2024-1", "CVE-2024-2"], not {one[:60]}'
            )
    return found


def _meant(word: str, known: Iterable[str]) -> str:
    """What to ask about a word that is none of those known; it begins with a semicolon, or is empty."""
    near = difflib.get_close_matches(word.lower(), [*known], 1)
    return f"; did you mean {near[0]}?" if near else ""


def _ecosystems(value: Any) -> tuple[str, ...]:
    found = _words(value)
    known = {name.lower() for type_, one in BY_TYPE.items() for name in (type_, one.name, one.manager, one.osv) if name}
    for name in found:
        if name.lower() not in known:
            raise Unfit(f"the names of ecosystems, as deb, npm or pypi: there is no {name[:100]}")
    return found


def _sides(value: Any) -> tuple[str, ...]:
    found = tuple(one.lower() for one in _words(value))
    if not {*found} <= {"base", "yours"}:
        raise Unfit('"base" or "yours"')
    return found


def _vector_parts(value: Any) -> tuple[str, ...]:
    found = _words(value)
    why = vector_parts.wrong(found)
    if why:
        raise Unfit(f"parts of a CVSS vector: AV:N, PR:N …; {why}")
    return tuple(one.upper() for one in found)


def _patterns(value: Any) -> tuple[str, ...]:
    found = _words(value)
    for one in found:
        if any(never in translate(one) for never in _NEVER):
            raise Unfit(f"names or patterns of packages: {one[:60]} can match none, as no name has a bracket")
    return found


def _true(value: Any) -> bool:
    if value is not True:
        raise Unfit("true; leave it out where it does not matter")
    return True


def _either(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("true or false")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Unfit("a whole number, 0 or more")
    return value


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise Unfit("a number from 0 to 1")
    return float(value)


def _severity(value: Any) -> str:
    word = value.strip().lower() if isinstance(value, str) else ""
    if word not in SEVERITIES:
        raise Unfit(f"{', '.join(SEVERITIES[:-1])} or {SEVERITIES[-1]}{_meant(word, SEVERITIES)}")
    return word


def _counts(value: Any) -> dict[str, int]:
    found = {name.lower(): one for name, one in value.items()} if isinstance(value, dict) else {}
    if not found or len(found) < len(value) or not {*found} <= {*SEVERITIES, "unknown", "all"}:
        raise Unfit(f"numbers by severity: {{{', '.join(f'{one} = 0' for one in SEVERITIES[:1:-1])}}}")
    return {name: _count(one) for name, one in found.items()}


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        raise Unfit(f"a day without a time: {value.date()}")
    if not isinstance(value, dt.date):
        raise Unfit(_DAY)
    return value


def _until(value: Any) -> dt.date | None:
    """None stands for ``until-fixed``."""
    if value == UNTIL_FIXED:
        return None
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise Unfit(_DAY) from None
    return _day(value)


def _justification(value: Any) -> str:
    if value not in JUSTIFICATIONS:
        *most, last = JUSTIFICATIONS
        raise Unfit(f"{', '.join(most)} or {last}{_meant(str(value), JUSTIFICATIONS)}")
    return str(value)


def _lines(value: Any) -> tuple[tuple[int, int], ...]:
    items = value if isinstance(value, list) else [value]
    found = [None if isinstance(one, bool) else _LINES.fullmatch(str(one)) for one in items]
    lines = tuple((int(one[1]), int(one[2] or one[1])) for one in found if one)
    if not lines or None in found or not all(0 < first <= last for first, last in lines):
        raise Unfit('lines of a Dockerfile, from 1: 7, "7-12", or a list of them')
    return lines


def _layers(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if not items or any(isinstance(one, bool) or not _LAYER.fullmatch(str(one)) for one in items):
        raise Unfit("a layer's number from 0 or its diff id (sha256:…), or a list of them")
    return tuple(str(one) for one in items)


def _option(value: Any) -> Any:
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(one, (str, int, float)) and str(one).strip() for one in items):
        raise Unfit("a text, a number, true or false, or a list of them")
    return value if isinstance(value, bool) else [str(one) for one in value] if isinstance(value, list) else str(value)


_TEXTS: Final = {
    "oneOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
}
_ONE_OR_MORE: Final = {
    "oneOf": [
        {"type": ["integer", "string"], "minimum": 0},
        {"type": "array", "items": {"type": ["integer", "string"], "minimum": 0}, "minItems": 1},
    ]
}
TEXT: Final = Kind(_text, MappingProxyType({"type": "string", "minLength": 1}))
WORDS: Final = Kind(_words, MappingProxyType(_TEXTS))
PATTERNS: Final = Kind(_patterns, MappingProxyType(_TEXTS))
IDS: Final = Kind(_identifiers, MappingProxyType(_TEXTS))
ECOSYSTEMS: Final = Kind(_ecosystems, MappingProxyType(_TEXTS))
SIDES: Final = Kind(_sides, MappingProxyType(_TEXTS))
VECTOR_PARTS: Final = Kind(_vector_parts, MappingProxyType(_TEXTS))
TRUE: Final = Kind(_true, MappingProxyType({"const": True}))
EITHER: Final = Kind(_either, MappingProxyType({"type": "boolean"}))
COUNT: Final = Kind(_count, MappingProxyType({"type": "integer", "minimum": 0}))
OPTION: Final = Kind(
    _option,
    MappingProxyType(
        {"type": ["string", "number", "boolean", "array"], "items": {"type": ["string", "number"]}, "minLength": 1}
    ),
)
SHARE: Final = Kind(_share, MappingProxyType({"type": "number", "minimum": 0, "maximum": 1}))
SEVERITY: Final = Kind(_severity, MappingProxyType({"enum": [*SEVERITIES]}))
COUNTS: Final = Kind(
    _counts,
    MappingProxyType(
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"enum": [*SEVERITIES, "unknown", "all"]},
            "additionalProperties": {"type": "integer", "minimum": 0},
        }
    ),
)
UNTIL: Final = Kind(_until, MappingProxyType({"type": "string", "description": "A date, or until-fixed."}))
JUSTIFICATION: Final = Kind(_justification, MappingProxyType({"enum": [*JUSTIFICATIONS]}))
LINES: Final = Kind(_lines, MappingProxyType(_ONE_OR_MORE))
LAYERS: Final = Kind(_layers, MappingProxyType(_ONE_OR_MORE))


def severity_of(word: str) -> Severity:
    """The severity of a word that was checked."""
    return Severity[word.upper()]
