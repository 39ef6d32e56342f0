"""``garboard db push``: share shards by a registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.db.options import SHARDS, now, waiting
from garboard.cli.params import Given, Operand, flag
from garboard.cli.read_opening import registry
from garboard.model.base import Value

if TYPE_CHECKING:
    from garboard.image.options import Options

ADDRESS: Final = Operand[str]("reference", metavar="REFERENCE")
RESTRICTED: Final = flag("--restricted", help="Push data too that their license forbids to hand on: you may.")


class Push(Value):
    """Which shards of a database go where (none: all that may be handed on)."""

    directory: Path
    address: str
    shards: tuple[str, ...]
    options: Options
    restricted: bool
    quiet: bool


def _push_settings(given: Given) -> Push:
    return Push(
        directory=read_settings.database_directory(given),
        address=given[ADDRESS],
        shards=given[SHARDS],
        options=registry(given),
        restricted=given[RESTRICTED],
        quiet=given[o.QUIET],
    )


@make("push", ADDRESS, SHARDS, RESTRICTED, *o.REGISTRY, o.QUIET, o.DB, settings=_push_settings)
def push(settings: Push) -> None:
    """Share shards by a registry. Without SHARD: all that is there and may be handed on. Only what changed moves.

    \b
    garboard db push registry.example/garboard-db:latest
    garboard db update --from registry:registry.example/garboard-db:latest
    """  # noqa: D301  (\b is click's)
    from garboard.database import store
    from garboard.model.errors import UsageError
    from garboard.reporters.shards import size
    from garboard.workflows import share_database as share

    shards = settings.shards or store.installed(settings.directory)
    kept = {} if settings.restricted else share.restricted(shards)
    if kept and settings.shards:
        shard, reason = next(iter(kept.items()))
        raise UsageError(f"{shard} is not pushed: {reason}", "if you may hand it on: --restricted")
    for shard, reason in kept.items():
        click.echo(f"{shard}: left out: {reason}", err=True)
    names = tuple(shard for shard in shards if shard not in kept)
    done = share.push(settings.directory, names, settings.address, settings.options, now=now(), waiting=waiting)
    if not settings.quiet:
        click.echo(
            f"{settings.address}@{done.digest}: {len(done.shards)} shards, {size(done.moved)} of {size(done.total)} moved"
        )
