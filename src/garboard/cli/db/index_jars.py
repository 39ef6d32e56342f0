"""``garboard db jars``: Java archives of a local repository."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.db.options import waiting
from garboard.cli.params import Given, Operand
from garboard.model.base import Value

REPOSITORY: Final = Operand[Path]("dir", kind=click.Path(file_okay=False, path_type=Path))


class Repository(Value):
    """A database, and the local repository whose archives it is to know."""

    directory: Path
    repository: Path


def _jars_settings(given: Given) -> Repository:
    return Repository(directory=read_settings.database_directory(given), repository=given[REPOSITORY])


@make("jars", REPOSITORY, o.DB, settings=_jars_settings)
def index_jars(settings: Repository) -> None:
    """Learn the Java archives in DIR (~/.m2/repository): scans then know those that do not state their group."""
    from garboard.database import jars
    from garboard.workflows.index_jars import archives

    count = jars.build(settings.directory, archives(settings.repository), waiting)
    click.echo(f"{settings.repository}: {count} archives")
