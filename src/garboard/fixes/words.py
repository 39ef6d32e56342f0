"""Where the words of commands stand in a Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.dockerfile import Dockerfile, Span

_BEFORE: Final = rb"(?<![^\s;&|(){}\"'\[,=])"
_AFTER: Final = rb"(?![^\s;&|(){}\"'\],])"
"""What stands before and after a word of a command."""
_MOST_PLACES: Final = 20
"""How many places of one line are tried."""


def occurrences(dockerfile: Dockerfile, within: Span, word: str) -> Iterator[Span]:
    """Where a word stands in a part of the file."""
    if not word:
        return
    pattern = re.compile(_BEFORE + re.escape(word.encode("utf-8", "surrogateescape")) + _AFTER)
    for count, found in enumerate(pattern.finditer(dockerfile.data, within.start, within.end)):
        if count == _MOST_PLACES:
            return
        yield Span(start=found.start(), end=found.end(), line=within.line, column=1, last_line=within.last_line)
