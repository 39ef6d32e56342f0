"""``garboard policy import``: other scanners' ignores as entries of a policy."""

from __future__ import annotations

from pathlib import Path

import click

from garboard.cli.command import command as make
from garboard.cli.params import Given, Operand, text
from garboard.cli.policy.write import add
from garboard.cli.read_policy import bounded
from garboard.model.base import Value
from garboard.model.errors import UsageError

FILE = Operand[str]("file")
INTO = text("--into", metavar="FILE", help="Add them to this policy; without it they are printed.")


class Importing(Value):
    """A file of another scanner, and the policy to add to; empty: none."""

    file: str
    into: str


def _settings(given: Given) -> Importing:
    return Importing(file=given[FILE], into=given[INTO] or "")


@make("import", FILE, INTO, settings=_settings)
def import_(settings: Importing) -> int:
    """Turn what another scanner ignores into entries of a policy.

    Reads .trivyignore, .trivyignore.yaml, .snyk, .grype.yaml and osv-scanner.toml, known by their names.

    \b
    garboard policy import .trivyignore
    garboard policy import .snyk --into garboard.toml

    Exit code: 0 all of it was taken over, 1 a part, which is told, 2 an error.
    """  # noqa: D301  (\b is click's)
    from garboard.policy import entries, foreign

    try:
        found = foreign.read(bounded(Path(settings.file)).decode("utf-8-sig"), settings.file)
    except UnicodeDecodeError as error:
        raise UsageError(f"{settings.file} cannot be read: {error}") from error
    if settings.into:
        add(Path(settings.into), found.ignores)
        click.echo(f"{len(found.ignores)} ignores were added to {settings.into}")
    else:
        click.echo(entries.appended("", found.ignores), nl=False)
    for left in found.left:
        click.echo(f"not taken over: {left}", err=True)
    return 1 if found.left else 0
