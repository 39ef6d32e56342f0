"""Errors as people read them: on standard error, in terms of what was typed or set."""

from __future__ import annotations

import errno
import os
import re
import shlex
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click

from garboard.model.errors import GarboardError

if TYPE_CHECKING:
    from garboard.model.gap import Gap

_NESTED: Final = "the input is nested too deeply to be read"
_WANTING: Final = MappingProxyType(
    {
        errno.ENOSPC: "make room there, or name a folder that has some for temporary files: TMPDIR=FOLDER",
        errno.EDQUOT: "make room there, or name a folder that has some for temporary files: TMPDIR=FOLDER",
        errno.EFBIG: "raise the limit: ulimit -f unlimited",
        errno.EMFILE: "raise the limit: ulimit -n 4096",
        errno.ENFILE: "the whole machine has too many files open: end something that runs on it",
        errno.ENOMEM: "give garboard more memory, or read the image from a file: garboard scan image.tar",
        errno.EIO: "a disk does not answer as it should: see the kernel's log (dmesg)",
    }
)
"""What a machine lacks, and what to do about it. It is neither the image's fault nor garboard's."""


def tell(message: str, hint: str) -> None:
    """Print an error, and what to do about it."""
    from garboard.reporters.terminal import plain

    for label, color, text in (("error:", "red", message), ("hint:", None, hint)):
        if text:
            lines = "\n".join(map(plain, text.split("\n")))
            click.echo(f"{click.style(label, fg=color, bold=True)} {lines}", err=True)


def said(error: BaseException, typed: Sequence[str]) -> tuple[str, str] | None:
    """The message and the hint of an error that a person can mend; None for one that is a fault of garboard."""
    if isinstance(error, GarboardError):
        return told(error, typed)
    if isinstance(error, RecursionError):
        return _NESTED, ""
    if isinstance(error, MemoryError):
        return "there is no memory left", _WANTING[errno.ENOMEM]
    if isinstance(error, OSError) and error.errno is not None and error.errno in _WANTING:
        return _on_disk(error), _WANTING[error.errno]
    return None


def _on_disk(error: OSError) -> str:
    """What the system says, with the file, or with the folder that files without a name are in."""
    import tempfile

    what = (error.strerror or str(error)).lower()
    if error.filename:
        return f"{os.fsdecode(error.filename)}: {what}"
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return f"{what} (temporary files are in {tempfile.gettempdir()})"
    return what


def told(error: GarboardError, typed: Sequence[str]) -> tuple[str, str]:
    """The message and the hint, with variables in place of options that nobody typed: an error is about what was set."""
    return _as_given(error.message, typed), repeated(_as_given(error.hint, typed), typed)


def repeated(text: str, typed: Sequence[str] | None = None) -> str:
    """Return a text in which the command lines that it names have the database and the catalog that were typed.

    ``typed`` is by default what the running command was given.
    """
    words = (click.get_current_context().find_root().obj or []) if typed is None else typed
    for group in ("db", "catalog"):
        value = _value(f"--{group}", words)
        if value:
            option = f" --{group} {shlex.quote(value)}"
            text = re.sub(rf"(garboard {group} [a-z]+\b)(?! --{group})", lambda found, to=option: found[1] + to, text)  # type: ignore[misc]
    return text


def all_repeated(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """`repeated` for the reasons of gaps."""
    import msgspec

    return tuple(msgspec.structs.replace(gap, reason=repeated(gap.reason)) for gap in gaps)


def _value(option: str, typed: Sequence[str]) -> str:
    """The value of an option on the command line; empty without one."""
    for place, word in enumerate(typed):
        name, equals, value = word.partition("=")
        if word == "--":
            break
        if name == option:
            return value if equals else "".join(typed[place + 1 : place + 2])
    return ""


def _as_given(text: str, typed: Sequence[str]) -> str:
    from garboard.cli.params import variable

    def spelled(found: re.Match[str]) -> str:
        name = variable(found[2])
        if not os.environ.get(name) or any(one.partition("=")[0] == found[2] for one in typed):
            return found[0]
        return f"unset {name}" if found[1] else name

    return re.sub(r"(leave out )?(?<![\w-])(--[a-z]+(?:-[a-z]+)*)", spelled, text)
