"""Runs a builder's words."""

from __future__ import annotations

import contextlib
from typing import Final

from garboard import programs
from garboard.builders.engine import Words
from garboard.model.errors import GarboardError

_ASKING: Final = 20
"""Seconds in which a builder has to answer whether it is there."""
_CLEARING: Final = 120
"""Seconds in which what is not needed any more has to be removed."""


class BuildError(GarboardError):
    """A builder that is not there, or a command of it that failed."""


def run(words: Words, *, seconds: float, what: str) -> None:
    """Run a command to its end.

    Raises:
        BuildError: it cannot be run, it fails, or it does not end in its time; ``what`` it was is named.
    """
    said(words, seconds=seconds, what=what)


def said(words: Words, *, seconds: float, what: str) -> str:
    """The end of what a command says.

    Raises:
        BuildError: as `run`.
    """
    try:
        return programs.last_words(words, seconds=seconds, what=what)
    except programs.ProgramError as error:
        raise BuildError(error.message, error.hint) from error


def quietly(words: Words) -> None:
    """Run what clears away, whose failing changes nothing."""
    with contextlib.suppress(BuildError):
        run(words, seconds=_CLEARING, what=words[0])


def answers(words: Words) -> bool:
    """Whether a command ends well, in little time."""
    try:
        run(words, seconds=_ASKING, what=words[0])
    except BuildError:
        return False
    return True
