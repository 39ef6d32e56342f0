"""The bytes of a Dockerfile as text, and the mapping from a character back to its bytes, line and column."""

from __future__ import annotations

import bisect
from typing import Final

from garboard.model.dockerfile import DockerfileError, Span

SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
    "\u202f\u205f\u3000"
)
"""The builder's white space: Unicode's property, which differs from ``str.isspace``."""

LINE_END: Final = "\r\n"
_SHOWN: Final = 160  # columns of a line in an error message


class Source:
    """The text of one file, with one character for each byte that is not UTF-8."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        text = data.decode("utf-8", "surrogateescape")
        self.text = "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in text)
        self._bytes = None if len(text) == len(data) else _byte_offsets(text)
        self.starts = [0]
        at = text.find("\n")
        while at >= 0:
            self.starts.append(at + 1)
            at = text.find("\n", at + 1)
        if self.starts[-1] == len(text) and text:
            self.starts.pop()

    def bounds(self, line: int) -> tuple[int, int]:
        """Return where a line (counted from 0) starts and where the next one starts."""
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        return self.starts[line], end

    def span(self, start: int, end: int) -> Span:
        """Return the span of the characters ``start`` to ``end``."""
        first, last = self._line(start), self._line(max(start, end - 1))
        return Span(
            start=self._byte(start),
            end=self._byte(end),
            line=first + 1,
            column=start - self.starts[first] + 1,
            last_line=last + 1,
        )

    def characters(self, span: Span) -> tuple[int, int]:
        """Return the start and end of the characters that a span covers."""
        if self._bytes is None:
            return span.start, span.end
        return bisect.bisect_left(self._bytes, span.start), bisect.bisect_left(self._bytes, span.end)

    def error(self, message: str, start: int, end: int, hint: str = "") -> DockerfileError:
        """Return the error that shows the line of ``start``, underlined up to ``end``."""
        line = self._line(start)
        begin, after = self.bounds(line)
        shown = self.text[begin:after].strip(LINE_END)
        column = start - begin
        width = max(1, min(end, begin + len(shown)) - start)
        if len(shown) > _SHOWN:
            left = max(0, column - _SHOWN // 2)
            shown, column = shown[left : left + _SHOWN], column - left
        pad = "".join("\t" if one == "\t" else " " for one in shown[:column])
        number = f"{line + 1:>4} | "
        text = (
            f"{self.name}:{line + 1}:{start - begin + 1}: {message}\n"
            f"{number}{_printable(shown)}\n{' ' * (len(number) - 2)}| {pad}{'^' * min(width, max(1, _SHOWN - column))}"
        )
        return DockerfileError(text, hint, line=line + 1, column=start - begin + 1)

    def _line(self, at: int) -> int:
        return bisect.bisect_right(self.starts, at) - 1

    def _byte(self, at: int) -> int:
        return at if self._bytes is None else self._bytes[at]


def _byte_offsets(text: str) -> list[int]:
    """Return the byte at which each character starts, and finally the total length."""
    offsets = [0]
    total = 0
    for one in text:
        code = ord(one)
        if code < 0x80 or 0xD800 <= code <= 0xDFFF:  # a surrogate represents one byte that is not UTF-8
            total += 1
        else:
            total += 2 if code < 0x800 else 3 if code < 0x10000 else 4
        offsets.append(total)
    return offsets


def _printable(text: str) -> str:
    """Return the text without anything that moves a terminal's cursor or changes its colors."""
    return "".join(one if one == "\t" or one.isprintable() else "\ufffd" for one in text)
