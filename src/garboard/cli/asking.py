"""Asks a person about each change, on the terminal's error output, which no report goes to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from garboard.model.fix import ActionEdits

_QUESTION: Final = "Make this change? [y]es, [n]o, [a]ll from here, [q]uit (none from here): "
_ANSWERS: Final = {"y": True, "yes": True, "n": False, "no": False}
_OF_ALL: Final = {"a": True, "all": True, "q": False, "quit": False}
"""Answers about all that follows."""


class Asker:
    """Shows a change, and reads an answer from the standard input, whose end means that no more is wanted."""

    def __init__(self, *, color: bool) -> None:
        self._color = color
        self._rest: bool | None = None

    def __call__(self, edits: ActionEdits) -> bool:
        """Whether a change is to be made."""
        from garboard.reporters.fix import text

        if self._rest is not None:
            return self._rest
        click.echo(text.one_change(edits, color=self._color), err=True, color=self._color)
        while True:
            click.echo(_QUESTION, nl=False, err=True)
            line = sys.stdin.readline()
            answer = line.strip().lower() if line else "quit"
            if answer in _OF_ALL:
                self._rest = _OF_ALL[answer]
                return self._rest
            if answer in _ANSWERS:
                return _ANSWERS[answer]
