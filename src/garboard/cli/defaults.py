"""Options that a policy file sets for everybody who works with it: its table ``[defaults]``, below variables and the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.cli.params import Given

_DEFAULTS: Final = "defaults"
_FORMAT: Final = "format"
_TABLE: Final = _DEFAULTS.encode()
_NO_LIST: Final = "the option takes one value, and no list"
_NEVER: Final = frozenset(
    {"attach", "ca-file", "file", "insecure", "mirror", "no-policy", "output", "package-mirror", "password", "policy"}
    | {"sign-key", "username"}
    | {"api", "apply", "build-option", "check", "context", "drop", "engine", "healthcheck", "host", "pr", "prove"}
    | {"remote", "repo", "tools"}
)
"""Where the policy itself is found, where something is written, what is run, whom to trust, who gets a token, and secrets: a
file that comes with a project decides on none of these."""


def read(given: Given) -> tuple[str, Mapping[str, Any]]:
    """The policy's file, and what it sets, by the names of the command's options; what is another command's is left out.

    Raises:
        UsageError: it sets what no command has, or what a file may not set.
        PolicyError: the file has mistakes.
    """
    from garboard.cli import read_policy

    file = read_policy.local(given)
    if file is None or _TABLE not in _content(file):
        return "", {}
    wanted = read_policy.read(file).defaults
    known = {name: one for one in given.command.params for name in _names(one)}
    check({*wanted} & _NEVER or {*wanted} - {*known}, file)
    return str(file), {
        known[name].name or "": _fitting(known[name], name, value, file)
        for name, value in wanted.items()
        if name in known
    }


def _fitting(one: click.Parameter, name: str, value: Any, file: Path) -> Any:
    """One value as the list of an option that may be repeated.

    Raises:
        UsageError: there is a list for one that may not.
    """
    if isinstance(value, list) and not one.multiple:
        raise UsageError(f"{file}: [defaults] {name}: {_NO_LIST}", f"{name} = {value[0]!r}")
    found = [value] if one.multiple and not isinstance(value, list) else value
    if name == _FORMAT:
        _refuse_elsewhere(found, file)
    return found


def _refuse_elsewhere(formats: Any, file: Path) -> None:
    """Refuse reports that are written anywhere but among the files where the user is.

    Raises:
        UsageError: one is.
    """
    here = Path.cwd().resolve()
    for one in formats if isinstance(formats, list) else (formats,):
        name = str(one).partition("=")[2]
        place = Path(name)
        hidden = any(part.startswith(".") for part in place.parts)
        if name and (place.is_absolute() or hidden or not place.resolve().is_relative_to(here)):
            told = f"{file}: [defaults] cannot have {_FORMAT} write {name}, which lies elsewhere, or is hidden"
            raise UsageError(told, f"give it as --{_FORMAT} {one}, or name a file below this folder")


def check(names: Iterable[str], file: Path) -> None:
    """Refuse options that no command has which takes policies, and those that a file may not set.

    Raises:
        UsageError: there is one.
    """
    every: set[str] = set()
    for name in sorted(names):
        if name in _NEVER:
            raise UsageError(f"{file}: [defaults] cannot set {name}", f"give it as --{name}, or in the environment")
        every = every or _every()
        if name not in every:
            import difflib

            near = difflib.get_close_matches(name, every, 1)
            raise UsageError(
                f"{file}: [defaults] sets {name}, and there is no such option",
                f"did you mean {near[0]}?" if near else "garboard scan --help lists them, without the dashes",
            )


def check_values(found: Mapping[str, Any], file: Path) -> None:
    """Refuse values that every command's option of that name would refuse.

    Raises:
        PolicyError: there are some; each is shown with its line.
        UsageError: a report would be written elsewhere.
    """
    from garboard.cli.main import command
    from garboard.model.policy import PolicyError
    from garboard.policy.document import mistake

    _refuse_elsewhere(found.get(_FORMAT, ()), file)
    commands = [*_with_policies(command)]
    wrong = {name: why for name, value in found.items() if (why := _refused(name, value, commands))}
    if wrong:
        text = file.read_text(encoding="utf-8-sig")
        told = (mistake(text, str(file), (_DEFAULTS, name), f"{name}: {why}") for name, why in wrong.items())
        raise PolicyError("\n".join(told), "garboard scan --help lists the options, and what they take")


def _refused(name: str, value: Any, commands: Iterable[click.Command]) -> str:
    """What an option says of a value that none takes; empty if one does."""
    said = ""
    for command in commands:
        for one in command.params:
            if name in _names(one):
                said = _says(one, value, click.Context(command))
                if not said:
                    return ""
    return said


def _says(one: click.Parameter, value: Any, context: click.Context) -> str:
    if isinstance(value, list) and not one.multiple:
        return _NO_LIST
    try:
        one.process_value(context, [value] if one.multiple and not isinstance(value, list) else value)
    except (click.UsageError, UsageError) as error:
        return error.message
    return ""


def _content(file: Path) -> bytes:
    """The file's bytes; empty if it cannot be read, which is told where it is used."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _names(parameter: click.Parameter) -> Iterator[str]:
    if isinstance(parameter, click.Option):
        yield from (one.removeprefix("--") for one in parameter.opts if one.startswith("--"))


def _every() -> set[str]:
    from garboard.cli.main import command

    return {one for each in _with_policies(command) for parameter in each.params for one in _names(parameter)} - _NEVER


def _with_policies(group: click.Group) -> Iterator[click.Command]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from _with_policies(found)
        elif found is not None and any("no-policy" in _names(one) for one in found.params):
            yield found
