"""``garboard db update``: fetch what is new, from the publishers, a mirror or a registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.db.options import SHARDS, now, waiting
from garboard.cli.failure import repeated
from garboard.cli.params import Given, flag, text
from garboard.cli.progress import progress
from garboard.cli.read_opening import registry
from garboard.model.base import Value

if TYPE_CHECKING:
    from garboard.image.options import Options
    from garboard.workflows.update_database import ShardResult

FROM: Final = text(
    "--from", metavar="DIR|URL|registry:REFERENCE", help="A mirror, or a registry, instead of the feeds' own sites."
)
REGISTRY: Final = "registry:"
VERIFY_KEY: Final = text(
    "--verify-key", metavar="FILE", help="Take from a registry only what this public key signed (PEM; cosign.pub too)."
)
ACCEPT_SHRINK: Final = flag("--accept-shrink", help="Accept a feed that lost more than a fifth of its records.")


class Update(Value):
    """Which shards to fetch into which database (none: those that are there), and from where."""

    directory: Path
    shards: tuple[str, ...]
    origin: str
    accept_shrink: bool
    verify_key: str
    options: Options
    quiet: bool

    @property
    def local(self) -> bool:
        """Whether the origin is a folder."""
        return bool(self.origin) and "://" not in self.origin and not self.origin.startswith(REGISTRY)


def _update_settings(given: Given) -> Update:
    from garboard.model.errors import UsageError

    settings = Update(
        directory=read_settings.database_directory(given),
        shards=given[SHARDS],
        origin=given[FROM] or read_settings.feeds(),
        accept_shrink=given[ACCEPT_SHRINK],
        verify_key=given[VERIFY_KEY] or "",
        options=registry(given),
        quiet=given[o.QUIET],
    )
    if given[o.OFFLINE] and not settings.local:
        raise UsageError(
            "db update --offline cannot fetch anything", "name a mirror's directory with --from DIR or GARBOARD_FEEDS"
        )
    if settings.verify_key and given.on_the_line(VERIFY_KEY) and not settings.origin.startswith(REGISTRY):
        raise UsageError("--verify-key is for a database of a registry", "name it with --from registry:REFERENCE")
    return settings


@make("update", SHARDS, FROM, VERIFY_KEY, ACCEPT_SHRINK, *o.REGISTRY, o.QUIET, o.DB, settings=_update_settings)
def update(settings: Update) -> None:
    """Fetch what is new. Without SHARD: all that is there, and kev and epss. With --offline it needs --from DIR.

    From a registry to which somebody pushed a database: --from registry:REFERENCE, without SHARD all that it has.
    """
    from garboard.model.errors import FeedError
    from garboard.workflows import update_database as line

    if settings.origin.startswith(REGISTRY):
        _pull(settings)
        return
    client = None
    if not settings.local:
        from garboard.net.client import Client

        client = Client(ca_file=settings.options.ca_file, limits=settings.options.limits)
    results = line.update(
        settings.directory,
        settings.shards or line.default_shards(settings.directory),
        origin=settings.origin,
        client=client,
        now=now(),
        progress=progress(quiet=settings.quiet),
        report=lambda result: _tell(result, quiet=settings.quiet),
        terms=line.Terms(accept_shrink=settings.accept_shrink, waiting=waiting),
    )
    failed = [result.shard for result in results if result.error]
    if failed:
        raise FeedError(f"not updated: {', '.join(failed)}", "the data that were there before are still in place")


def _tell(result: ShardResult, *, quiet: bool) -> None:
    if result.error or not quiet:
        click.echo(_told(result), err=bool(result.error))


def _told(result: ShardResult) -> str:
    from garboard.reporters.shards import size

    if result.error:
        return f"{result.shard}: failed: {result.error}" + (f"\n  hint: {repeated(result.hint)}" if result.hint else "")
    records = result.state.records if result.state else 0
    skipped = f", {result.state.skipped} unreadable" if result.state and result.state.skipped else ""
    return f"{result.shard}: {result.outcome}, {records} records{skipped}, {size(result.bytes)} read"


def _pull(settings: Update) -> None:
    from garboard.reporters.shards import size
    from garboard.workflows import share_database as share

    address = settings.origin.removeprefix(REGISTRY)
    verifier = None
    if settings.verify_key:
        from garboard.signing import Verifier

        verifier = Verifier.read(Path(settings.verify_key))
    elif not settings.quiet:
        click.echo(f"{address}: not verified who made it: no --verify-key is given", err=True)
    done = share.pull(
        settings.directory, settings.shards, address, settings.options, now=now(), verifier=verifier, waiting=waiting
    )
    for shard in done.newer:
        click.echo(f"{shard}: left alone: what is there is newer than what {address} has", err=True)
    if not settings.quiet:
        for state in done.new:
            click.echo(f"{state.shard}: updated, {state.records} records, fetched {state.fetched}")
        click.echo(
            f"{address}@{done.digest}: {len(done.new)} new, {len(done.unchanged)} unchanged, {size(done.moved)} read"
        )
