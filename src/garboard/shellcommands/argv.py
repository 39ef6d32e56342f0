"""The words of a command line: options with and without values, and the operands among them."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from garboard.shellcommands.shell import Word


class Line(NamedTuple):
    """A parsed command line: operands in order, options by name (the last value; None for one without)."""

    operands: tuple[Word, ...]
    options: dict[str, Word | None]

    def has(self, *names: str) -> bool:
        """Whether one of the options is present."""
        return any(name in self.options for name in names)


def take_apart(words: tuple[Word, ...], with_value: frozenset[str], *, until: int = -1) -> Line:
    """Separate options from operands. ``with_value`` names the options that take the next word as their value.

    Short options may be combined (``-qyt testing``), and their value may follow directly (``-ttesting``). With
    ``until``, everything after that many operands is an operand: the words of another command.
    """
    waiting = list(reversed(words))
    operands, options = take_options(waiting, with_value, until=until)
    return Line((*operands, *reversed(waiting)), options)


def take_options(
    waiting: list[Word], with_value: frozenset[str], *, until: int = -1
) -> tuple[list[Word], dict[str, Word | None]]:
    """Do the same to words in reverse order; what is after ``until`` operands, or after ``--``, is left in ``waiting``."""
    operands: list[Word] = []
    options: dict[str, Word | None] = {}
    while waiting:
        word = waiting.pop()
        text = word.text
        if text is None or not text.startswith("-") or text == "-":
            operands.append(word)
        elif text == "--":
            break
        else:
            name, value, takes = _option(word, text, with_value)
            options[name] = waiting.pop() if takes and value is None and waiting else value
            if takes and name != text and not text.startswith("--"):
                options |= dict.fromkeys((f"-{one}" for one in text[1 : text.index(name[1])]), None)
        if len(operands) == until:
            break
    return operands, options


def _option(word: Word, text: str, with_value: frozenset[str]) -> tuple[str, Word | None, bool]:
    """An option's name, the value included in it, and whether it takes one."""
    if text in with_value:
        return text, None, True
    name, equals, value = text.partition("=")
    if equals and (text.startswith("--") or name in with_value):
        return name, Word(value, word.written), True
    if not text.startswith("--"):
        for at, letter in enumerate(text[1:], 1):
            if f"-{letter}" in with_value:
                rest = text[at + 1 :]
                return f"-{letter}", Word(rest, word.written) if rest else None, True
    return text, None, False


def program(word: Word) -> str | None:
    """The name of the program that a first word runs, without its folder."""
    return None if word.text is None else posixpath.basename(word.text)
