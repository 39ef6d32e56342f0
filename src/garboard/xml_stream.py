"""Large XML documents, one element at a time. Entities are refused, and so are document types that are not asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

_DEEPEST: Final = 64
_ELEMENT_CHARACTERS: Final = 64 * 1024 * 1024
"""The limit of the text within one element, and of its tags."""
_TAG: Final = 64
"""What a tag counts as, in characters: about what it takes in memory."""


class BadXml(Exception):
    """A document that cannot be used; the text says why."""


class _Elements:
    """Collects the elements at one depth; names come without their namespace."""

    def __init__(self, depth: int, *, doctype: bool) -> None:
        self.done: list[Element] = []
        self._wanted = depth
        self._depth = 0
        self._size = 0
        self._builder = TreeBuilder()
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._named if doctype else self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.SkippedEntityHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        raise BadXml("it declares a document type or entities, which such documents have no need of")

    def _named(self, _name: str, _system: str | None, _public: str | None, inside: int) -> None:
        if inside:
            self._refuse()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadXml(f"it is nested deeper than {_DEEPEST}")
        if self._depth >= self._wanted:
            self._grow(_TAG + sum(map(len, attributes)) + sum(map(len, attributes.values())))
            plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
            self._builder.start(name.rpartition(" ")[2], plain)

    def _end(self, name: str) -> None:
        if self._depth >= self._wanted:
            self._builder.end(name.rpartition(" ")[2])
        if self._depth == self._wanted:
            self.done.append(self._builder.close())
            self._builder, self._size = TreeBuilder(), 0
        self._depth -= 1

    def _text(self, data: str) -> None:
        if self._depth < self._wanted:
            return
        self._grow(len(data))
        self._builder.data(data)

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > _ELEMENT_CHARACTERS:
            raise BadXml("one of its elements is too large")

    def feed(self, data: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(data, last)
        except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two of an encoding that it declares
            raise BadXml(f"is no well-formed XML: {error}") from error


def elements(pieces: Iterable[bytes], depth: int = 2, *, doctype: bool = False) -> Iterator[Element]:
    """Yield the elements of a document at a depth, in order; those below the root are at depth 2.

    With ``doctype`` it may name its document type, which is not fetched, but declare nothing.

    Raises:
        BadXml: The document cannot be used.
    """
    found = _Elements(depth, doctype=doctype)
    for piece in pieces:
        found.feed(piece, last=False)
        yield from found.done
        found.done.clear()
    found.feed(b"", last=True)
    yield from found.done


def text(element: Element, path: str) -> str:
    """Return the text of a descendant; empty if there is none."""
    return (element.findtext(path) or "").strip()
