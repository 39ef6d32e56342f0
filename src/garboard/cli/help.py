"""Help in which no word is broken at its hyphens, neither an option nor a prefix."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import click

_UNBROKEN: Final = "\u2011"


class _Formatter(click.HelpFormatter):
    """Wraps text with hyphens that do not break, and writes them as plain ones."""

    def write(self, string: str) -> None:
        super().write(string.replace(_UNBROKEN, "-"))

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _kept(args), prefix)

    def write_text(self, text: str) -> None:
        super().write_text(_kept(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(first, _kept(second)) for first, second in rows], col_max, col_spacing)


class Context(click.Context):
    """A command's context, with help that breaks no word."""

    formatter_class = _Formatter


def _kept(text: str) -> str:
    return text.replace("-", _UNBROKEN)
