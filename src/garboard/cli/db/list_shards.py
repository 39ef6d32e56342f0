"""``garboard db list``: the shards that there are."""

from __future__ import annotations

from garboard import reporters
from garboard.cli import options as o
from garboard.cli.command import command as make
from garboard.cli.db.options import Inspect, inspect
from garboard.cli.output import write


@make("list", *o.report(reporters.DB_LIST), o.DB, settings=inspect)
def list_shards(settings: Inspect) -> None:
    """The shards that can be had, and those that are there."""
    from garboard import feeds
    from garboard.database import store
    from garboard.reporters.shards import Shards

    found = Shards(known=tuple(feeds.known()), installed=store.installed(settings.directory))
    write(reporters.DB_LIST.load(settings.output.format).render(found), settings.output)
