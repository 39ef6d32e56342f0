"""Runs a builder's words: with an end to its time, and with the end of what it said where it fails."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from typing import Final

from garboard.builders.engine import Words
from garboard.model.errors import GarboardError

_TOLD: Final = 2000
"""Bytes of a failing command's output that are told."""
_SEQUENCE: Final = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
_ASKING: Final = 20
"""Seconds in which a builder has to answer whether it is there."""


class BuildError(GarboardError):
    """A builder that is not there, or a command of it that failed."""


def run(words: Words, *, seconds: float, what: str) -> None:
    """Run a command to its end.

    Raises:
        BuildError: it cannot be run, it fails, or it does not end in its time; ``what`` it was is named.
    """
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )
        except OSError as error:
            raise BuildError(f"{words[0]} cannot be run: {error.strerror or error}", "is it installed?") from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise BuildError(f"{what} did not end in {seconds:g} seconds", "give it more with --time-limit") from error
        finally:
            _end(process)
        if code:
            raise BuildError(f"{what} failed with {code}", _last(said.fileno()))


def answers(words: Words) -> bool:
    """Whether a command ends well, in little time."""
    try:
        run(words, seconds=_ASKING, what=words[0])
    except BuildError:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command that still runs, with all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _last(output: int) -> str:
    """The end of what a command said, from the beginning of a line."""
    size = os.fstat(output).st_size
    text = os.pread(output, _TOLD, max(0, size - _TOLD)).decode("utf-8", "replace").strip()
    return _visible(text if size <= _TOLD else text.partition("\n")[2])


def _visible(text: str) -> str:
    """The text without what moves a terminal's cursor or changes its colors."""
    return "".join(one if one.isprintable() or one == "\n" else " " for one in _SEQUENCE.sub("", text))
