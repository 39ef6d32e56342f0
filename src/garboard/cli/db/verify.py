"""``garboard db verify``: read everything again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from garboard import reporters
from garboard.cli import options as o
from garboard.cli.command import command as make
from garboard.cli.db.options import SHARDS, Some, some
from garboard.cli.output import write

if TYPE_CHECKING:
    from garboard.reporters.shards import Check


@make("verify", SHARDS, *o.report(reporters.DB_VERIFY), o.DB, settings=some)
def verify(settings: Some) -> None:
    """Read everything and compare it with what was recorded. Without SHARD: all that is there."""
    from garboard.database import store
    from garboard.model.errors import DatabaseError
    from garboard.reporters.shards import Checks

    directory, output = settings.directory, settings.output
    shards = tuple(_check(directory, name) for name in settings.shards or store.installed(directory))
    bad = [check for check in shards if not check.whole]
    for check in bad:
        click.echo(f"{check.shard}: {check.error or '; '.join(check.faults)}", err=True)
    write(reporters.DB_VERIFY.load(output.format).render(Checks(directory=str(directory), shards=shards)), output)
    if bad:
        names = [check.shard for check in bad]
        raise DatabaseError(f"damaged: {', '.join(names)}", f"garboard db update {' '.join(names)}")


def _check(directory: Path, name: str) -> Check:
    import contextlib

    from garboard.database.shard import Shard
    from garboard.database.verify import verify as look
    from garboard.model.errors import DatabaseError
    from garboard.reporters.shards import Check

    try:
        with contextlib.closing(Shard(directory, name)) as shard:
            found = look(shard)
    except DatabaseError as error:
        return Check(shard=name, error=error.message)
    return Check(
        shard=found.shard,
        faults=tuple(found.faults),
        records=found.records,
        affected=found.affected,
        unparseable=found.unparseable,
        without_order=found.without_scheme,
    )
