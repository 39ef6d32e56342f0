"""``garboard db build``: shards that are made of others."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.db.options import now, waiting
from garboard.cli.params import Given, Operand
from garboard.model.base import Value

WHAT: Final = Operand[str]("what", kind=click.Choice(["ratings"]))


class MadeData(Value):
    """What is made of the data of a database."""

    directory: Path
    quiet: bool


def _build_settings(given: Given) -> MadeData:
    return MadeData(directory=read_settings.database_directory(given), quiet=given[o.QUIET])


@make("build", WHAT, o.QUIET, o.DB, settings=_build_settings)
def build(settings: MadeData) -> None:
    """Make ratings: the CVSS vectors, weaknesses and dates of all CVEs as one small shard, of NVD's years.

    \b
    garboard db update nvd && garboard db build ratings && garboard db push registry.example/garboard-db
    """  # noqa: D301  (\b is click's)
    from garboard.database import store
    from garboard.reporters.shards import size
    from garboard.workflows.build_ratings import build as make_ratings

    state = make_ratings(settings.directory, now=now(), waiting=waiting)
    if not settings.quiet:
        path = store.path_of(settings.directory, state.shard)
        click.echo(f"{state.shard}: {state.records} CVEs, {size(path.stat().st_size)}")
