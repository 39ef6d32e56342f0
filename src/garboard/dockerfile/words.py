"""A logical line and its words: continued lines are joined, and each character keeps its position in the source."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from garboard.dockerfile.source import SPACE, Source
from garboard.model.dockerfile import Argument, Flag, Span

_BLANK: Final = re.compile(r"[\t\v\f\r ]+")


class Logical(NamedTuple):
    """A part of an instruction's logical line; ``places`` has the source position of each character."""

    text: str
    places: list[int]

    def part(self, start: int, end: int) -> Logical:
        """Return the characters ``start`` to ``end``."""
        return Logical(self.text[start:end], self.places[start:end])

    def strip(self) -> Logical:
        """Return the part without white space at either end."""
        start = len(self.text) - len(self.text.lstrip(SPACE))
        return self.part(start, max(start, len(self.text.rstrip(SPACE))))

    def span(self, source: Source) -> Span:
        """Return where this was written, from its first character to its last."""
        if not self.places:
            return source.span(0, 0)
        return source.span(self.places[0], self.places[-1] + 1)

    def argument(self, source: Source) -> Argument:
        """Return this as one argument."""
        return Argument(text=self.text, span=self.span(source))


def cut(line: Logical) -> tuple[Logical, Logical]:
    """Return the first word, and the text after the blanks that follow it."""
    found = _BLANK.search(line.text)
    if found is None:
        return line, line.part(len(line.text), len(line.text))
    return line.part(0, found.start()), line.part(found.end(), len(line.text))


def blank_separated(line: Logical) -> list[Logical]:
    """Return the words between blanks; quotes have no meaning here. An empty line has no words."""
    words = []
    start = 0
    for found in _BLANK.finditer(line.text):
        words.append(line.part(start, found.start()))
        start = found.end()
    words.append(line.part(start, len(line.text)))
    return words if line.text else []


def quoted(line: Logical, escape: str) -> list[Logical]:
    """Return the words between white space that is neither quoted nor escaped, keeping quotes and escapes.

    This is what the builder does for ARG, ENV and LABEL: an escape character at the very end is dropped.
    """
    words: list[Logical] = []
    chosen: list[int] = []
    quote = ""
    text = line.text
    at = 0
    while at < len(text):
        one = text[at]
        if not quote and one in SPACE:
            _close(line, chosen, words)
        elif one == escape and quote != "'":
            if at + 1 < len(text):
                chosen += (at, at + 1)
            at += 1
        else:
            if quote:
                quote = "" if one == quote else quote
            elif one in "'\"":
                quote = one
            chosen.append(at)
        at += 1
    _close(line, chosen, words)
    return words


def _close(line: Logical, chosen: list[int], words: list[Logical]) -> None:
    if chosen:
        words.append(Logical("".join(line.text[at] for at in chosen), [line.places[at] for at in chosen]))
        chosen.clear()


def flags(line: Logical, source: Source) -> tuple[tuple[Flag, ...], Logical]:
    """Return the flags at the start of a line, and the rest of the line.

    A flag starts with ``--`` and loses its quotes; a backslash in it always escapes, whatever the escape character is.
    A lone ``--`` ends the flags.
    """
    found: list[Flag] = []
    at = 0
    text = line.text
    while True:
        while at < len(text) and text[at] in SPACE:
            at += 1
        if not text.startswith("--", at):
            return tuple(found), line.part(at, len(text))
        value, end = _flag(text, at)
        if value == "--":
            return tuple(found), line.part(end, len(text))
        name, equals, rest = value[2:].partition("=")
        found.append(Flag(name=name, value=rest if equals else None, span=line.part(at, end).span(source)))
        at = end


def _flag(text: str, at: int) -> tuple[str, int]:
    """Return one flag's text without quotes and escapes, and where it ends."""
    written: list[str] = []
    quote = ""
    while at < len(text):
        one = text[at]
        if not quote and one in SPACE:
            break
        if one == "\\":
            at += 1
            written.append(text[at : at + 1])
        elif quote:
            if one == quote:
                quote = ""
            else:
                written.append(one)
        elif one in "'\"":
            quote = one
        else:
            written.append(one)
        at += 1
    return "".join(written), min(at, len(text))
