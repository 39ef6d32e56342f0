"""The kinds of values that policies hold: how each is checked, and its JSON schema."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from garboard.ecosystems import BY_TYPE
from garboard.model.advisory import Severity
from garboard.model.vex import JUSTIFICATIONS

_PART: Final = re.compile(r"[A-Z]{1,3}:[A-Z]{1,2}")
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


def _ecosystems(value: Any) -> tuple[str, ...]:
    found = _words(value)
    known = {name.lower() for type_, one in BY_TYPE.items() for name in (type_, one.name, one.manager, one.osv) if name}
    for name in found:
        if name.lower() not in known:
            raise Unfit(f"the names of ecosystems, as deb, npm or pypi: there is no {name[:100]}")
    return found


def _sides(value: Any) -> tuple[str, ...]:
    found = _words(value)
    if not {*found} <= {"base", "yours"}:
        raise Unfit('"base" or "yours"')
    return found


def _vector_parts(value: Any) -> tuple[str, ...]:
    found = _words(value)
    if not all(_PART.fullmatch(one) for one in found):
        raise Unfit("parts of a CVSS vector: AV:N, PR:N …")
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
    if value not in SEVERITIES:
        raise Unfit(f"{', '.join(SEVERITIES[:-1])} or {SEVERITIES[-1]}")
    return str(value)


def _counts(value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or not value or not {*value} <= {*SEVERITIES, "unknown", "all"}:
        raise Unfit(f"numbers by severity: {{{', '.join(f'{one} = 0' for one in SEVERITIES[:1:-1])}}}")
    return {name: _count(one) for name, one in value.items()}


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise Unfit("a date without quotes: 2027-01-31")
    return value


def _until(value: Any) -> dt.date | None:
    """None stands for ``until-fixed``."""
    if value == "until-fixed":
        return None
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise Unfit('a date (2027-01-31) or "until-fixed"') from None
    return _day(value)


def _justification(value: Any) -> str:
    if value not in JUSTIFICATIONS:
        *most, last = JUSTIFICATIONS
        raise Unfit(f"{', '.join(most)} or {last}")
    return str(value)


def _lines(value: Any) -> tuple[tuple[int, int], ...]:
    found = []
    for one in value if isinstance(value, list) else [value]:
        first, dash, last = str(one).partition("-")
        if isinstance(one, bool) or not first.strip().isdecimal() or (dash and not last.strip().isdecimal()):
            raise Unfit('lines of a Dockerfile: 7, "7-12", or a list of them')
        found.append((int(first), int(last) if dash else int(first)))
    if not found:
        raise Unfit('lines of a Dockerfile: 7, "7-12", or a list of them')
    return tuple(found)


def _layers(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(one, (int, str)) and not isinstance(one, bool) for one in items):
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
    "oneOf": [{"type": ["integer", "string"]}, {"type": "array", "items": {"type": ["integer", "string"]}}]
}
TEXT: Final = Kind(_text, MappingProxyType({"type": "string", "minLength": 1}))
WORDS: Final = Kind(_words, MappingProxyType(_TEXTS))
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
