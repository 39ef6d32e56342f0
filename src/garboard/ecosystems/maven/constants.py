"""Classes of Gradle's builds (``buildSrc``, ``build-logic``) of which constants are the coordinates of artifacts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from garboard.ecosystems.maven.effective import exact
from garboard.lock_text import Pinned, Remark
from garboard.model.gap import some

_COMMENT: Final = re.compile(r"""//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*"?""")
_HOLDER: Final = re.compile(r"\b(?:object|class|interface|enum)[ \t]+(\w+)")
_JOINED: Final = re.compile(r'"[ \t]*\+[ \t]*([A-Za-z_][\w.]*)(?:[ \t]*\+[ \t]*(")|(?=[ \t]*[;\n)]))')
_CONSTANT: Final = re.compile(r"""\b(\w+)[ \t]*(?::[ \t]*String[ \t]*)?=[ \t]*["']([^"'\\\n]{0,300})["']""")
_TEXT: Final = re.compile(r"""["']([\w.-]{1,200}:[^"'\\\s]{1,500})["']""")
_FILLED: Final = re.compile(r"\$\{([\w.]+)\}|\$(\w+)")
_COORDINATES: Final = re.compile(r"([A-Za-z][\w.-]*):([A-Za-z][\w.-]*):(\d[^:@\s$]*)(?:[:@].*)?")
_OPEN: Final = re.compile(r"[\w.-]+:[\w.-]+:[^:]*\$.*|[\w.-]*\$.*:.*")
_DEEPEST: Final = 5
"""Constants that are made of each other."""


def named(text: str) -> Iterator[Pinned | Remark]:
    """The artifacts of a file; those of which a constant of another file is a part are told."""
    plain = _COMMENT.sub(lambda one: one[0] if one[0][0] == '"' else re.sub(r"[^\n]", " ", one[0]), text)
    plain = _JOINED.sub(lambda one: f"${{{one[1]}}}" + ("" if one[2] else '"'), plain)
    constants = _Constants(plain)
    left: list[str] = []
    line, before = 1, 0
    for found in _TEXT.finditer(plain):
        line += plain.count("\n", before, found.start())
        before = found.start()
        value = constants.filled(found[1], found.start())
        if (parts := _COORDINATES.fullmatch(value)) is not None:
            yield Pinned(f"{parts[1]}:{parts[2]}", "" if "+" in parts[3] else exact(parts[3]), asked=True, line=line)
        elif _OPEN.fullmatch(value):
            left.append(str(line))
    if left:
        named = some(left)
        yield Remark(f"names artifacts by constants of other files (lines {named}): they were not judged", named.names)


class _Constants:
    """The constants of a file, by the class that holds them and their names."""

    def __init__(self, text: str) -> None:
        self._holders = [(found.start(), found[1]) for found in _HOLDER.finditer(text)]
        self._values: dict[tuple[str, str], str] = {}
        by_name: dict[str, set[str]] = {}
        for found in _CONSTANT.finditer(text):
            self._values[self._holder(found.start()), found[1]] = found[2]
            by_name.setdefault(found[1], set()).add(found[2])
        self._only: Mapping[str, str] = {name: values.pop() for name, values in by_name.items() if len(values) == 1}

    def _holder(self, place: int) -> str:
        from bisect import bisect_left

        number = bisect_left(self._holders, (place, ""))
        return self._holders[number - 1][1] if number else ""

    def filled(self, value: str, place: int) -> str:
        """The value with the constants that it names, as far as this file states them."""
        holder = self._holder(place)
        for _ in range(_DEEPEST):
            value = _FILLED.sub(lambda one: self._named(one[1] or one[2], holder, one[0]), value)[:1000]
        return value

    def _named(self, name: str, holder: str, otherwise: str) -> str:
        within, _, short = name.rpartition(".")
        key = (within.rpartition(".")[2] or holder, short)
        found = self._values.get(key)
        return found if found is not None else self._only.get(short, otherwise) if not within else otherwise
