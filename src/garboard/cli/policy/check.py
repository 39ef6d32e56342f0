"""``garboard policy check`` and ``schema``."""

from __future__ import annotations

from pathlib import Path

import click

from garboard.cli import defaults
from garboard.cli.command import command as make
from garboard.cli.params import Given, Operand
from garboard.cli.read_policy import NAME, SCHEMES, above, read
from garboard.model.base import Value
from garboard.model.errors import UsageError
from garboard.reporters.view import number_of

FILE = Operand[str | None]("file", required=False)


class Checked(Value):
    """A policy's file."""

    file: Path


def _settings(given: Given) -> Checked:
    named = given[FILE]
    if named and named.startswith(SCHEMES):
        raise UsageError(f"{named} is no file of this machine", "fetch it before, and name the file")
    file = Path(named) if named else above(Path())
    if file is None:
        raise UsageError(f"there is no {NAME} here or above", "name one, or write one: garboard ignore --help")
    return Checked(file=file)


@make("check", FILE, settings=_settings)
def check(settings: Checked) -> int:
    """Check a policy, by default garboard.toml here or above, and show every mistake with its line.

    Exit code: 0 it is right, 2 it has mistakes.
    """
    policy = read(settings.file)
    defaults.check(policy.defaults, settings.file)
    defaults.check_values(policy.defaults, settings.file)
    for stage in policy.stages:
        click.echo(f"{settings.file}: stage {stage.name}: {number_of(len(stage.rules), 'rule')}")
    click.echo(f"{settings.file}: {number_of(len(policy.ignores), 'ignore')}")
    return 0


@make("schema", settings=lambda given: None)  # noqa: ARG005
def schema(settings: None) -> int:  # noqa: ARG001
    """Print the JSON schema of policies, for editors."""
    from garboard import json_text
    from garboard.policy.schema import schema as made

    click.echo(json_text.document(made()), nl=False)
    return 0
