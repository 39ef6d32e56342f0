"""``garboard db push``: share shards by a registry."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.db.options import SHARDS, now, waiting
from garboard.cli.params import Given, Operand, flag, value
from garboard.cli.read_opening import registry
from garboard.model.base import Value
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.image.options import Options

_DAYS: Final = 7
_MOST_DAYS: Final = 3660


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 0 < int(text) <= _MOST_DAYS):
        raise UsageError(f"--valid-for takes a number of days, not {text[:100]}", "as in --valid-for 7")
    return int(text)


ADDRESS: Final = Operand[str]("reference", metavar="REFERENCE")
VALID_FOR: Final = value(
    "--valid-for", parse=_days, metavar="DAYS", help="For how long the signature counts, if nothing newer is pushed: 7."
)
RESTRICTED: Final = flag("--restricted", help="Push data too that their license forbids to hand on: you may.")


class Push(Value):
    """Which shards of a database go where (none: all that may be handed on)."""

    directory: Path
    address: str
    shards: tuple[str, ...]
    options: Options
    restricted: bool
    sign_key: str
    valid_for: int
    quiet: bool


def _push_settings(given: Given) -> Push:
    return Push(
        directory=read_settings.database_directory(given),
        address=given[ADDRESS],
        shards=given[SHARDS],
        options=registry(given),
        restricted=given[RESTRICTED],
        sign_key=given[o.SIGN_KEY] or "",
        valid_for=given[VALID_FOR] or _DAYS,
        quiet=given[o.QUIET],
    )


@make("push", ADDRESS, SHARDS, RESTRICTED, o.SIGN_KEY, VALID_FOR, *o.REGISTRY, o.QUIET, o.DB, settings=_push_settings)
def push(settings: Push) -> None:
    """Share shards by a registry. Without SHARD: all that is there and may be handed on. Only what changed moves.

    \b
    garboard db push registry.example/garboard-db:latest
    garboard db update --from registry:registry.example/garboard-db:latest
    """  # noqa: D301  (\b is click's)
    from garboard.database import store
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
    signing = None
    if settings.sign_key:
        from garboard.signing import Signer

        signing = share.Signing(Signer(Path(settings.sign_key)), dt.timedelta(days=settings.valid_for))
    done = share.push(
        settings.directory, names, settings.address, settings.options, now=now(), signing=signing, waiting=waiting
    )
    if not settings.quiet:
        click.echo(
            f"{settings.address}@{done.digest}: {len(done.shards)} shards, {size(done.moved)} of {size(done.total)} moved"
            + (f", signed with serial {done.serial}" if done.serial else "")
        )
