"""Runs programs: with an end to their time, and with the end of what they said where they fail."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from typing import IO, Final

from garboard.model.errors import GarboardError

_TOLD: Final = 2000
"""Bytes of a failing command's output that are told."""
_SEQUENCE: Final = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
_LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a program's output that are read."""
Words = tuple[str, ...]
"""A program and its arguments."""


class ProgramError(GarboardError):
    """A program that is not there, that failed, or that did not end in its time."""


def run(words: Words, *, seconds: float, what: str) -> None:
    """Run a command to its end.

    Raises:
        ProgramError: it cannot be run, it fails, or it does not end in its time; ``what`` it was is named.
    """
    last_words(words, seconds=seconds, what=what)


def last_words(words: Words, *, seconds: float, what: str) -> str:
    """The end of what a command says, to whichever of its outputs.

    Raises:
        ProgramError: as `run`.
    """
    with tempfile.TemporaryFile() as said:
        code = _ended(words, seconds, what, subprocess.DEVNULL, said, subprocess.STDOUT, None)
        last = _last(said.fileno())
        if code:
            raise ProgramError(f"{what} failed with {code}", last)
        return last


def output(
    words: Words, *, seconds: float, what: str, environment: Mapping[str, str], given: bytes = b"", wrong: int = 0
) -> bytes:
    """What a command writes to its standard output, which gets ``given`` and nothing but this environment.

    It may end with ``wrong`` too, which then gives what was written until then.

    Raises:
        ProgramError: as `run`; or it wrote very much.
    """
    with tempfile.TemporaryFile() as put, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        put.write(given)
        put.seek(0)
        code = _ended(words, seconds, what, put, out, said, environment)
        if code not in (0, wrong):
            raise ProgramError(f"{what} failed with {code}", _last(said.fileno()))
        if os.fstat(out.fileno()).st_size > _LARGEST:
            raise ProgramError(f"{what} gave more than {_LARGEST} bytes")
        out.seek(0)
        return out.read()


def _ended(
    words: Words,
    seconds: float,
    what: str,
    put: IO[bytes] | int,
    out: IO[bytes],
    said: IO[bytes] | int,
    environment: Mapping[str, str] | None,
) -> int:
    """The code that a command ended with."""
    try:
        process = subprocess.Popen(words, stdin=put, stdout=out, stderr=said, start_new_session=True, env=environment)
    except OSError as error:
        raise ProgramError(f"{words[0]} cannot be run: {error.strerror or error}", "is it installed?") from error
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise ProgramError(f"{what} did not end in {seconds:g} seconds", "give it more with --time-limit") from error
    finally:
        _end(process)


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
