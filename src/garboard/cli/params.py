"""How options are declared: once, with the type of their value, and with a variable that can set each of them.

An option ``--only-fixed`` can also be set by ``GARBOARD_ONLY_FIXED``. `Given` returns the values by their declarations,
so a type checker knows the type of each one and that the option exists.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

import click
from click.core import ParameterSource

from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from typing import Protocol

    class Closes(Protocol):
        """What is closed when a command ends."""

        def close(self) -> None: ...


PREFIX: Final = "GARBOARD_"
DEFAULTS_OF: Final = "garboard.defaults"
"""Where a context keeps the name of the file that sets defaults."""
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


def variable(option: str) -> str:
    """The environment variable of a long option."""
    return PREFIX + option.removeprefix("--").replace("-", "_").upper()


class Option(click.Option, Generic[T_co]):
    """An option with a value of type ``T_co``, and the variables that set it, in order of precedence."""

    def __init__(
        self,
        *names: str,
        help: str,  # noqa: A002  (click's word)
        metavar: str | None = None,
        kind: click.ParamType[Any] | None = None,
        flag: bool = False,
        many: bool = False,
        older: tuple[str, ...] = (),
        default: bool | None = None,
    ) -> None:
        long = next(name for name in names if name.startswith("--")).partition("/")[0]
        own = long.removeprefix("--").replace("-", "_")
        self.variables = (variable(long), *older)
        super().__init__(
            [*names, own],
            help=help,
            metavar=metavar,
            type=kind,
            multiple=many,
            **({"is_flag": True} if flag else {}),  # False would make a value that begins with a dash an option
            **({} if default is None else {"default": default}),
            envvar=list(self.variables),
        )

    def variable_set(self) -> str:
        """The variable that currently has a value; empty if none has."""
        return next((name for name in self.variables if os.environ.get(name)), "")

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """The variable if the value is from one, else the option."""
        return self.variable_set() if ctx and _from_variable(ctx, self) else super().get_error_hint(ctx)

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Process the value as click does; an error says which variable has the bad value."""
        if _is_empty(value):
            raise UsageError(f"{max(self.opts, key=len)} takes a value that is not empty", "leave it out, or give one")
        try:
            return super().process_value(ctx, value)
        except UsageError as error:
            if ctx.get_parameter_source(self.name or "") is ParameterSource.DEFAULT_MAP:
                name = max(self.opts, key=len).removeprefix("--")
                raise UsageError(f"{ctx.meta[DEFAULTS_OF]}: [defaults] {name}: {error.message}", error.hint) from error
            if not _from_variable(ctx, self):
                raise
            raise UsageError(f"{self.variable_set()}: {error.message}", error.hint) from error


class Operand(click.Argument, Generic[T_co]):
    """A positional argument with a value of type ``T_co``."""

    def __init__(
        self,
        name: str,
        *,
        metavar: str | None = None,
        kind: click.ParamType[Any] | None = None,
        many: bool = False,
        required: bool = True,
    ) -> None:
        super().__init__([name], metavar=metavar, type=kind, nargs=-1 if many else 1, required=required)

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Process the value as click does; an empty one names nothing."""
        if _is_empty(value):
            raise UsageError(f"{self.make_metavar(ctx)} is empty", f"see: {ctx.command_path} --help")
        return super().process_value(ctx, value)


def _is_empty(value: Any) -> bool:
    given = value if isinstance(value, (tuple, list)) else (value,)
    return any(isinstance(one, str) and not one.strip() for one in given)


class Parsed(click.ParamType[T]):
    """A parameter type made of a function that raises `UsageError` for what it cannot read."""

    name = "text"

    def __init__(self, parse: Callable[[str], T]) -> None:
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> T:  # noqa: ARG002
        """Convert a string; anything else is already a value and is returned unchanged."""
        return self._parse(value) if isinstance(value, str) else cast("T", value)


def flag(*names: str, help: str, default: bool | None = None) -> Option[bool]:  # noqa: A002
    """An option without a value; ``--name/--no-name`` can be switched off too."""
    return Option(*names, help=help, flag=True, default=default)


def text(*names: str, metavar: str, help: str, older: tuple[str, ...] = ()) -> Option[str | None]:  # noqa: A002
    """An option with a text."""
    return Option(*names, help=help, metavar=metavar, older=older)


def texts(*names: str, metavar: str, help: str) -> Option[tuple[str, ...]]:  # noqa: A002
    """An option that may be repeated."""
    return Option(*names, help=help, metavar=metavar, many=True)


def value(*names: str, parse: Callable[[str], T], metavar: str, help: str) -> Option[T | None]:  # noqa: A002
    """An option with a value that ``parse`` makes from its text."""
    return Option(*names, help=help, metavar=metavar, kind=Parsed(parse))


def values(*names: str, parse: Callable[[str], T], metavar: str, help: str) -> Option[tuple[T, ...]]:  # noqa: A002
    """Like `value`, but may be repeated."""
    return Option(*names, help=help, metavar=metavar, kind=Parsed(parse), many=True)


class Given:
    """What a command was given: by its line, by variables, by default."""

    def __init__(self, context: click.Context) -> None:
        self._context = context

    def __getitem__(self, parameter: Option[T] | Operand[T]) -> T:
        return cast("T", self._context.params[parameter.name or ""])

    @property
    def command(self) -> click.Command:
        """The command itself."""
        return self._context.command

    def takes(self, parameter: Option[Any] | Operand[Any]) -> bool:
        """Whether the command has such an option or operand."""
        return parameter.name in self._context.params

    def on_the_line(self, option: Option[Any]) -> bool:
        """Whether the option is on the command line itself."""
        return self._context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE

    def asked(self, parameter: Option[Any] | Operand[Any]) -> bool:
        """Whether a value was given for this very run: by the line or a variable, and not by a file that sets it for all runs."""
        source = self._context.get_parameter_source(parameter.name or "")
        return bool(self[parameter]) and source is not ParameterSource.DEFAULT_MAP

    def spelled(self, option: Option[Any]) -> str:
        """How it was given: the option, or the variable."""
        return option.variable_set() if _from_variable(self._context, option) else max(option.opts, key=len)

    def texts(self, *, without: Option[Any]) -> Iterator[tuple[str, str]]:
        """Every text that was given, with the name of its option or operand; without one option's."""
        for parameter in self._context.command.params:
            if parameter is without:
                continue
            value = self._context.params.get(parameter.name or "")
            name = self.spelled(parameter) if isinstance(parameter, Option) else parameter.make_metavar(self._context)
            yield from (
                (name, one) for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, str)
            )

    def closing(self, thing: Closes) -> None:
        """Close it when the command ends, in any way."""
        self._context.call_on_close(thing.close)


def _from_variable(context: click.Context, option: click.Option) -> bool:
    return context.get_parameter_source(option.name or "") is ParameterSource.ENVIRONMENT
