"""Where keys and values stand in a TOML text: `tomllib` reads it, and does not say.

The text is one that `tomllib` has accepted; what it would refuse is not looked for.
"""

from __future__ import annotations

import re
from typing import Final

Path = tuple[str | int, ...]
_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY: Final = re.compile(r"""[ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+))[ \t]*(\.?)""")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'(?:.|\n)*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]*")


def places(text: str) -> dict[Path, tuple[int, int]]:
    """The first and the last character of each key, table and element of an array, by its path."""
    return _Places(text.replace("\r\n", " \n")).found


class _Places:
    def __init__(self, text: str) -> None:
        self._text = text
        self.found: dict[Path, tuple[int, int]] = {}
        self._counts: dict[Path, int] = {}
        table: Path = ()
        at = self._skip(0)
        while at < len(text):
            if text[at] == "[":
                start, many = at, text.startswith("[[", at)
                names, at = self._names(at + (2 if many else 1))
                at += 2 if many else 1
                table = self._opened(names, many=many)
                self.found.setdefault(table, (start, at))
            else:
                at = self._pair(at, table)
            at = self._skip(at)

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _names(self, at: int) -> tuple[list[str], int]:
        names: list[str] = []
        while (key := _KEY.match(self._text, at)) is not None:
            names.append(next(one for one in key.groups()[:3] if one is not None))
            at = key.end()
            if not key[4]:
                break
        return names, max(at, at + (0 if names else 1))

    def _opened(self, names: list[str], *, many: bool) -> Path:
        """The path of a table; of an array of tables the last, or a new one."""
        path: Path = ()
        for place, name in enumerate(names):
            path = (*path, name)
            if many and place == len(names) - 1:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path = (*path, self._counts[path])
        return path

    def _pair(self, at: int, table: Path) -> int:
        names, after = self._names(at)
        path = (*table, *names)
        self.found[path] = (at, max(at + 1, len(self._text[:after].rstrip())))
        return self._value(self._skip(after + 1), path)

    def _value(self, at: int, path: Path) -> int:
        opening = self._text[at : at + 1]
        if opening == "[":
            return self._items(at + 1, path)
        if opening == "{":
            return self._inner(at + 1, path)
        string = _STRING.match(self._text, at)
        end = string.end() if string else _SCALAR.match(self._text, at).end()  # type: ignore[union-attr]
        return max(end, at)

    def _items(self, at: int, path: Path) -> int:
        number = 0
        while (at := self._skip(at)) < len(self._text) and self._text[at] != "]":
            end = self._value(at, (*path, number))
            self.found.setdefault((*path, number), (at, end))
            number += 1
            at = self._skip(max(end, at + 1))
            at += self._text.startswith(",", at)
        return at + 1

    def _inner(self, at: int, path: Path) -> int:
        while (at := self._skip(at)) < len(self._text) and self._text[at] != "}":
            at = self._skip(max(self._pair(at, path), at + 1))
            at += self._text.startswith(",", at)
        return at + 1
