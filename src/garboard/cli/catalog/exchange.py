"""``garboard catalog import`` and ``export``: exchange of catalog data with others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.catalog.options import not_covered, now, reading, writing
from garboard.cli.command import command
from garboard.cli.params import Given, Operand, flag
from garboard.cli.read_opening import limits
from garboard.model.base import Value
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.model.gap import Gap
    from garboard.model.limits import Limits
    from garboard.net.client import Client

ORIGIN: Final = Operand[tuple[str, ...]](
    "origin", metavar="FILE | repo-info PATH|URL | official-images PATH|URL", many=True
)
WITH_APPROVALS: Final = flag("--with-approvals", help="Take over the approvals in FILE too.")
FILE: Final = Operand[Path]("file", kind=click.Path(dir_okay=False, path_type=Path))
_PUBLISHED: Final = ("repo-info", "official-images")


class Import(Value):
    """What to import: a kind of publication and where it is, or a catalog's file if ``kind`` is empty."""

    path: Path
    kind: str
    places: tuple[str, ...]
    digest: str
    with_approvals: bool
    ca_file: str
    limits: Limits
    offline: bool


def _import_settings(given: Given) -> Import:
    first, *rest = given[ORIGIN]
    if first not in _PUBLISHED and rest:
        raise UsageError(f"{first} is nothing to import from", "repo-info PATH, official-images PATH, or one FILE")
    if first in _PUBLISHED:
        if (given[o.DIGEST] and given.on_the_line(o.DIGEST)) or given.on_the_line(WITH_APPROVALS):
            raise UsageError("--digest and --with-approvals are for an exported FILE")
        if not rest:
            raise UsageError(f"{first} needs a PATH or a URL", f"garboard catalog import {first} ./{first}")
    return Import(
        path=read_settings.catalog_path(given),
        kind=first if first in _PUBLISHED else "",
        places=tuple(rest) if first in _PUBLISHED else (first,),
        digest=given[o.DIGEST] or "",
        with_approvals=given[WITH_APPROVALS],
        ca_file=given[o.CA_FILE] or "",
        limits=limits(),
        offline=given[o.OFFLINE],
    )


@command("import", ORIGIN, o.DIGEST, WITH_APPROVALS, o.CA_FILE, o.OFFLINE, o.CATALOG, settings=_import_settings)
def import_(settings: Import) -> int:
    """Import a catalog that was exported to FILE, or what Docker publishes about its official images.

    repo-info: packages, manifests and layers by tag. official-images: the tags that are built now.
    """
    if not settings.kind:
        return _import_bundle(settings)
    client = None
    if not settings.offline:
        from garboard.net.client import Client

        client = Client(ca_file=settings.ca_file, limits=settings.limits)
    read = _import_repo_info if settings.kind == "repo-info" else _import_official
    return read(settings.path, settings.places, client)


def _import_bundle(settings: Import) -> int:
    from garboard.basecatalog import bundle

    file = Path(settings.places[0])
    with writing(settings.path) as writer:
        done = bundle.unpack(writer, file, settings.digest, now=now(), approvals=settings.with_approvals)
    click.echo(f"{file}: {done.images} images and {done.packages} distinct packages imported")
    if done.approvals:
        word = "taken over" if settings.with_approvals else "left out (--with-approvals takes them over)"
        click.echo(f"{done.approvals} approvals {word}")
    return 0


def _import_repo_info(path: Path, origins: tuple[str, ...], client: Client | None) -> int:
    from garboard.basecatalog import documents
    from garboard.workflows import sync_catalog

    count = 0
    gaps: tuple[Gap, ...] = ()
    with writing(path) as writer:
        for origin in origins:
            read, more = sync_catalog.import_repo_info(writer, documents.repo_info(origin, client), now=now())
            count, gaps = count + read, (*gaps, *more)
    click.echo(f"{count} images of repo-info imported; they can be recommended, but not recognised by their layers")
    not_covered(gaps)
    return 0 if count else 3


def _import_official(path: Path, origins: tuple[str, ...], client: Client | None) -> int:
    from garboard.basecatalog import documents
    from garboard.model.baseimage import OFFICIAL
    from garboard.workflows import sync_catalog

    files = tags = 0
    with writing(path) as writer:
        there = [name.removeprefix(OFFICIAL) for name in writer.catalog.repositories() if name.startswith(OFFICIAL)]
        for origin in origins:
            done = sync_catalog.import_official_images(writer, documents.official_images(origin, there, client))
            files, tags = files + done[0], tags + done[1]
    click.echo(f"{files} official images with {tags} tags that are built now")
    return 0 if files else 3


class Export(Value):
    """A catalog, and the file that it is written to."""

    path: Path
    file: Path


def _export_settings(given: Given) -> Export:
    return Export(path=read_settings.catalog_path(given), file=given[FILE])


@command("export", FILE, o.CATALOG, settings=_export_settings)
def export(settings: Export) -> None:
    """Write the whole catalog to FILE, to be shared."""
    from garboard.basecatalog import bundle

    with reading(settings.path) as catalog:
        click.echo(f"{settings.file} {bundle.export(catalog, settings.file)}")
