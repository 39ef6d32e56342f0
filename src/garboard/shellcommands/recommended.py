"""Commands that install what packages only recommend, and the option that keeps it out, by their words alone."""

from __future__ import annotations

import re
from typing import Final

from garboard import ecosystems
from garboard.shellcommands.upgrades import commands

_BETWEEN: Final = re.compile(r"[\s\"'`()\[\]{},<>\\]+")


def lean_option(text: str, kind: str) -> str:
    """The option that an installing command of a text lacks; empty if none lacks one."""
    known = ecosystems.commands(kind)
    for command in commands(text):
        words = [word for word in _BETWEEN.split(command) if word]
        at = next((at for at, word in enumerate(words) if word.rpartition("/")[2] in known.lean), None)
        if at is None:
            continue
        name = words[at].rpartition("/")[2]
        if known.programs[name].verbs & set(words[at + 1 :]) and is_fat(command, kind):
            return known.lean[name]
    return ""


def is_fat(command: str, kind: str) -> bool:
    """Whether a command does not say that what packages only recommend is not wanted."""
    known = ecosystems.commands(kind)
    return bool(known.lean) and re.search(known.leaves_out, command, re.IGNORECASE) is None
