"""Asks a person about each change, on the terminal's error output, which no report goes to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

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
            answer = _answer(_QUESTION) or "quit"
            if answer in _OF_ALL:
                self._rest = _OF_ALL[answer]
                return self._rest
            if answer in _ANSWERS:
                return _ANSWERS[answer]


def may_write(names: Iterable[str]) -> bool:
    """Whether the files are to be written that were chosen to change."""
    question = f"Write {', '.join(names)}? [y]es, [n]o: "
    while (answer := _answer(question) or "no") not in _ANSWERS:
        pass
    return _ANSWERS[answer]


def _answer(question: str) -> str:
    """What is answered, in small letters; empty if nobody does any more."""
    click.echo(question, nl=False, err=True)
    line = sys.stdin.readline()
    return (line.strip().lower() or "?") if line else ""
