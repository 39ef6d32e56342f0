"""Splitting a large JSON document (RFC 8259) into its values without holding all of it.

The structure down to the requested depth is checked here. Deeper content is passed on as unchecked bytes, for a decoder
that does check it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from garboard.model.errors import FeedError

MIB = 1024 * 1024
VALUE_BYTES = 128 * MIB
"""The size limit of one value that is passed on."""
MIN_FILL = MIB

Path = tuple[str | int, ...]

_SPACE = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(rb'[^\s,:"{}\[\]]++')
# Up to the next bracket outside strings, past a bounded number of strings; a string that the window cuts short stops
# the match before it. The outer group is not possessive: up to Python 3.11.4 such a group does not backtrack when it
# fails half way (python/cpython#106052). It is bounded because a greedy group uses memory for each of its rounds.
_TO_BRACKET = re.compile(rb'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+){0,1000}', re.DOTALL)
_OPENING = frozenset(b"{[")
_CLOSING = frozenset(b"}]")


def split(chunks: Iterable[bytes], depth: int) -> Iterator[tuple[Path, bytes]]:
    """Yield the values ``depth`` levels down, each with the keys and indices that lead to it and its own bytes.

    A scalar at a higher level comes with its shorter path; an empty container above ``depth`` yields nothing. Repeated
    keys are yielded each time. Memory is one value and a chunk.

    Raises:
        FeedError: The text is not JSON.
    """
    cursor = _Cursor(iter(chunks))
    yield from _walk(cursor, (), depth)
    if cursor.peek() is not None:
        raise cursor.error("text after the end")


def split_all(chunks: Iterable[bytes], depth: int) -> Iterator[tuple[Path, bytes]]:
    """Like `split`, of documents that follow one another (the pages of a service)."""
    cursor = _Cursor(iter(chunks))
    while cursor.peek() is not None:
        yield from _walk(cursor, (), depth)


def _walk(cursor: _Cursor, path: Path, depth: int) -> Iterator[tuple[Path, bytes]]:
    first = cursor.peek()
    if depth == 0 or first not in _OPENING:
        yield path, cursor.value()
        return
    is_object = first == ord("{")
    end = ord("}") if is_object else ord("]")
    cursor.take()
    if cursor.peek() == end:
        cursor.take()
        return
    index = 0
    while True:
        if is_object:
            key: str | int = cursor.key()
        else:
            key = index
            index += 1
        yield from _walk(cursor, (*path, key), depth - 1)
        found = cursor.take()
        if found == end:
            return
        if found != ord(","):
            raise cursor.error("a comma is missing")


class _Cursor:
    """A position in a text of which only a window is held."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._window = b""
        self._at = 0
        self._before = 0

    def error(self, what: str) -> FeedError:
        return FeedError(f"the feed is not JSON: {what} at byte {self._before + self._at}")

    def _fill(self) -> bool:
        """Read at least as much again as is held, so that a long value takes linear time."""
        kept = self._window[self._at :]
        pieces, size, want = [kept], 0, max(MIN_FILL, len(kept))
        for chunk in self._chunks:
            pieces.append(chunk)
            size += len(chunk)
            if size >= want:
                break
        self._before += self._at
        self._at = 0
        self._window = b"".join(pieces)
        return size > 0

    def peek(self) -> int | None:
        """Return the next byte that is not whitespace, without consuming it; None at the end."""
        while True:
            match = _SPACE.match(self._window, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._fill():
                return None

    def take(self) -> int:
        found = self.peek()
        if found is None:
            raise self.error("the text ends early")
        self._at += 1
        return found

    def key(self) -> str:
        if self.peek() != ord('"'):
            raise self.error("a key is missing")
        raw = self._whole_string()
        try:
            key = msgspec.json.decode(raw, type=str)
        except (msgspec.MsgspecError, ValueError) as error:
            raise self.error(f"a wrong key ({error})") from error
        if self.take() != ord(":"):
            raise self.error("a colon is missing")
        return key

    def value(self) -> bytes:
        """Return the bytes of the next value."""
        first = self.peek()
        if first is None:
            raise self.error("the text ends early")
        if first in _OPENING:
            return self._container()
        if first == ord('"'):
            return self._whole_string()
        return self._scalar()

    def _whole_string(self) -> bytes:
        while (match := _STRING.match(self._window, self._at)) is None:
            self._bound(len(self._window))
            if not self._fill():
                raise self.error("a string does not end")
        self._at = match.end()
        return match.group()

    def _scalar(self) -> bytes:
        while True:
            match = _SCALAR.match(self._window, self._at)
            if match is None:
                raise self.error("a value is missing")
            if match.end() < len(self._window) or not self._fill():
                break
            self._bound(match.end())
        match = _SCALAR.match(self._window, self._at)
        if match is None:  # pragma: no cover  # it matched above
            raise self.error("a value is missing")
        self._at = match.end()
        return match.group()

    def _container(self) -> bytes:
        depth, seen = 0, self._at
        while True:
            match = _TO_BRACKET.match(self._window, seen)
            end = match.end() if match else seen
            self._bound(end)
            if end < len(self._window) and self._window[end] in b"{}[]":
                depth += 1 if self._window[end] in _OPENING else -1
                seen = end + 1
                if depth == 0:
                    return self._taken(seen)
            elif end > seen:
                seen = end
            else:
                seen -= self._at
                if not self._fill():
                    raise self.error("an object or array does not end")

    def _taken(self, end: int) -> bytes:
        raw = self._window[self._at : end]
        self._at = end
        return raw

    def _bound(self, seen: int) -> None:
        if seen - self._at > VALUE_BYTES:
            raise self.error(f"a value of more than {VALUE_BYTES // MIB} MiB")
