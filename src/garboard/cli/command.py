"""A command: its parameters, the settings made from them, and the function that runs with these settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from garboard.cli.help import Context
from garboard.cli.params import DEFAULTS_OF, Given
from garboard.model.errors import UsageError

S = TypeVar("S")
Result = int | None
"""An exit code; None for 0."""

_EPILOG: Final = (
    "Each option can be set by a variable too: --no-cache by GARBOARD_NO_CACHE=1, and so on. "
    "One that may be repeated takes values separated by white space."
)


class TypedCommand(click.Command):
    """Passes what was given, as one value, to a function."""

    context_class = Context

    def __init__(self, name: str, run: Callable[[Given], Result], parameters: list[click.Parameter], text: str) -> None:
        options = any(isinstance(one, click.Option) for one in parameters)
        super().__init__(name, params=parameters, help=text, epilog=_EPILOG if options else None)
        self.run = run

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse them as click does; an option of another scanner is an error that names garboard's own."""
        rest = self._parsed(ctx, args)
        if "no_policy" in ctx.params and self._takes_defaults(ctx):
            ctx.params, ctx.args = {}, []
            rest = self._parsed(ctx, args)
        return rest

    def _parsed(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, [*args])
        except click.NoSuchOption as error:
            from garboard.cli.habits import OPTIONS

            if error.option_name not in OPTIONS:
                raise
            raise UsageError(f"there is no option {error.option_name}", OPTIONS[error.option_name]) from error

    def _takes_defaults(self, ctx: click.Context) -> bool:
        """Whether a policy file sets options, which then count where neither the line nor a variable does."""
        from garboard.cli import defaults

        file, found = defaults.read(Given(ctx))
        ctx.default_map = dict(found)
        ctx.meta[DEFAULTS_OF] = file
        return bool(found)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; returns the exit code."""
        return self.run(Given(ctx))


def command(
    name: str, *parameters: click.Parameter, settings: Callable[[Given], S]
) -> Callable[[Callable[[S], Result]], TypedCommand]:
    """Make a command from a function that takes settings; ``settings`` makes them once from what was given.

    The function's docstring is the command's help.
    """

    def made(function: Callable[[S], Result]) -> TypedCommand:
        return TypedCommand(name, lambda given: function(settings(given)), list(parameters), function.__doc__ or "")

    return made


def group(name: str, text: str, *commands: click.Command) -> click.Group:
    """A command with subcommands."""
    return _Group(name, commands=commands, help=text)


class _Group(click.Group):
    context_class = Context
