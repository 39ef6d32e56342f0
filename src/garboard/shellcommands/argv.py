"""The words of a command line: options with and without values, and the operands among them."""

from __future__ import annotations

import posixpath
import re
from typing import Final, NamedTuple

from garboard.shellcommands.programs import WRAPPERS
from garboard.shellcommands.shell import Word

_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=")


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


def unwrapped(words: tuple[Word, ...]) -> tuple[tuple[Word, ...], bool]:
    """The words without ``sudo``, ``env A=b``, ``timeout 5``…; and whether ``xargs`` adds unseen words."""
    fed = False
    waiting = list(reversed(words))
    while waiting:
        word = waiting[-1]
        if word.text is not None and _ASSIGNMENT.match(word.text):
            waiting.pop()
            continue
        wrapper = WRAPPERS.get(program(word) or "")
        if wrapper is None:
            break
        fed = fed or program(word) == "xargs"
        waiting.pop()
        with_value, operands = wrapper
        before, _ = take_options(waiting, with_value, until=operands + 1)
        del waiting[len(waiting) - max(0, operands - len(before)) :]  # those after --
        waiting += reversed(before[operands:])
    return tuple(reversed(waiting)), fed
