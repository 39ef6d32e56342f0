"""Values as JSON documents that are safe to show: indented, and no character in them moves a cursor or hides text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec

_PLAIN: Final = bytes(range(0x7F))


def document(value: Any) -> bytes:
    """The value as one document, UTF-8, ending in a line feed."""
    return formatted(encoded(value))


def encoded(value: Any) -> bytes:
    """The value as compact JSON, with ``?`` for what UTF-8 cannot hold: names of files may be any bytes."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_encodable(msgspec.to_builtins(value)))


def builtins(value: Any) -> Any:
    """The value as a program gets it from its document: dictionaries, lists, texts and numbers."""
    return msgspec.json.decode(encoded(value))


def encodable(text: str) -> str:
    """The text with ``?`` for what UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode()


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {encodable(key): _encodable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(one) for one in value]
    return value


def formatted(data: bytes) -> bytes:
    """A JSON text indented, ending in a line feed; characters that a terminal would act on are escaped."""
    text = msgspec.json.format(data, indent=2)
    return (_unseen().sub(_escaped, text) if _acts(data) else text) + b"\n"


def _acts(data: bytes) -> bool:
    """Whether there is any such character: nearly all is plain ASCII, and is left out before the rest is searched."""
    return _unseen().search(data.translate(None, _PLAIN)) is not None


class Filling(NamedTuple):
    """What belongs into the empty list ``key`` of a document, ``depth`` levels deep."""

    key: str
    elements: Iterable[Any]
    depth: int


def in_parts(whole: bytes, *fillings: Filling) -> Iterator[bytes]:
    """A document with these elements in its empty lists, which it has in this order: a part for each element."""
    after = whole
    for key, elements, depth in fillings:
        before, empty, after = after.partition(f'"{key}": []'.encode())
        yield before + empty[:-1]
        indent = b"\n" + b"  " * depth
        separator = b""
        for element in elements:
            yield separator + indent + b"  " + document(element)[:-1].replace(b"\n", indent + b"  ")
            separator = b","
        after = (indent + b"]" if separator else b"]") + after
    yield after


@cache
def _unseen() -> re.Pattern[bytes]:
    """DEL and the C1 controls, marks of direction and of no width, separators of lines, and the byte order mark."""
    return re.compile(
        rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf"
    )


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % ord(found[0].decode())
