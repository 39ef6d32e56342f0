"""``garboard db``: the vulnerability database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from garboard.cli.progress import progress

if TYPE_CHECKING:
    from garboard.database.verify import Verified
    from garboard.model.advisory import FeedState
    from garboard.workflows.update_database import ShardResult

STALE_DAYS = 7
"""Since data were last fetched or confirmed; most feeds change every day."""


def _directory(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    from garboard.database.store import default_directory

    return value or default_directory()


def _db_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--db",
        "directory",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        callback=_directory,
        help="The database's directory (or set GARBOARD_DB).",
    )(command)


@click.group("db")
def command() -> None:
    """Fetch, inspect and carry the vulnerability database."""


@command.command()
@_db_option
@click.argument("shards", nargs=-1, metavar="[SHARD]...")
@click.option("--from", "origin", default="", metavar="DIR|URL", help="A mirror instead of the feeds' own sites.")
@click.option("--accept-shrink", is_flag=True, help="Accept a feed that lost more than a fifth of its records.")
@click.option("--ca-file", default="", metavar="FILE", help="Certificates to trust beside the system's (PEM).")
@click.option("--offline", is_flag=True, help="Open no connection: needs --from DIR.")
def update(
    directory: Path, shards: tuple[str, ...], origin: str, accept_shrink: bool, ca_file: str, offline: bool
) -> None:
    """Fetch what is new. Without SHARD: all that is there, and kev and epss."""
    from garboard.model.errors import FeedError, UsageError
    from garboard.workflows import update_database as line

    local = bool(origin) and "://" not in origin
    if offline and not local:
        raise UsageError("db update --offline cannot fetch anything", "name a mirror's directory with --from DIR")
    wanted = shards or line.default_shards(directory)
    client = None
    if not local:
        from garboard.net.client import Client

        client = Client(ca_file=ca_file)
    results = line.update(
        directory,
        wanted,
        origin=origin,
        client=client,
        now=_now(),
        progress=progress(quiet=False),
        report=_tell,
        accept_shrink=accept_shrink,
    )
    failed = [result.shard for result in results if result.error]
    if failed:
        raise FeedError(f"not updated: {', '.join(failed)}", "the data that were there before are still in place")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _tell(result: ShardResult) -> None:
    click.echo(_told(result), err=bool(result.error))


def _told(result: ShardResult) -> str:
    if result.error:
        return f"{result.shard}: failed: {result.error}" + (f"\n  hint: {result.hint}" if result.hint else "")
    records = result.state.records if result.state else 0
    skipped = f", {result.state.skipped} unreadable" if result.state and result.state.skipped else ""
    return f"{result.shard}: {result.outcome}, {records} records{skipped}, {_size(result.bytes)} read"


def _size(count: int) -> str:
    if count < 10_000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 10_000_000 else f"{count / 1_000_000:.1f} MB"


@command.command()
@_db_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(directory: Path, as_json: bool) -> None:
    """How fresh each shard is."""
    from garboard.database import store

    now = _now()
    found = [_status(directory, shard, now) for shard in store.installed(directory)]
    if as_json:
        _print_json({"directory": str(directory), "shards": found})
        return
    click.echo(f"Database: {directory}")
    if not found:
        click.echo("No shards. hint: garboard db update debian osv:PyPI kev epss")
    for row in found:
        click.echo(_status_line(row))


def _status(directory: Path, shard: str, now: dt.datetime) -> dict[str, Any]:
    import contextlib

    from garboard.database import store
    from garboard.database.shard import Shard
    from garboard.model.errors import DatabaseError

    try:
        with contextlib.closing(Shard(directory, shard)) as there:
            state, ecosystems = there.state, there.ecosystems
    except DatabaseError as error:
        return {"shard": shard, "error": error.message}
    age = _age(state, now)
    return {
        "shard": shard,
        "records": state.records,
        "skipped": state.skipped,
        "gaps": list(state.gaps),
        "ecosystems": list(ecosystems),
        "file_bytes": store.path_of(directory, shard).stat().st_size,
        "fetched": state.fetched,
        "age_days": age,
        "stale": age is None or age > STALE_DAYS,
        "data_date": state.data_date,
        "url": state.url,
        "sha256": state.sha256,
    }


def _age(state: FeedState, now: dt.datetime) -> int | None:
    age = state.age(now)
    return None if age is None else max(age.days, 0)


def _status_line(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['shard']:<24} UNUSABLE: {row['error']}"
    age = "age unknown" if row["age_days"] is None else f"{row['age_days']} days old"
    parts = [f"{row['shard']:<24}", f"{row['records']:>8} records", f"{_size(row['file_bytes']):>9}", age]
    parts += [f"data of {row['data_date']}"] if row["data_date"] else []
    parts += [f"{row['skipped']} unreadable"] if row["skipped"] else []
    parts += ["STALE"] if row["stale"] else []
    return "  ".join(parts)


def _print_json(value: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


@command.command("list")
@_db_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_shards(directory: Path, as_json: bool) -> None:
    """The shards that can be had, and those that are there."""
    from garboard import feeds
    from garboard.database import store

    installed = store.installed(directory)
    known = feeds.known()
    if as_json:
        _print_json({"known": known, "installed": installed})
        return
    for shard in known:
        click.echo(f"{shard:<44}{'installed' if shard in installed else ''}".rstrip())
    for shard in installed:
        if shard not in known:
            click.echo(f"{shard:<44}installed")


@command.command()
@_db_option
@click.argument("shards", nargs=-1, metavar="[SHARD]...")
def verify(directory: Path, shards: tuple[str, ...]) -> None:
    """Read everything and compare it with what was recorded. Without SHARD: all that is there."""
    import contextlib

    from garboard.database import store
    from garboard.database.shard import Shard
    from garboard.database.verify import verify as look
    from garboard.model.errors import DatabaseError

    bad = []
    for name in shards or store.installed(directory):
        try:
            with contextlib.closing(Shard(directory, name)) as shard:
                found = look(shard)
        except DatabaseError as error:
            click.echo(f"{name}: {error.message}", err=True)
            bad.append(name)
            continue
        click.echo(_verified(found), err=bool(found.faults))
        bad += [name] if found.faults else []
    if bad:
        raise DatabaseError(f"damaged: {', '.join(bad)}", f"garboard db update {' '.join(bad)}")


def _verified(found: Verified) -> str:
    if found.faults:
        return f"{found.shard}: " + "; ".join(found.faults)
    text = f"{found.shard}: whole, {found.records} records"
    if found.affected:
        text += f", {found.affected} affected packages, {found.unparseable} with a version that does not parse"
    return text + (f", {found.without_scheme} of a kind that cannot be ordered yet" if found.without_scheme else "")


@command.command("export")
@_db_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("shards", nargs=-1, metavar="[SHARD]...")
def export_bundle(directory: Path, file: Path, shards: tuple[str, ...]) -> None:
    """Write shards into FILE, to be carried to a machine without a network. Without SHARD: all that is there."""
    from garboard.database import bundle, store

    digest = bundle.export(directory, shards or store.installed(directory), file)
    click.echo(f"{file} {digest}")


@command.command("import")
@_db_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--digest", default="", metavar="sha256:...", help="Refuse a bundle of another digest.")
def import_bundle(directory: Path, file: Path, digest: str) -> None:
    """Put the shards of FILE in place, once all of them are verified."""
    from garboard.database import bundle

    for state in bundle.unpack(directory, file, digest):
        click.echo(f"{state.shard}: imported, {state.records} records, fetched {state.fetched}")
