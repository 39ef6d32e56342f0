"""Reading the XML of package repositories, one child of the root at a time."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from garboard.repositories import decompress
from garboard.repositories.errors import Refused
from garboard.xml_stream import BadXml, elements


def children(data: bytes) -> Iterator[Element]:
    """Yield the elements directly below the root, in order; compressed data are decompressed.

    Raises:
        Refused: The document cannot be used.
    """
    try:
        yield from elements(decompress.pieces(data, 4 * decompress.INDEX_BYTES))
    except BadXml as error:
        raise Refused(f"{error}") from error
