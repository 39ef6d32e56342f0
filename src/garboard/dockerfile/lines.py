"""Physical lines to logical ones: the byte order mark, directives, comments, blank lines, continued lines."""

from __future__ import annotations

import re
from typing import Final

from garboard.dockerfile.source import LINE_END, SPACE, Source
from garboard.dockerfile.words import Logical
from garboard.model.dockerfile import Directive, Piece, PieceKind, Span

ESCAPES: Final = ("\\", "`")
_DIRECTIVE: Final = re.compile(r"([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*\Z", re.DOTALL)
_DIRECTIVES: Final = ("syntax", "escape", "check")
_CONTINUED: Final = {escape: re.compile(rf"(?:\A|(?<=[^\{escape}]))\{escape}[ \t]*\Z") for escape in ESCAPES}


class LineReader:
    """Reads a file's lines from first to last, and records the pieces that are not instructions.

    Directives count only before any other line, including comments and blank lines.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.escape = "\\"
        self.pieces: list[Piece] = []
        self.directives: list[Directive] = []
        self._line = 0
        self._last = len(source.starts) if source.text else 0
        self._first = 1 if source.text.startswith("\ufeff") else 0
        self._in_directives = True
        self._last_of: dict[str, int] | None = None
        if self._first:
            self._note(PieceKind.BOM, 0, 1)

    def note_instruction(self, start: int, end: int) -> Span:
        """Record an instruction's piece and return its span."""
        return self._note(PieceKind.INSTRUCTION, start, end)

    def next_line(self) -> tuple[int, int] | None:
        """Return the start of the next physical line and its end without the line ending; None after the last line."""
        if self._line >= self._last:
            return None
        start, after = self.source.bounds(self._line)
        if self._line == 0:
            start = self._first
        self._line += 1
        return start, start + len(self.source.text[start:after].rstrip(LINE_END))

    def line_end(self) -> int:
        """Return where the last line that was read ends, including its line ending."""
        return self.source.bounds(self._line - 1)[1]

    def comes(self, text: str) -> bool:
        """Report whether one of the unread lines is this text, ignoring leading tabs."""
        if self._last_of is None:  # built once: looking ahead for each heredoc would take quadratic time
            bounds = (self.source.bounds(line) for line in range(self._last))
            lines = (self.source.text[start:after].rstrip(LINE_END).lstrip("\t") for start, after in bounds)
            self._last_of = {line: number for number, line in enumerate(lines)}
        return self._last_of.get(text.lstrip("\t"), -1) >= self._line

    def mark(self) -> int:
        """Return the current reading position, for :meth:`back`."""
        return self._line

    def back(self, mark: int) -> None:
        """Continue reading from an earlier position."""
        self._line = mark

    def next_logical(self) -> tuple[Logical, int] | None:
        """Return the next logical line that is an instruction, and where its last physical line ends; None at the end."""
        while (bounds := self.next_line()) is not None:
            start, end = self._without_indent(*bounds)
            written = self.source.text[start:end]
            directive = self._in_directives and self._directive(written, start, end)
            self._in_directives = directive
            if directive or not written:
                continue
            if written.startswith("#"):
                self._note(PieceKind.COMMENT, start, end)
                continue
            return self._joined(start, end)
        return None

    def _joined(self, start: int, end: int) -> tuple[Logical, int]:
        """Join this line and its continuation lines, leaving out comments and blank lines in between."""
        places: list[int] = []
        texts: list[str] = []
        kept, continued = self._cut(start, end)
        while True:
            places += range(start, kept)
            texts.append(self.source.text[start:kept])
            if not continued:
                break
            following = self._continuation()
            if following is None:
                break
            start, end = following
            kept, continued = self._cut(start, end)
        start, after = self.source.bounds(self._line - 1)  # comments can end the file inside a continuation
        return Logical("".join(texts), places), max(end, start + len(self.source.text[start:after].rstrip(LINE_END)))

    def _continuation(self) -> tuple[int, int] | None:
        while (bounds := self.next_line()) is not None:
            written = self.source.text[bounds[0] : bounds[1]].lstrip(SPACE)
            if written and not written.startswith("#"):
                return bounds
        return None

    def _cut(self, start: int, end: int) -> tuple[int, bool]:
        """Return where the line's text ends before a continuing escape character, and whether there is one.

        An escape character after another one does not continue the line, as in BuildKit.
        """
        found = _CONTINUED[self.escape].search(self.source.text[start:end])
        return (start + found.start(), True) if found else (end, False)

    def _without_indent(self, start: int, end: int) -> tuple[int, int]:
        return end - len(self.source.text[start:end].lstrip(SPACE)), end

    def _directive(self, written: str, start: int, end: int) -> bool:
        """Record a directive; return false if the line is not one, and then no later line is."""
        if not written.startswith("#"):
            return False
        found = _DIRECTIVE.match(written[1:].lstrip(SPACE))
        name = found[1].lower() if found else ""
        if found is None or name not in _DIRECTIVES:
            return False
        if any(directive.name == name for directive in self.directives):
            raise self.source.error(
                f"a second {name} directive", start, end, f"keep one; only one # {name}= may stand in a Dockerfile"
            )
        if name == "escape":
            if found[2] not in ESCAPES:
                raise self.source.error(
                    f"the escape character cannot be {found[2]!r}", start, end, "it is \\ (the default) or `"
                )
            self.escape = found[2]
        span = self._note(PieceKind.DIRECTIVE, start, end)
        self.directives.append(Directive(name=name, value=found[2], span=span))
        return True

    def _note(self, kind: PieceKind, start: int, end: int) -> Span:
        span = self.source.span(start, end)
        self.pieces.append(Piece(kind=kind, span=span))
        return span
