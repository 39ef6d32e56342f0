"""``garboard db diff``: what changed between two databases."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.output import write
from garboard.cli.params import Given, Operand
from garboard.cli.settings import Output
from garboard.model.base import Value

OLD: Final = Operand[Path]("old", kind=click.Path(exists=True, file_okay=False, path_type=Path))
NEW: Final = Operand[Path]("new", kind=click.Path(exists=True, file_okay=False, path_type=Path))


class Two(Value):
    """The directories of two databases."""

    old: Path
    new: Path
    output: Output


def _diff_settings(given: Given) -> Two:
    return Two(old=given[OLD], new=given[NEW], output=read_settings.output(given))


@make("diff", OLD, NEW, *o.report(reporters.DB_DIFF), settings=_diff_settings)
def diff(settings: Two) -> None:
    """What changed for which packages from the database in one folder to that in another."""
    from garboard.workflows.query_database import between

    difference = between(settings.old, settings.new)
    write(reporters.DB_DIFF.load(settings.output.format).render(difference), settings.output)
