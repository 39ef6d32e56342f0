"""``garboard catalog list``, ``show``, ``prune`` and ``approve``: what is there, and what may be built on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from garboard.cli.catalog.options import catalog_option, date, now, reading, writing
from garboard.cli.options import now as this_moment
from garboard.model.errors import CatalogueError, UsageError

if TYPE_CHECKING:
    from garboard.baseimage.lifecycle import Lifetimes


def _db_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--db", "directory", metavar="DIR", help="The database's directory, for the ends of life.")(
        function
    )


@contextlib.contextmanager
def _lifetimes(directory: str | None) -> Iterator[Lifetimes]:
    """The ends of life that the database knows now."""
    from garboard.baseimage.lifecycle import Lifetimes
    from garboard.database.read import open_database

    with open_database(directory) as database:
        yield Lifetimes(database, now())


@click.command("list")
@click.argument("repository", default="")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_db_option
@catalog_option
def list_(repository: str, as_json: bool, directory: str | None, path: Path) -> int:
    """The images of REPOSITORY, or the repositories that there are; and what is approved."""
    from garboard.cli.catalog import view

    with reading(path) as catalogue, _lifetimes(directory) as lifetimes:
        if repository and not catalogue.images(view.full(repository)):
            raise CatalogueError(
                f"the catalogue has no image of {view.full(repository)}",
                "garboard catalog list shows what it has",
            )
        text = view.images(catalogue, repository, now(), lifetimes, as_json=as_json)
    click.echo(text)
    return 0


@click.command()
@click.argument("image", metavar="IMAGE|KEY")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--packages", is_flag=True, help="List the packages too.")
@_db_option
@catalog_option
def show(image: str, as_json: bool, packages: bool, directory: str | None, path: Path) -> int:
    """All that is known of an image, by one of its names, its digest, or the beginning of that (12 digits)."""
    from garboard.cli.catalog import view

    with reading(path) as catalogue, _lifetimes(directory) as lifetimes:
        found = view.find(catalogue, image)
        if not found:
            raise CatalogueError(f"the catalogue has no image {image}", "garboard catalog list shows what it has")
        text = view.details(catalogue, found, now(), lifetimes, packages=packages, as_json=as_json)
    click.echo(text)
    return 0


@click.command()
@click.option("--keep-current", is_flag=True, help="Only images that no tag names any more.")
@click.option("--older-than", type=click.IntRange(0), metavar="DAYS", help="Only images last seen that long ago.")
@click.option("--repository", default="", metavar="REPOSITORY", help="Only the names of one repository.")
@catalog_option
def prune(keep_current: bool, older_than: int | None, repository: str, path: Path) -> None:
    """Remove images that meet all conditions; at least one is needed.

    An image that other repositories name too loses only its names in REPOSITORY.
    """
    import datetime as dt

    from garboard.cli.catalog import view

    if not (keep_current or older_than is not None or repository):
        raise UsageError("which images are to go?", "--keep-current, --older-than DAYS, --repository REPOSITORY")
    before = None if older_than is None else this_moment() - dt.timedelta(days=older_than)
    with writing(path) as writer:
        full = view.full(repository) if repository else ""
        done = writer.prune(before=before, keep_current=keep_current, repository=full)
    kept = f"; {done.unnamed} more lost the names of {full}, and others name them" if done.unnamed else ""
    click.echo(f"{done.images} image{'s' if done.images != 1 else ''} removed{kept}")


@click.command()
@click.argument("pattern", metavar="IMAGE|PATTERN")
@click.option("--reason", default="", metavar="TEXT", help="Why it may be built on.")
@click.option("--until", default="", metavar="DATE", help="The last day on which it may.")
@click.option("--remove", is_flag=True, help="Take the approval back.")
@catalog_option
def approve(pattern: str, reason: str, until: str, remove: bool, path: Path) -> None:
    """Say that images may be built on: a name, or a pattern with * and ?.

    A name without a tag means its latest, as everywhere; python:* means all tags.
    """
    from garboard.cli.catalog import view
    from garboard.model.baseimage import Approval

    full = view.pattern(pattern)
    approval = Approval(pattern=full, reason=reason, until=date(until, "--until"))
    if not remove and not approval.holds(now()):
        raise UsageError(f"{until} is over already, so {full} would not be approved", "--remove takes an approval back")
    with writing(path) as writer:
        if not remove:
            writer.approve(approval)
        elif not writer.disapprove(full):
            raise CatalogueError(f"{full} is not approved", "garboard catalog list shows what is")
    click.echo(f"{'no longer approved' if remove else 'approved'}: {full}" + (f" until {until}" if until else ""))
