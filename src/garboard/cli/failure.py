"""Errors as people read them: on standard error, in terms of what was typed or set."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

import click

from garboard.model.errors import GarboardError

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
    return _as_given(error.message, typed), _as_given(error.hint, typed)


def _as_given(text: str, typed: Sequence[str]) -> str:
    from garboard.cli.params import variable

    def spelled(found: re.Match[str]) -> str:
        name = variable(found[2])
        if not os.environ.get(name) or any(one.partition("=")[0] == found[2] for one in typed):
            return found[0]
        return f"unset {name}" if found[1] else name

    return re.sub(r"(leave out )?(?<![\w-])(--[a-z]+(?:-[a-z]+)*)", spelled, text)
