"""Errors as people read them: on standard error, in terms of what was typed or set."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from garboard.model.errors import GarboardError

if TYPE_CHECKING:
    from garboard.model.gap import Gap

NESTED = "the input is nested too deeply to be read"


def tell(message: str, hint: str) -> None:
    """Print an error, and what to do about it."""
    from garboard.reporters.terminal import plain

    for label, color, text in (("error:", "red", message), ("hint:", None, hint)):
        if text:
            lines = "\n".join(map(plain, text.split("\n")))
            click.echo(f"{click.style(label, fg=color, bold=True)} {lines}", err=True)


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
    return tuple(type(gap)(stage=gap.stage, subject=gap.subject, reason=repeated(gap.reason)) for gap in gaps)


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
