"""What the formats of several images share: reports as a JSON array, and as texts with a table at their end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from garboard import json_text
from garboard.model.base import Value
from garboard.model.report import Report
from garboard.reporters.terminal import document, paint, plain
from garboard.reporters.view import View

Parts = Callable[[Report, View], Iterator[bytes]]
Fail = Callable[[str, str, str], Value]
"""What stands in place of a report by the image's name, the message and the hint."""
Cells = Callable[[Report, View], Sequence[str]]
_WIDEST: Final = 100
"""Characters of a column; a longer text is shown in full and pushes the rest of its row to the right."""


def without_line_feed(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of a document without the line feed at its end."""
    held = b""
    for part in parts:
        yield held
        held = part
    yield held.removesuffix(b"\n")


class JsonArray:
    """An array with one document for each image, each byte for byte as it is alone.

    What stands in place of a report has its keys for the image, and no list that could be taken for an empty one.
    """

    def __init__(self, parts: Parts, fail: Fail, view: View) -> None:
        self._parts = parts
        self._fail = fail
        self._view = view
        self._before = b"[\n"

    def report(self, _name: str, report: Report, /) -> Iterator[bytes]:
        yield self._before
        yield from without_line_feed(self._parts(report, self._view))
        self._before = b",\n"

    def failure(self, name: str, message: str, hint: str, /) -> bytes:
        before, self._before = self._before, b",\n"
        return before + json_text.document(self._fail(name, message, hint)).removesuffix(b"\n")

    def end(self) -> bytes:
        return b"\n]\n"


class Elements:
    """One list with the elements of all images, ``depth`` levels deep, between a head and what ``end`` makes."""

    def __init__(
        self,
        head: bytes,
        of: Callable[[Report], Iterator[Any]],
        fail: Callable[[str, str, str], Iterator[Any]],
        end: Callable[[], bytes],
        depth: int,
    ) -> None:
        self._before = head
        self._of = of
        self._fail = fail
        self._end = end
        self._indent = b"\n" + b"  " * depth

    def report(self, _name: str, report: Report, /) -> Iterator[bytes]:
        yield from self._joined(self._of(report))

    def failure(self, name: str, message: str, hint: str, /) -> bytes:
        return b"".join(self._joined(self._fail(name, message, hint)))

    def _joined(self, elements: Iterable[Any]) -> Iterator[bytes]:
        """Each with what stands before it, which is kept until all of an image's are made."""
        before = self._before
        for element in elements:
            yield before + self._indent + json_text.document(element)[:-1].replace(b"\n", self._indent)
            before = b","
        self._before = before

    def end(self) -> bytes:
        head = b"" if self._before == b"," else self._before
        return head + self._indent[:-2] + self._end()


class Framed:
    """Parts of images between a head and an end, in a form that has room for a part on which there is no report."""

    def __init__(
        self,
        head: bytes,
        parts: Callable[[Report], Iterator[bytes]],
        fail: Callable[[str, str, str], bytes],
        end: bytes,
    ) -> None:
        self._head = head
        self._parts = parts
        self._fail = fail
        self._end = end

    def report(self, _name: str, report: Report, /) -> Iterator[bytes]:
        yield self._head
        yield from self._parts(report)
        self._head = b""

    def failure(self, name: str, message: str, hint: str, /) -> bytes:
        head, self._head = self._head, b""
        return head + self._fail(name, message, hint)

    def end(self) -> bytes:
        return self._head + self._end


class Texts:
    """Texts, each under its image's name, and a table of all at the end.

    ``headings`` are those of what ``cells`` makes of a report; the last one's is the verdict.
    """

    def __init__(self, parts: Parts, headings: Sequence[str], cells: Cells, count: int, view: View) -> None:
        self._parts = parts
        self._cells = cells
        self._count = count
        self._view = view
        self._rows: list[tuple[str, ...]] = [("IMAGE", *headings)]
        self._failed = 0

    def report(self, name: str, report: Report, /) -> Iterator[bytes]:
        cells = self._cells(report, self._view)
        yield self._headline(name)
        yield from self._parts(report, self._view)
        self._add(name, cells)

    def failure(self, name: str, message: str, hint: str, /) -> bytes:
        self._failed += 1
        blank = ["-"] * (len(self._rows[0]) - 2)
        head = self._headline(name)
        self._add(name, (*blank, f"error: {message}"))
        lines = ["", paint(f"No report: {message}", "31", color=self._view.color), *([f"  {hint}"] if hint else [])]
        return head + document(lines, color=self._view.color)

    def _add(self, name: str, cells: Sequence[str]) -> None:
        """Add a row to the table."""
        self._rows.append(tuple(map(plain, (name, *cells))))

    def _headline(self, name: str) -> bytes:
        """The headline of the next image; one alone needs none."""
        if self._count == 1:
            return b""
        number = len(self._rows)
        title = paint(f"Image {number} of {self._count}: {name}", "1", color=self._view.color)
        return document([*([""] if number > 1 else []), title], color=self._view.color)

    def end(self) -> bytes:
        if self._count == 1:
            return b""
        lines = ["", paint(f"Summary of {self._count} images:", "1", color=self._view.color), "", *self._table()]
        if self._failed:
            text = f"No report could be made on {self._failed} of {self._count} images."
            lines += ["", paint(text, "31", color=self._view.color)]
        return document(lines, color=self._view.color)

    def _table(self) -> list[str]:
        """The names and verdicts to the left, numbers to the right."""
        widths = [min(max(map(len, column)), _WIDEST) for column in zip(*self._rows, strict=True)]
        return [
            "  ".join(
                cell.rjust(width) if 0 < index < len(widths) - 1 else cell.ljust(width)
                for index, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in self._rows
        ]
