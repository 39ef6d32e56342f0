"""The packages that a RUN asks apt to remove, where the build stops if apt has never heard of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from garboard.dockerfile.variables import Scope
from garboard.model.dockerfile import Instruction
from garboard.shellcommands.argv import program, unwrapped
from garboard.shellcommands.install_requests import script_of
from garboard.shellcommands.shell import SHELLS, Command, Word, commands

_APT: Final = frozenset(("apt", "apt-get", "aptitude"))
_VERBS: Final = frozenset(("purge", "remove"))
_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_WITH_VALUE: Final = frozenset(("-o", "-c", "-t", "--option", "--target-release"))
_GOES_ON: Final = re.compile(r"\|\||[;\n]")
_MAY_REMOVE: Final = re.compile(r"purge|remove|\$")
"""What a script has that removes anything; to look for it is far cheaper than to read the script."""
_STOPS: Final = re.compile(r"\bset\s+-\w*e")


class Purge(NamedTuple):
    """The names of packages that one command removes, and its text."""

    names: tuple[str, ...]
    command: str


def removals(instruction: Instruction, scope: Scope) -> tuple[Purge, ...]:
    """What a RUN removes with apt, where that can stop the build; in written order.

    It cannot where ``||`` or ``;`` lets the script go on, and not where the lists of packages were fetched before it.
    """
    run = instruction.trigger or instruction
    if run.name != "RUN" or not run.arguments:
        return ()
    if run.exec_form is not None:
        return tuple(_of([Command(tuple(Word(text, text) for text in run.exec_form), " ".join(run.exec_form))]))
    script = script_of(run)
    if scope.shell[0].rpartition("/")[2] not in SHELLS or not _MAY_REMOVE.search(script):
        return ()
    if "||" in script or (_GOES_ON.search(script.strip()) and not _STOPS.search(script)):
        return ()
    return tuple(_of([one for one in commands(script, scope.lookup, scope.budget) if isinstance(one, Command)]))


def _of(every: list[Command]) -> Iterator[Purge]:
    for command in every:
        words, _ = unwrapped(command.words)
        if not words or program(words[0]) not in _APT:
            continue
        plain = list(_plain(words[1:]))
        if "update" in plain[:1]:
            return
        if plain and plain[0] in _VERBS and not command.conditional:
            names = tuple(one for one in plain[1:] if _PLAIN.fullmatch(one) and not one.endswith(("-", "+")))
            if names:
                yield Purge(names, command.text)


def _plain(words: tuple[Word, ...]) -> Iterator[str]:
    """What is no option; names without their architecture."""
    waiting = iter(words)
    for word in waiting:
        text = word.text or ""
        if text in _WITH_VALUE:
            next(waiting, None)
        elif text and not text.startswith("-"):
            yield text.partition(":")[0]
