"""Texts in Markdown, of which none is markup, a mention of a person or a link of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from garboard.reporters.terminal import plain

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]|<>~&@])|(?<=:)(//)")


def escaped(text: str) -> str:
    """The text as Markdown shows it unchanged."""
    return _SPECIAL.sub(lambda found: "\\" + found[1] if found[1] else "/\u200b/", plain(text))


def code(text: str) -> str:
    """The text as code."""
    return f"`{plain(text).replace('`', chr(39)).replace('|', '¦')}`"


def row(cells: Iterable[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"
