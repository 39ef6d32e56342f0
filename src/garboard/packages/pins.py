"""Whether a line of a Dockerfile names the version of a package."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from garboard import ecosystems
from garboard.model.attribution import Introduction, Origin
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.model.program import Commands

_BETWEEN: Final = re.compile(r"""[\s"'`();]+""")


def pinned(package: Package, who: Introduction) -> bool:
    """Whether the line that brought the package names it with a version, in its package manager's syntax.

    The command that asked for it does; or a word of the line that may come to it by a variable, a loop, a function or a pipe.
    """
    if who.origin is Origin.BASE or not who.text or who.copies:
        return False
    known = ecosystems.commands(package.type)
    name = package.full_name.casefold()
    names = (name, f"{name}:{package.arch}") if package.type in SYSTEM_TYPES and package.arch else (name,)
    words = _words(who.command)
    if any(_is_pin(word, one, known) for word in words for one in names):
        return True
    if name in words and _by_option(words, known):
        return True
    others = _words(who.instruction)
    return any(_is_pin(word, one, known, worked_out=False) for word in others for one in names)


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[str, ...]:
    return tuple(one.casefold() for one in _BETWEEN.split(text.replace("\\", " ")) if one)


def _is_pin(word: str, name: str, known: Commands, *, worked_out: bool = True) -> bool:
    """Whether a word pins a name; ``worked_out`` tells whether to a version that a variable has, too."""
    rests = (word[len(name) + len(sign) :] for sign in known.pin_signs if word.startswith(name + sign))
    return any(_is_version(rest, known) if worked_out else rest[:1].isdigit() for rest in rests)


def _is_version(rest: str, known: Commands) -> bool:
    return bool(rest) and (not known.digit_after_sign or rest[0].isdigit() or rest[0] == "$")


def _by_option(words: Sequence[str], known: Commands) -> bool:
    """Whether an option of the program gives the version (``gem install rails -v 7.1``)."""
    options = {option for word in words if word in known.programs for option in known.programs[word].version_options}
    return any(word.partition("=")[0] in options for word in words)
