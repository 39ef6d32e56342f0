"""``garboard completion``: the completion script for a shell, made by click."""

from __future__ import annotations

from typing import Final

import click

from garboard.cli.command import command as make
from garboard.cli.params import Given, Operand

SHELL: Final = Operand[str]("shell", kind=click.Choice(["bash", "zsh", "fish"]))


def _settings(given: Given) -> str:
    return given[SHELL]


@make("completion", SHELL, settings=_settings)
def command(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash: eval "$(garboard completion bash)"
    zsh:  eval "$(garboard completion zsh)"
    fish: garboard completion fish | source
    """  # noqa: D301  (\b is click's)
    from click.shell_completion import get_completion_class

    from garboard.cli.main import command as root

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(root, {}, "garboard", "_GARBOARD_COMPLETE").source())
