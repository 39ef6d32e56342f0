"""What the ``garboard db`` commands share."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import click

from garboard.cli import read_settings
from garboard.cli.params import Given, Operand
from garboard.cli.settings import Output
from garboard.model.base import Value

SHARDS: Final = Operand[tuple[str, ...]]("shards", metavar="[SHARD]...", many=True, required=False)


def now() -> dt.datetime:
    """The current time."""
    return dt.datetime.now(dt.UTC)


def waiting(told: str) -> None:
    """Say on standard error what is waited for."""
    click.echo(told, err=True)


class Inspect(Value):
    """A database to show."""

    directory: Path
    output: Output


def inspect(given: Given) -> Inspect:
    """Read which database to show, and how."""
    return Inspect(directory=read_settings.database_directory(given), output=read_settings.output(given))


class Some(Value):
    """Shards of a database; none: all that are there."""

    directory: Path
    shards: tuple[str, ...]
    output: Output


def some(given: Given) -> Some:
    """Read which shards of which database to show, and how."""
    directory, output = read_settings.database_directory(given), read_settings.output(given)
    return Some(directory=directory, shards=given[SHARDS], output=output)


class Question(Value):
    """What a database is asked: a package or an identifier, of one ecosystem or of all."""

    directory: Path
    asked: str
    output: Output
    ecosystem: str = ""
