"""Paragraphs of fields (deb822(5)), and the package relations in them (deb-control(5))."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from garboard.ecosystems.dpkg import version as deb
from garboard.versions.invalid import InvalidVersion

_RELATION: Final = re.compile(
    r"\s*([^\s:(\[<|,]+)(?::([a-z0-9-]+))?\s*(?:\(\s*(<<|<=|>=|>>|=|<|>)\s*([^\s)]+)\s*\))?[^|,]*"
)
_TESTS: Final = MappingProxyType[str, Callable[[Any, Any], Any]](
    {
        "<<": operator.lt, "<": operator.le, "<=": operator.le, "=": operator.eq, ">=": operator.ge, ">": operator.ge,
        ">>": operator.gt,
    }
)  # fmt: skip


class Relation(NamedTuple):
    """One alternative: a package's name, the required architecture (``any`` …), and the allowed versions."""

    name: str
    qualifier: str = ""
    test: str = ""
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.test} {self.version})" if self.test else self.name


Group = tuple[Relation, ...]
"""Alternatives; any of them is sufficient."""


def paragraphs(text: str) -> Iterator[dict[str, str]]:
    """Yield each paragraph's fields by lower-case name, without comments; continuation lines are joined by line feeds."""
    fields: dict[str, list[str]] = {}
    last = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield _joined(fields)
            fields, last = {}, ""
        elif line[0] in " \t":
            if last:
                fields[last].append(line.strip())
        else:
            name, _, value = line.partition(":")
            last = name.strip().lower()
            fields[last] = [value.strip()]
    if fields:
        yield _joined(fields)


def _joined(fields: dict[str, list[str]]) -> dict[str, str]:
    return {name: "\n".join(values) for name, values in fields.items()}


@lru_cache(16384)
def groups(text: str) -> tuple[Group, ...]:
    """Return a dependency field's requirements, each as its alternatives."""
    found = []
    for part in text.split(","):
        alternatives = tuple(
            Relation(match[1], match[2] or "", match[3] or "", match[4] or "")
            for one in part.split("|")
            if (match := _RELATION.match(one))
        )
        if alternatives:
            found.append(alternatives)
    return tuple(found)


@lru_cache(65536)
def key(version: str) -> Any:
    """Return the version's sort key; invalid versions sort below all valid ones."""
    try:
        return (1, deb.key(version))
    except InvalidVersion:
        return (0, version)


def holds(relation: Relation, version: str) -> bool:
    """Report whether the relation allows a version."""
    return not relation.test or bool(_TESTS[relation.test](key(version), key(relation.version)))
