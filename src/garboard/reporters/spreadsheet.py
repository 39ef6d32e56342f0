"""Lines of comma-separated values (RFC 4180) that a spreadsheet shows and does not calculate."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from garboard.reporters.terminal import plain

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a formula begins with; such a cell begins with an apostrophe instead."""


def line(cells: Iterable[str]) -> bytes:
    """One line, UTF-8."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(_safe(plain(cell)) for cell in cells)
    return text.getvalue().encode("utf-8", "replace")


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
