"""What the text of a Gradle script is made of: comments, texts, blocks, and the names that only a part of it knows."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(
    r"""//[^\n]*+|/\*|"{3}(?s:.*?)(?:"{3}|\Z)|'''(?s:.*?)(?:'''|\Z)"""
    r"""|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"?|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'?"""
)
_COMMENT: Final = re.compile(r"/\*|\*/")
_LETTER: Final = re.compile(r"[^\n]")
_WORD: Final = re.compile(r"[A-Za-z_]\w*+")
_DEFAULT: Final = re.compile(r"=[^,\n]*+")
_LIST: Final = r"[ \t]*+\(([^()\n]{0,300}(?:\([^()\n]{0,100}\)[^()\n]{0,300})?(?:\n[^()\n]{0,300}){0,20})\)"
"""Parameters, over a few lines."""
_PARAMETERS: Final = re.compile(
    rf"\b(?:fun\b(?:[ \t]*+<[^<>\n]*+>)?(?:[ \t]++[\w.<>?]++)?|constructor|catch|(?:class|void|[A-Z][\w<>\[\]?]*+|def|val|var|boolean|int|long)"
    rf"(?:[ \t]++\w++)?){_LIST}"
)
"""Of methods, and names into which a value is taken apart."""
_LOOP: Final = re.compile(r"\bfor[ \t]*+\(((?:(?!\bin\b)[^:;=\n]){0,200})")
_ARROW: Final = re.compile(r"->")
_FURTHEST: Final = 300
"""Characters before an arrow, or before a block, that may belong to it."""
_DECLARED: Final = re.compile(
    r"\b(?:def|val|var|String)[ \t]++([A-Za-z_]\w*+)(?![^\n=]{0,100}\bby[ \t]++(?:(?:rootProject|project|settings)\b|extra[ \t]*+(?:\n|$)))"
)
_BRACE: Final = re.compile(r"[{}]")
_APART: Final = re.compile(r"[\n;{}]")
_ALWAYS: Final = re.compile(
    r"(?:(?:project|rootProject|gradle|this)[ \t]*\.[ \t]*)?(?:(?:ext|extra)(?:\.(?:apply|with))?|buildscript|allprojects|subprojects"
    r"|pluginManagement|plugins|dependencies|repositories|dependencyResolutionManagement|configure[ \t]*\([ \t]*(?:all|sub)projects[ \t]*\))"
)
"""What begins a block that runs once the script does, and in which names are the project's."""
_CONDITIONS: Final = frozenset({"else", "try", "finally", "do", "afterEvaluate", "beforeEvaluate"})
_CLASS: Final = re.compile(r"\b(?:class|interface|object|enum|trait)\b")
_BEFORE_NAME: Final = re.compile(
    r"(?:[ \t]|@[\w.]++|\b(?:public|private|protected|internal|static|const|lateinit|open|override)\b)*"
)
_ASKED_BEFORE: Final = re.compile(r"\b(?:if|for|while)\b[^\n{]*\)$|\belse$|[,(&|?:=+]$")
"""What a line ends with of which the next is a part."""


class Whereabouts(NamedTuple):
    """What is sure of a statement: that it is run, and that a name in it may be the project's."""

    sure: bool = True
    of_project: bool = True


class Blocks:
    """The blocks of a script, by its text without comments and without the content of texts."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._places = [0]
        self._within = [Whereabouts()]
        around: list[Whereabouts] = []
        for brace in _BRACE.finditer(code):
            if brace[0] == "{":
                around.append(self._within[-1])
                inner = self._opened(brace.start(), self._within[-1])
            else:
                inner = around.pop() if around else Whereabouts()
            self._places.append(brace.end())
            self._within.append(inner)

    def _opened(self, place: int, outer: Whereabouts) -> Whereabouts:
        head = _APART.split(self._code[max(0, place - _FURTHEST) : place].rstrip())[-1].strip()
        if _ALWAYS.fullmatch(head) is not None:
            return outer
        configured = _WORD.fullmatch(head) is not None and head not in _CONDITIONS
        return Whereabouts(sure=False, of_project=outer.of_project and not configured and _CLASS.search(head) is None)

    def at(self, place: int) -> Whereabouts:
        """What is sure of the statement that begins at a place."""
        within = self._within[bisect_right(self._places, place) - 1]
        before = self._code[max(0, place - _FURTHEST) : place]
        line = _APART.split(before)[-1]
        above = before.removesuffix(line).rstrip()
        if _BEFORE_NAME.fullmatch(line) is not None and _ASKED_BEFORE.search(above) is None:
            return within
        of_call = (line.rstrip() or above).endswith(("(", ","))
        return Whereabouts(sure=False, of_project=within.of_project and not of_call)


def without_comments(text: str, *, nested: bool = False) -> str:
    """A script without its comments; Kotlin's may be ``nested``."""
    parts: list[str] = []
    place = 0
    while (token := _TOKEN.search(text, place)) is not None:
        end = _end_of_comment(text, token.start(), nested) if token[0] == "/*" else token.end()
        comment = token[0].startswith(("//", "/*"))
        parts += (text[place : token.start()], blank(text[token.start() : end]) if comment else token[0])
        place = end
    return "".join((*parts, text[place:]))


def _end_of_comment(text: str, start: int, nested: bool) -> int:
    depth = 0
    for one in _COMMENT.finditer(text, start):
        if one[0] == "*/":
            depth -= 1
        elif nested or not depth:
            depth += 1
        if not depth:
            return one.end()
    return len(text)


def blank(text: str) -> str:
    """As many lines of as many spaces."""
    return _LETTER.sub(" ", text)


def without_texts(plain: str, *, of_lines: bool = False) -> str:
    """A script without comments, with nothing in its texts; or only in those that may have several lines."""
    return _TOKEN.sub(lambda one: _emptied(one[0], 3 if one[0][:3] in _LONG else 0 if of_lines else 1), plain)


_LONG: Final = ('"""', "'''")


def _emptied(text: str, quotes: int) -> str:
    if not quotes or len(text) < 2 * quotes:
        return text
    return f"{text[:quotes]}{blank(text[quotes:-quotes])}{text[-quotes:]}"


def hidden(code: str) -> Iterator[str]:
    """Names of parameters and loops, by a script without the content of its texts: they stand for anything there."""
    yield "it"
    for one in _PARAMETERS.finditer(code):
        yield from _WORD.findall(_DEFAULT.sub("", one[1]))
    for one in _LOOP.finditer(code):
        yield from _WORD.findall(one[1])
    before = 0
    for arrow in _ARROW.finditer(code):
        start = max(before, arrow.start() - _FURTHEST)
        yield from _WORD.findall(_DEFAULT.sub("", _listed(code[start : arrow.start()])))
        before = arrow.end()


def _listed(text: str) -> str:
    """The end of a text: its last line, and those before that end with a comma."""
    lines = re.split(r"[{};]", text)[-1].rstrip().split("\n")
    first = len(lines) - 1
    while first and lines[first - 1].rstrip().endswith(","):
        first -= 1
    return "\n".join(lines[first:])


def declared(code: str) -> Iterator[tuple[int, str]]:
    """Names that the script makes its own, with their places; not those that it takes of the project."""
    yield from ((one.start(1), one[1]) for one in _DECLARED.finditer(code))
