"""Reading large XML documents, one child of the root at a time. Document types and entities are refused."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from garboard.repositories import decompress
from garboard.repositories.errors import Refused

_DEEPEST = 64
_CHILD_BYTES = 64 * 1024 * 1024
"""The limit of the text within one child of the root."""


class _Children:
    """Collects the root's children; elements are named without their namespace."""

    def __init__(self) -> None:
        self.done: list[Element] = []
        self._depth = 0
        self._size = 0
        self._builder = TreeBuilder()
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        raise Refused("it declares a document type or entities, which such documents have no need of")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Refused(f"it is nested deeper than {_DEEPEST}")
        if self._depth > 1:
            plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
            self._builder.start(name.rpartition(" ")[2], plain)

    def _end(self, name: str) -> None:
        if self._depth > 1:
            self._builder.end(name.rpartition(" ")[2])
        if self._depth == 2:
            self.done.append(self._builder.close())
            self._builder, self._size = TreeBuilder(), 0
        self._depth -= 1

    def _text(self, data: str) -> None:
        self._size += len(data)
        if self._size > _CHILD_BYTES:
            raise Refused("one of its elements is too large")
        if self._depth > 1:
            self._builder.data(data)

    def feed(self, data: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            raise Refused(f"is no well-formed XML: {error}") from error


def children(data: bytes) -> Iterator[Element]:
    """Yield the elements directly below the root, in order; compressed data are decompressed.

    Raises:
        Refused: The document cannot be used.
    """
    found = _Children()
    for piece in decompress.pieces(data, 4 * decompress.INDEX_BYTES):
        found.feed(piece, last=False)
        yield from found.done
        found.done.clear()
    found.feed(b"", last=True)
    yield from found.done


def text(element: Element, path: str) -> str:
    """Return the text of a descendant; empty if there is none."""
    return (element.findtext(path) or "").strip()
