"""What a command is given by a line."""

from __future__ import annotations

from collections.abc import Iterator

import click

from garboard.cli import main
from garboard.cli.params import Given


def given(command: click.Command, *words: str) -> Given:
    """As `garboard.cli.command.Command` hands it to the function that makes settings."""
    return Given(command.make_context("garboard", list(words)))


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that there is, by its whole name."""
    yield from _below("", main.command)


def _below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for word in command.list_commands(context):
        found = command.get_command(context, word)
        assert found is not None
        yield from _below(f"{name} {word}".strip(), found)
