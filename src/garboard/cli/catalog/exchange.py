"""``garboard catalog import`` and ``export``: what others know, and what others are to know."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from garboard.cli.catalog.options import catalog_option, not_covered, now, reading, writing
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.model.gap import Gap


@click.command("import")
@click.argument("origin", nargs=-1, required=True, metavar="FILE | repo-info PATH|URL | official-images PATH|URL")
@click.option("--digest", default="", metavar="sha256:...", help="Refuse a FILE of another digest.")
@click.option("--with-approvals", is_flag=True, help="Take over the approvals in FILE too.")
@click.option("--ca-file", default="", metavar="FILE", help="Certificates to trust beside the system's (PEM).")
@click.option("--offline", is_flag=True, help="Open no connection.")
@catalog_option
def import_(origin: tuple[str, ...], digest: str, with_approvals: bool, ca_file: str, offline: bool, path: Path) -> int:
    """Take over what others know: a catalogue that was exported to FILE, or what Docker publishes of its official images.

    repo-info: packages, manifests and layers by tag. official-images: the tags that are built now.
    """
    if origin[0] not in {"repo-info", "official-images"}:
        if len(origin) > 1:
            raise UsageError(
                f"{origin[0]} is nothing to import from", "repo-info PATH, official-images PATH, or one FILE"
            )
        return _import_bundle(path, Path(origin[0]), digest, with_approvals=with_approvals)
    if digest or with_approvals:
        raise UsageError("--digest and --with-approvals are for an exported FILE")
    if len(origin) == 1:
        raise UsageError(f"{origin[0]} needs a PATH or a URL", f"garboard catalog import {origin[0]} ./{origin[0]}")
    client = None
    if not offline:
        from garboard.net.client import Client

        client = Client(ca_file=ca_file)
    return (_import_repo_info if origin[0] == "repo-info" else _import_official)(path, origin[1:], client)


def _import_bundle(path: Path, file: Path, digest: str, *, with_approvals: bool) -> int:
    from garboard.basecatalog import bundle

    with writing(path) as writer:
        done = bundle.unpack(writer, file, digest, now=now(), approvals=with_approvals)
    click.echo(f"{file}: {done.images} images and {done.packages} distinct packages imported")
    if done.approvals:
        word = "taken over" if with_approvals else "left out (--with-approvals takes them over)"
        click.echo(f"{done.approvals} approvals {word}")
    return 0


def _import_repo_info(path: Path, origins: tuple[str, ...], client: Any) -> int:
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


def _import_official(path: Path, origins: tuple[str, ...], client: Any) -> int:
    from garboard.basecatalog import documents
    from garboard.model.baseimage import OFFICIAL
    from garboard.workflows import sync_catalog

    files = tags = 0
    with writing(path) as writer:
        there = [name.removeprefix(OFFICIAL) for name in writer.catalogue.repositories() if name.startswith(OFFICIAL)]
        for origin in origins:
            done = sync_catalog.import_official_images(writer, documents.official_images(origin, there, client))
            files, tags = files + done[0], tags + done[1]
    click.echo(f"{files} official images with {tags} tags that are built now")
    return 0 if files else 3


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@catalog_option
def export(file: Path, path: Path) -> None:
    """Write the whole catalogue into FILE, to be shared."""
    from garboard.basecatalog import bundle

    with reading(path) as catalogue:
        click.echo(f"{file} {bundle.export(catalogue, file)}")
