"""Reads the YAML that tools write into their own files: block and flow collections of scalars, without anchors and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

_DEEPEST: Final = 100
_KEY: Final = re.compile(
    r"""("(?:[^"\\]|\\.)*"[ \t]*|'(?:[^']|'')*'(?!')[ \t]*|[^\s"'\[\]{}#&*!|>%@`,](?:[^:\s]|:(?=\S)|[ \t](?!\#))*):(?=[ \t]|$)"""
)
_BLOCK: Final = re.compile(r"[|>][-+\d]*(?:[ \t]+#.*)?")
_QUOTED: Final = re.compile(r"""[ \t]*(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'(?!'))[ \t]*""")
_PLAIN_IN_FLOW: Final = re.compile(r"[^,\[\]{}:]*(?::(?![ \t,\]}]|$)[^,\[\]{}:]*)*")
_COMMENT: Final = re.compile(r"(?:^|[ \t])#.*")
_ESCAPED: Final = re.compile(r"\\(.)")
_ESCAPES: Final = {"n": "\n", "t": "\t"}


class YamlMapping(dict[str, Any]):
    """A mapping, with the line of each key, from 1."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


def read(text: str) -> tuple[Any, ...]:
    """The documents of a text: `YamlMapping`, lists and strings, and None for what is empty. All scalars are strings.

    Raises:
        ValueError: it is not YAML, or more of it than such tools write.
    """
    documents: list[list[tuple[int, str]]] = [[]]
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if line.rstrip() in {"---", "..."} or line.startswith("--- "):
            documents.append([])
        elif not line.startswith("%"):
            documents[-1].append((number, line))
    return tuple(document for lines in documents if (document := _Lines(lines).document()) is not None)


def mappings(value: object) -> Iterator[YamlMapping]:
    """The mappings in a list; none where there is nothing.

    Raises:
        ValueError: it is another value, or holds one.
    """
    for one in value if isinstance(value, list) else () if value in (None, "", {}) else (value,):
        if not isinstance(one, YamlMapping) or one is value:
            raise ValueError("what should be a list of tables is none")
        yield one


class _Lines:
    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self._lines = lines
        self._at = 0

    def document(self) -> Any:
        """All of it."""
        if self._indent() < 0:
            return None
        value = self._block(self._indent(), 0)
        if self._indent() >= 0:
            raise self._wrong("is indented as nothing before it")
        return value

    def _wrong(self, what: str) -> ValueError:
        return ValueError(f"line {self._lines[min(self._at, len(self._lines) - 1)][0]} {what}")

    def _indent(self) -> int:
        """Of the next line that is not empty; less than 0 at the end."""
        while self._at < len(self._lines):
            line = self._lines[self._at][1]
            text = line.lstrip(" ")
            if text.strip() and not text.startswith("#"):
                return len(line) - len(text)
            self._at += 1
        return -1

    def _block(self, indent: int, depth: int) -> Any:
        if depth > _DEEPEST:
            raise self._wrong("is nested too deeply")
        text = self._lines[self._at][1][indent:]
        if text.startswith("- ") or text.rstrip() == "-":
            return self._sequence(indent, depth)
        if text.startswith("? ") or _KEY.match(text) is not None:
            return self._mapping(indent, depth)
        self._at += 1
        return self._value(text, indent - 1, depth)

    def _sequence(self, indent: int, depth: int) -> list[Any]:
        found = []
        while self._indent() == indent:
            line = self._lines[self._at][1]
            if not (line[indent:].startswith("- ") or line[indent:].rstrip() == "-"):
                break
            found.append(self._item(indent, depth))
        return found

    def _item(self, indent: int, depth: int) -> Any:
        """What follows a dash, or the colon of a key that stands on a line of its own."""
        number, line = self._lines[self._at]
        rest = line[indent + 1 :]
        if not rest.strip():
            self._at += 1
            return self._below(indent, depth)
        inner = len(line) - len(rest.lstrip(" "))
        self._lines[self._at] = (number, " " * inner + line[inner:])
        return self._block(inner, depth + 1)

    def _mapping(self, indent: int, depth: int) -> YamlMapping:
        found = YamlMapping()
        while self._indent() == indent:
            number, line = self._lines[self._at]
            text = line[indent:]
            if text.startswith("- "):
                break
            if text.startswith("? "):
                key = _scalar(text[2:])
                self._at += 1
                if self._indent() != indent or not self._lines[self._at][1][indent:].startswith(":"):
                    raise self._wrong("is no value of the key before it")
                found.lines.setdefault(key, number)
                found[key] = self._item(indent, depth)
                continue
            if (named := _KEY.match(text)) is not None:
                key, rest = _scalar(named[1]), text[named.end() :]
            else:
                raise self._wrong("is neither a key nor a value")
            self._at += 1
            found.lines.setdefault(key, number)
            found[key] = self._value(rest.strip(" \t"), indent, depth)
        return found

    def _below(self, indent: int, depth: int, *, of_key: bool = False) -> Any:
        """The block below a key or dash; a sequence of a key may be as far to the left as it."""
        below = self._indent()
        if below > indent:
            return self._block(below, depth + 1)
        if of_key and below == indent and self._lines[self._at][1][indent:].startswith("- "):
            return self._block(below, depth + 1)
        return None

    def _value(self, text: str, indent: int, depth: int) -> Any:
        if not text or text.startswith("#"):
            return self._below(indent, depth, of_key=True)
        if text[0] in "&*!":
            raise self._wrong("uses anchors or tags, which are not read here")
        if _BLOCK.fullmatch(text):
            return self._literal(indent)
        if text[0] in "{[":
            parts = [_COMMENT.sub("", text)]
            opened = _opened(parts[0])
            while opened > 0 and self._indent() > indent:
                parts.append(_COMMENT.sub("", self._lines[self._at][1].strip()))
                opened += _opened(parts[-1])
                self._at += 1
            return _Flow(" ".join(parts)).whole()
        parts = [text]
        while self._indent() > indent:
            parts.append(self._lines[self._at][1].strip())
            self._at += 1
        return _scalar(" ".join(parts))

    def _literal(self, indent: int) -> str:
        parts = []
        while self._at < len(self._lines):
            line = self._lines[self._at][1]
            if line.strip() and len(line) - len(line.lstrip(" ")) <= indent:
                break
            parts.append(line.strip())
            self._at += 1
        return "\n".join(parts).strip()


def _scalar(text: str) -> str:
    quoted = _QUOTED.match(text)
    if quoted is None:
        if text.startswith(('"', "'")):
            raise ValueError(f"{text[:80]!r} lacks its closing quotation mark")
        return _COMMENT.sub("", text).strip()
    rest = text[quoted.end() :]
    if rest and not rest.startswith("#"):
        raise ValueError(f"{text[:80]!r} goes on after its quotation marks")
    return _unquoted(quoted)


def _unquoted(quoted: re.Match[str]) -> str:
    if quoted[1] is not None:
        return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), quoted[1])
    return quoted[2].replace("''", "'")


def _opened(text: str) -> int:
    bare = re.sub(r""""(?:[^"\\]|\\.)*"|'[^']*'""", "", text)
    return sum(bare.count(one) for one in "{[") - sum(bare.count(one) for one in "}]")


class _Flow:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> Any:
        value = self._value(0)
        if self._text[self._at :].strip():
            raise ValueError(f"{self._text[:80]!r} goes on after it ends")
        return value

    def _next(self) -> str:
        while self._text[self._at : self._at + 1] in {" ", "\t"}:
            self._at += 1
        return self._text[self._at : self._at + 1]

    def _value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("is nested too deeply")
        if self._next() == "{":
            return self._mapping(depth)
        if self._next() == "[":
            return self._sequence(depth)
        return self._scalar()

    def _scalar(self) -> str:
        if (quoted := _QUOTED.match(self._text, self._at)) is not None:
            self._at = quoted.end()
            return _unquoted(quoted)
        plain = _PLAIN_IN_FLOW.match(self._text, self._at)
        assert plain is not None
        self._at = plain.end()
        return plain[0].strip()

    def _mapping(self, depth: int) -> YamlMapping:
        found = YamlMapping()
        self._at += 1
        while self._next() != "}":
            key = self._scalar()
            value = None
            if self._next() == ":":
                self._at += 1
                value = self._value(depth + 1) if self._next() not in {",", "}"} else None
            found[key] = value
            self._separated("}")
        self._at += 1
        return found

    def _sequence(self, depth: int) -> list[Any]:
        found = []
        self._at += 1
        while self._next() != "]":
            found.append(self._value(depth + 1))
            self._separated("]")
        self._at += 1
        return found

    def _separated(self, end: str) -> None:
        if self._next() == ",":
            self._at += 1
        elif self._next() != end:
            raise ValueError(f"{self._text[:80]!r} lacks a {end}")
