"""The heredocs of an instruction: the delimiters in its line, and the lines that follow it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from garboard.dockerfile.lexer import Lexer, LexError
from garboard.dockerfile.lines import LineReader
from garboard.dockerfile.words import Logical
from garboard.model.dockerfile import Heredoc

_START: Final = re.compile(r"([0-9]*)<<(-?)[ \t]*([^<]+)\Z")


class Delimiter(NamedTuple):
    """``<<EOF`` as written: the text that ends the heredoc, and how its content is interpreted."""

    name: str
    expand: bool
    strip_tabs: bool
    descriptor: int
    apart: bool


def delimiter(word: str) -> Delimiter | None:
    """Return the heredoc that a word starts, or None if it starts none."""
    found = _START.match(word)
    if found is None:
        return None
    try:
        _, names = _lexer(found[3]).read()
        _, raw = _lexer(found[3], raw_quotes=True).read()
    except LexError:
        return None
    if len(names) != 1 or len(raw) != 1:
        return None
    return Delimiter(
        name=names[0],
        expand=_quotes(names[0]) == _quotes(raw[0]),
        strip_tabs=found[2] == "-",
        descriptor=int(found[1][:9] or "0"),
        apart=found.start(3) > found.end(2),
    )


def delimiters(text: str) -> list[Delimiter]:
    """Return the heredocs that a logical line starts; none if its quotes or variables cannot be parsed."""
    if "<<" not in text:
        return []
    try:
        _, words = _lexer(text, raw_quotes=True, raw_escapes=True).read()
    except LexError:
        return []
    return [found for word in words if (found := delimiter(word)) is not None]


def read(line: Logical, reader: LineReader, end: int) -> tuple[tuple[Heredoc, ...], int]:
    """Read the heredocs of a line that ends at ``end`` from the lines that follow; also return where the last one ends.

    ``<< EOF`` with a blank in between is a heredoc only if a line ends it: old builders treat it as a shell's shift.

    Raises:
        DockerfileError: A heredoc has no end.
    """
    found = []
    for one in delimiters(line.text):
        heredoc = _body(one, reader)
        if heredoc is not None:
            found.append(heredoc)
            end = reader.source.characters(heredoc.span)[1]
        elif not one.apart:
            start = line.places[max(0, line.text.find("<<"))]
            raise reader.source.error(
                f"the heredoc {one.name!r} does not end",
                start,
                start + 2 + len(one.name),
                f"write {one.name} alone on the line after its last one",
            )
    return tuple(found), end


def _body(one: Delimiter, reader: LineReader) -> Heredoc | None:
    """Read the lines up to the delimiter's; if there is no such line, return None and read nothing."""
    text = reader.source.text
    if not reader.comes(one.name):
        return None
    before = reader.mark()
    first = start = reader.line_end()
    while (bounds := reader.next_line()) is not None:
        start, end = bounds
        ending = text[start:end]
        if (ending.lstrip("\t") if one.strip_tabs else ending) == one.name:
            return Heredoc(
                name=one.name,
                content=text[first:start],
                span=reader.source.span(first, end),
                expand=one.expand,
                strip_tabs=one.strip_tabs,
                descriptor=one.descriptor,
            )
    reader.back(before)
    return None


def _lexer(text: str, *, raw_quotes: bool = False, raw_escapes: bool = False) -> Lexer:
    return Lexer(text, lambda _: None, raw_quotes=raw_quotes, raw_escapes=raw_escapes, keep_unset=True)


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')
