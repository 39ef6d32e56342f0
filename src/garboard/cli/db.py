"""``garboard db``: the vulnerability database."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.command import group
from garboard.cli.failure import repeated
from garboard.cli.output import write
from garboard.cli.params import Given, Operand, flag, text
from garboard.cli.progress import progress
from garboard.cli.read_opening import registry
from garboard.cli.settings import Output
from garboard.model.base import Value

if TYPE_CHECKING:
    from garboard.image.options import Options
    from garboard.model.advisory import FeedState
    from garboard.reporters.shards import Check, Status
    from garboard.workflows.update_database import ShardResult

SHARDS: Final = Operand[tuple[str, ...]]("shards", metavar="[SHARD]...", many=True, required=False)
BUNDLE: Final = Operand[Path]("file", kind=click.Path(dir_okay=False, path_type=Path))
PACKAGE: Final = Operand[str]("package", metavar="PACKAGE[@VERSION]")
IDENTIFIER: Final = Operand[str]("identifier", metavar="CVE-…")
OLD: Final = Operand[Path]("old", kind=click.Path(exists=True, file_okay=False, path_type=Path))
NEW: Final = Operand[Path]("new", kind=click.Path(exists=True, file_okay=False, path_type=Path))
ECOSYSTEM: Final = text("--ecosystem", metavar="NAME", help="Of this ecosystem only: PyPI, Debian, Debian:12.")
FROM: Final = text(
    "--from", metavar="DIR|URL|registry:REFERENCE", help="A mirror, or a registry, instead of the feeds' own sites."
)
REGISTRY: Final = "registry:"
ADDRESS: Final = Operand[str]("reference", metavar="REFERENCE")
WHAT: Final = Operand[str]("what", kind=click.Choice(["ratings"]))
RESTRICTED: Final = flag("--restricted", help="Push data too that their license forbids to hand on: you may.")
ACCEPT_SHRINK: Final = flag("--accept-shrink", help="Accept a feed that lost more than a fifth of its records.")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Update(Value):
    """Which shards to fetch into which database (none: those that are there), and from where."""

    directory: Path
    shards: tuple[str, ...]
    origin: str
    accept_shrink: bool
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
        options=registry(given),
        quiet=given[o.QUIET],
    )
    if given[o.OFFLINE] and not settings.local:
        raise UsageError(
            "db update --offline cannot fetch anything", "name a mirror's directory with --from DIR or GARBOARD_FEEDS"
        )
    return settings


@make("update", SHARDS, FROM, ACCEPT_SHRINK, *o.REGISTRY, o.QUIET, o.DB, settings=_update_settings)
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
        now=_now(),
        progress=progress(quiet=settings.quiet),
        report=lambda result: _tell(result, quiet=settings.quiet),
        terms=line.Terms(accept_shrink=settings.accept_shrink, waiting=_waiting),
    )
    failed = [result.shard for result in results if result.error]
    if failed:
        raise FeedError(f"not updated: {', '.join(failed)}", "the data that were there before are still in place")


def _waiting(told: str) -> None:
    click.echo(told, err=True)


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
    done = share.push(settings.directory, names, settings.address, settings.options, now=_now(), waiting=_waiting)
    if not settings.quiet:
        click.echo(
            f"{settings.address}@{done.digest}: {len(done.shards)} shards, {size(done.moved)} of {size(done.total)} moved"
        )


def _pull(settings: Update) -> None:
    from garboard.reporters.shards import size
    from garboard.workflows import share_database as share

    address = settings.origin.removeprefix(REGISTRY)
    done = share.pull(settings.directory, settings.shards, address, settings.options, waiting=_waiting)
    for shard in done.newer:
        click.echo(f"{shard}: left alone: what is there is newer than what {address} has", err=True)
    if not settings.quiet:
        for state in done.new:
            click.echo(f"{state.shard}: updated, {state.records} records, fetched {state.fetched}")
        click.echo(
            f"{address}@{done.digest}: {len(done.new)} new, {len(done.unchanged)} unchanged, {size(done.moved)} read"
        )


class Build(Value):
    """What is made of the data of a database."""

    directory: Path
    quiet: bool


def _build_settings(given: Given) -> Build:
    return Build(directory=read_settings.database_directory(given), quiet=given[o.QUIET])


@make("build", WHAT, o.QUIET, o.DB, settings=_build_settings)
def build(settings: Build) -> None:
    """Make ratings: the CVSS vectors, weaknesses and dates of all CVEs as one small shard, of NVD's years.

    \b
    garboard db update nvd && garboard db build ratings && garboard db push registry.example/garboard-db
    """  # noqa: D301  (\b is click's)
    from garboard.database import store
    from garboard.reporters.shards import size
    from garboard.workflows.build_ratings import build as make_ratings

    state = make_ratings(settings.directory, now=_now(), waiting=_waiting)
    if not settings.quiet:
        path = store.path_of(settings.directory, state.shard)
        click.echo(f"{state.shard}: {state.records} CVEs, {size(path.stat().st_size)}")


class Inspect(Value):
    """A database to show."""

    directory: Path
    output: Output


def _look_settings(given: Given) -> Inspect:
    return Inspect(directory=read_settings.database_directory(given), output=read_settings.output(given))


@make("status", *o.report(reporters.DB_STATUS), o.DB, settings=_look_settings)
def status(settings: Inspect) -> None:
    """How fresh each shard is."""
    from garboard.database import store
    from garboard.reporters.shards import Statuses

    directory, output, now = settings.directory, settings.output, _now()
    shards = tuple(_status(directory, shard, now) for shard in store.installed(directory))
    found = Statuses(directory=str(directory), shards=shards)
    write(reporters.DB_STATUS.load(output.format).render(found), output)


def _status(directory: Path, shard: str, now: dt.datetime) -> Status:
    import contextlib

    from garboard.database import store
    from garboard.database.shard import Shard
    from garboard.model.errors import DatabaseError
    from garboard.reporters.shards import Status

    try:
        with contextlib.closing(Shard(directory, shard)) as there:
            state, ecosystems = there.state, there.ecosystems
    except DatabaseError as error:
        return Status(shard=shard, error=error.message)
    return Status(
        shard=shard,
        state=state,
        ecosystems=tuple(ecosystems),
        bytes=store.path_of(directory, shard).stat().st_size,
        age=_age(state, now),
    )


def _age(state: FeedState, now: dt.datetime) -> int | None:
    try:
        return max((now - dt.datetime.fromisoformat(state.fetched)).days, 0)
    except (ValueError, TypeError):
        return None


@make("list", *o.report(reporters.DB_LIST), o.DB, settings=_look_settings)
def list_shards(settings: Inspect) -> None:
    """The shards that can be had, and those that are there."""
    from garboard import feeds
    from garboard.database import store
    from garboard.reporters.shards import Shards

    found = Shards(known=tuple(feeds.known()), installed=store.installed(settings.directory))
    write(reporters.DB_LIST.load(settings.output.format).render(found), settings.output)


class Some(Value):
    """Shards of a database; none: all that are there."""

    directory: Path
    shards: tuple[str, ...]
    output: Output


def _some_settings(given: Given) -> Some:
    directory, output = read_settings.database_directory(given), read_settings.output(given)
    return Some(directory=directory, shards=given[SHARDS], output=output)


@make("verify", SHARDS, *o.report(reporters.DB_VERIFY), o.DB, settings=_some_settings)
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


class Question(Value):
    """What a database is asked: a package or an identifier, of one ecosystem or of all."""

    directory: Path
    asked: str
    output: Output
    ecosystem: str = ""


def _query_settings(given: Given) -> Question:
    directory, output = read_settings.database_directory(given), read_settings.output(given)
    return Question(directory=directory, asked=given[PACKAGE], output=output, ecosystem=given[ECOSYSTEM] or "")


def _show_settings(given: Given) -> Question:
    directory, output = read_settings.database_directory(given), read_settings.output(given)
    return Question(directory=directory, asked=given[IDENTIFIER], output=output)


@make("query", PACKAGE, ECOSYSTEM, *o.report(reporters.DB_QUERY), o.DB, settings=_query_settings)
def query(settings: Question) -> int:
    """What the data say of a package, with their sources; with @VERSION, of that version.

    \b
    garboard db query openssl --ecosystem Debian:12
    garboard db query jinja2@3.1.2 --ecosystem PyPI

    Exit code: 0 there are records, 2 an error, 3 there are none.
    """  # noqa: D301  (\b is click's)
    from garboard.database.read import Database
    from garboard.workflows.query_database import of_package

    with Database(settings.directory) as database:
        answer = of_package(database, settings.asked, settings.ecosystem)
    write(reporters.DB_QUERY.load(settings.output.format).render(answer), settings.output)
    return 0 if answer.told else 3


@make("show", IDENTIFIER, *o.report(reporters.DB_SHOW), o.DB, settings=_show_settings)
def show(settings: Question) -> int:
    """What the data say of a vulnerability, by any of its names.

    \b
    garboard db show CVE-2024-6387
    garboard db show RHSA-2024:4312

    Exit code: 0 there is something, 2 an error, 3 there is nothing.
    """  # noqa: D301  (\b is click's)
    from garboard.database.read import Database
    from garboard.workflows.query_database import of_vulnerability

    with Database(settings.directory) as database:
        answer = of_vulnerability(database, settings.asked)
    write(reporters.DB_SHOW.load(settings.output.format).render(answer), settings.output)
    return 0 if answer.told or answer.facts else 3


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


class Bundle(Value):
    """A database, the bundle file of its shards, and which shards (none: all), or the digest it must have."""

    directory: Path
    file: Path
    shards: tuple[str, ...] = ()
    digest: str = ""


def _export_settings(given: Given) -> Bundle:
    return Bundle(directory=read_settings.database_directory(given), file=given[BUNDLE], shards=given[SHARDS])


def _import_settings(given: Given) -> Bundle:
    directory, digest = read_settings.database_directory(given), given[o.DIGEST] or ""
    return Bundle(directory=directory, file=given[BUNDLE], digest=digest)


@make("export", BUNDLE, SHARDS, o.DB, settings=_export_settings)
def export_bundle(settings: Bundle) -> None:
    """Write shards into FILE, to be carried to a machine without a network. Without SHARD: all that is there."""
    from garboard.database import bundle, store

    shards = settings.shards or store.installed(settings.directory)
    click.echo(f"{settings.file} {bundle.export(settings.directory, shards, settings.file, _waiting)}")


@make("import", BUNDLE, o.DIGEST, o.DB, settings=_import_settings)
def import_bundle(settings: Bundle) -> None:
    """Put the shards of FILE in place, once all of them are verified."""
    from garboard.database import bundle

    for state in bundle.unpack(settings.directory, settings.file, settings.digest, _waiting):
        click.echo(f"{state.shard}: imported, {state.records} records, fetched {state.fetched}")


command = group(
    "db",
    "Fetch, inspect and carry the vulnerability database.",
    *(update, build, status, list_shards, query, show, diff, verify, push, export_bundle, import_bundle),
)
