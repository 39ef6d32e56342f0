"""``garboard catalog list``, ``show``, ``prune`` and ``approve``: a catalog's contents, and approvals of bases."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_opening, read_settings
from garboard.cli.catalog.options import date, now, reading, writing
from garboard.cli.command import command
from garboard.cli.output import write
from garboard.cli.params import Given, Operand, Option, flag, text, value
from garboard.cli.settings import Output
from garboard.model.base import Value
from garboard.model.errors import CatalogError, UsageError

if TYPE_CHECKING:
    from garboard.database.read import Database
    from garboard.model.baseimage import BaseImage
    from garboard.reporters.bases import Base

REPOSITORY_NAMED: Final = Operand[str | None]("repository", required=False)
BASE_IMAGE: Final = Operand[str]("image", metavar="IMAGE|KEY")
PATTERN: Final = Operand[str]("pattern", metavar="IMAGE|PATTERN")
PACKAGES: Final = flag("--packages", help="List the packages too.")
KEEP_CURRENT: Final = flag("--keep-current", help="Only images that no tag names any more.")
OLDER_THAN: Final = Option[int | None](
    "--older-than", kind=click.IntRange(0), metavar="DAYS", help="Only images last seen that long ago."
)
REPOSITORY: Final = text("--repository", metavar="REPOSITORY", help="Only the names of one repository.")
UNTIL: Final = value("--until", parse=date("--until"), metavar="DATE", help=o.UNTIL_HELP)
REMOVE: Final = flag("--remove", help="Take the approval back.")


class Query(Value):
    """What to show (a repository, an image) of which catalog, with the ends of life that a database knows."""

    name: str
    path: Path
    database: Database
    output: Output
    packages: bool = False


def _list_settings(given: Given) -> Query:
    return _look(given, given[REPOSITORY_NAMED] or "", packages=False)


def _show_settings(given: Given) -> Query:
    return _look(given, given[BASE_IMAGE], packages=given[PACKAGES])


def _look(given: Given, name: str, *, packages: bool) -> Query:
    return Query(
        name=name,
        path=read_settings.catalog_path(given),
        database=read_settings.database(given),
        output=read_settings.output(given),
        packages=packages,
    )


def _with_lives(found: Iterable[BaseImage], database: Database) -> tuple[Base, ...]:
    """Each image with how long its distribution is maintained."""
    from garboard.baseimage.lifecycle import Lifetimes
    from garboard.reporters.bases import Base

    lifetimes = Lifetimes(database, now())
    return tuple(Base(base=one, lives=lifetimes.of("", (), one.distro)) for one in found)


@command("list", REPOSITORY_NAMED, *o.report(reporters.CATALOG_LIST), *o.DATA, settings=_list_settings)
def list_(settings: Query) -> int:
    """The images of REPOSITORY, or the repositories that there are; and what is approved."""
    from garboard.cli.catalog.names import full
    from garboard.reporters.bases import Bases

    repository = full(settings.name) if settings.name else ""
    with reading(settings.path) as catalog:
        found = catalog.images(repository)
        if repository and not found:
            raise CatalogError(f"the catalog has no image of {repository}", "garboard catalog list shows what it has")
        bases = Bases(
            repository=repository,
            place=str(settings.path),
            bases=_with_lives(found, settings.database),
            approvals=catalog.approvals(),
            now=now(),
        )
    write(reporters.CATALOG_LIST.load(settings.output.format).render(bases), settings.output)
    return 0


@command("show", BASE_IMAGE, PACKAGES, *o.report(reporters.CATALOG_SHOW), *o.DATA, settings=_show_settings)
def show(settings: Query) -> int:
    """All that is known of an image, by one of its names, its digest, or the beginning of that (12 digits)."""
    from garboard.cli.catalog.names import find
    from garboard.reporters.bases import Details

    output = settings.output
    with reading(settings.path) as catalog:
        found = find(catalog, settings.name)
        if not found:
            raise CatalogError(f"the catalog has no image {settings.name}", "garboard catalog list shows what it has")
        wanted = settings.packages or output.format != "text"
        details = Details(
            bases=_with_lives(found, settings.database),
            approvals=tuple(one for one in catalog.approvals() if one.holds(now())),
            inventories=tuple(catalog.inventories(one.key for one in found).items()) if wanted else (),
            packages=settings.packages,
        )
    write(reporters.CATALOG_SHOW.load(output.format).render(details), output)
    return 0


class Prune(Value):
    """Which images to remove; at least one condition is given. ``older_than`` is in days."""

    path: Path
    keep_current: bool
    older_than: int | None
    repository: str


def _prune_settings(given: Given) -> Prune:
    settings = Prune(
        path=read_settings.catalog_path(given),
        keep_current=given[KEEP_CURRENT],
        older_than=given[OLDER_THAN],
        repository=given[REPOSITORY] or "",
    )
    if not (settings.keep_current or settings.older_than is not None or settings.repository):
        raise UsageError("which images are to go?", "--keep-current, --older-than DAYS, --repository REPOSITORY")
    return settings


@command("prune", KEEP_CURRENT, OLDER_THAN, REPOSITORY, o.CATALOG, settings=_prune_settings)
def prune(settings: Prune) -> None:
    """Remove images that meet all conditions; at least one is needed.

    An image that other repositories name too loses only its names in REPOSITORY.
    """
    import datetime as dt

    from garboard.cli.catalog.names import full

    before = None
    if settings.older_than is not None:
        before = read_opening.now() - dt.timedelta(days=settings.older_than)
    with writing(settings.path) as writer:
        repository = full(settings.repository) if settings.repository else ""
        done = writer.prune(before=before, keep_current=settings.keep_current, repository=repository)
    kept = f"; {done.unnamed} more lost the names of {repository}, and others name them" if done.unnamed else ""
    click.echo(f"{done.images} image{'s' if done.images != 1 else ''} removed{kept}")


class Approve(Value):
    """An approval to give or withdraw."""

    path: Path
    pattern: str
    reason: str
    until: str
    remove: bool


def _approve_settings(given: Given) -> Approve:
    return Approve(
        path=read_settings.catalog_path(given),
        pattern=given[PATTERN],
        reason=given[o.REASON] or "",
        until=given[UNTIL] or "",
        remove=given[REMOVE],
    )


@command("approve", PATTERN, o.REASON, UNTIL, REMOVE, o.CATALOG, settings=_approve_settings)
def approve(settings: Approve) -> None:
    """Say that images may be built on: a name, or a pattern with * and ?.

    A name without a tag means its latest, as everywhere; python:* means all tags.
    """
    from garboard.cli.catalog import names
    from garboard.model.baseimage import Approval

    full, until, remove = names.pattern(settings.pattern), settings.until, settings.remove
    approval = Approval(pattern=full, reason=settings.reason, until=until)
    if not remove and not approval.holds(now()):
        raise UsageError(f"{until} is over already, so {full} would not be approved", "--remove takes an approval back")
    with writing(settings.path) as writer:
        if not remove:
            writer.approve(approval)
        elif not writer.disapprove(full):
            raise CatalogError(f"{full} is not approved", "garboard catalog list shows what is")
    click.echo(f"{'no longer approved' if remove else 'approved'}: {full}" + (f" until {until}" if until else ""))
