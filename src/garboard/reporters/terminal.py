"""Text for a terminal: only this program's own colors, and nothing that an image's names could do to the screen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_OURS: Final = re.compile("(\033\\[(?:0|1|4|3[1-5]|4;3[1-5])m)")
"""The few sequences that `paint` makes; none hides text."""


def plain(text: str) -> str:
    """The text with U+FFFD for everything that is not a visible character: controls, escapes, changes of direction.

    Blanks of other kinds (a no-break space, as advisories have it) are blanks.
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(one: str) -> str:
    if one.isprintable():
        return one
    return " " if unicodedata.category(one) == "Zs" else "\ufffd"


def paint(text: str, code: str, *, color: bool) -> str:
    """The text in a color or style (an SGR code; empty for none), if colors are enabled."""
    return f"\033[{code}m{plain(text)}\033[0m" if color and code else plain(text)


def document(lines: Iterable[str], *, color: bool) -> bytes:
    """The lines as UTF-8, each made `plain` except for this program's own colors, ending in a line feed."""
    return ("\n".join(_line(line, color=color) for line in lines) + "\n").encode("utf-8", "replace")


def _line(line: str, *, color: bool) -> str:
    if line.isprintable():
        return line
    if not color:
        return plain(line)
    return "".join(part if _OURS.fullmatch(part) else plain(part) for part in _OURS.split(line))
