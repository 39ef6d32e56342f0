"""``garboard catalog sync`` and ``add``: images into the catalog."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from garboard.cli import options as o
from garboard.cli import read_opening, read_settings, termination
from garboard.cli.catalog.options import date, not_covered, now, writing
from garboard.cli.command import command
from garboard.cli.params import Given, Operand, texts, value
from garboard.cli.settings import Opening
from garboard.model.base import Value
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.basecatalog.writer import Writer
    from garboard.model.image import Platform
    from garboard.workflows.sync_catalog import Synced, SyncFilter

REPOSITORIES: Final = Operand[tuple[str, ...]]("repositories", metavar="REPOSITORY...", many=True)
IMAGES: Final = Operand[tuple[str, ...]]("images", metavar="IMAGE...", many=True)
TAGS: Final = texts("--tags", metavar="GLOB", help="Only tags that match (may be repeated).")
SINCE: Final = value(
    "--since",
    parse=date("--since"),
    metavar="DATE",
    help="Only images that were made on this day or later.",
)
NAME: Final = texts("--name", metavar="REPOSITORY:TAG", help="A name for it beside its own tags.")


class Sync(Value):
    """Which repositories are read into which catalog, which of their images, and how."""

    repositories: tuple[str, ...]
    path: Path
    wanted: SyncFilter
    opening: Opening


def _sync_settings(given: Given) -> Sync:
    from garboard.workflows.sync_catalog import SyncFilter

    return Sync(
        repositories=given[REPOSITORIES],
        path=read_settings.catalog_path(given),
        wanted=SyncFilter(tags=given[TAGS], platforms=_platforms(given[o.PLATFORMS]), since=given[SINCE] or ""),
        opening=read_opening.cataloging(given),
    )


@command("sync", REPOSITORIES, TAGS, o.PLATFORMS, SINCE, o.CATALOG, *o.REGISTRY, o.QUIET, settings=_sync_settings)
def sync(settings: Sync) -> int:
    """Read the images of a registry's REPOSITORY, as far as they are not known yet.

    What is read is kept at once: the same command goes on where it was stopped. --platform may be repeated, or be all; by
    default it is this machine's.

    \b
    garboard catalog sync python node --tags '*-slim' --tags '*-alpine*'
    garboard catalog sync registry.example/golden/java --platform linux/amd64 --platform linux/arm64

    Exit code: 0 done (tags that could not be read are listed), 2 an error, 3 no tag was chosen, or none could be read.
    """  # noqa: D301  (\b is click's)
    code = 0
    with writing(settings.path) as writer:
        for repository in settings.repositories:
            code = max(code, _sync(repository, writer, settings))
    return code


def _sync(repository: str, writer: Writer, settings: Sync) -> int:
    from garboard.image.repository import RemoteRepository
    from garboard.workflows import sync_catalog

    opening = settings.opening
    # a busy registry may have asked for minutes, which an interrupt ends, too
    with (
        contextlib.closing(RemoteRepository(repository, opening.options)) as remote,
        termination.interrupted(signal.SIGINT, remote.stop),
    ):
        done = sync_catalog.sync(
            remote,
            writer,
            settings.wanted,
            now=now(),
            cache=opening.cache,
            options=opening.options,
            tell=_teller(remote.name, quiet=opening.quiet),
        )
    return _synced(remote.name, done)


def _platforms(given: tuple[Platform | None, ...]) -> tuple[Platform, ...] | None:
    """The platforms: None for all; this machine's if none is given."""
    if None in given:
        return None
    from garboard.image import platform as platforms

    return tuple(dict.fromkeys(one for one in given if one is not None)) or (platforms.host(),)


def _teller(repository: str, *, quiet: bool) -> Callable[[int, int, str, str], None]:
    from garboard.cli.progress import count as move
    from garboard.cli.progress import say

    def tell(number: int, count: int, tag: str, what: str) -> None:
        move(f"tags of {repository}", number, count)
        if not quiet and not what.endswith("unchanged"):
            say(f"  {number}/{count} {tag}: {what}")

    return tell


def _synced(name: str, done: Synced) -> int:
    from garboard.cli.progress import finish

    finish()
    parts = [f"{done.tags} tags", f"{done.read} images read", f"{done.unchanged} unchanged"]
    parts += [f"{done.older} older than asked for"] if done.older else []
    parts += [f"{done.other} for other platforms only"] if done.other else []
    parts += [f"{done.companions} signatures and the like"] if done.companions else []
    parts += [f"{done.gone} tags gone"] if done.gone else []
    parts += [f"{len(done.gaps)} not read"] if done.gaps else []
    click.echo(f"{name}: {', '.join(parts)}")
    not_covered(done.gaps)
    return 3 if len(done.gaps) >= done.tags else 0


class Add(Value):
    """Which images are read into which catalog, by which further names, and how."""

    images: tuple[str, ...]
    names: tuple[str, ...]
    path: Path
    opening: Opening


def _add_settings(given: Given) -> Add:
    names = given[NAME]
    if names and len(given[IMAGES]) > 1:
        raise UsageError(f"{given.spelled(NAME)} names one image", "add the images one by one")
    return Add(
        images=given[IMAGES],
        names=names,
        path=read_settings.catalog_path(given),
        opening=read_opening.cataloging(given, given[o.PLATFORM]),
    )


@command("add", IMAGES, NAME, o.PLATFORM, o.CATALOG, *o.REGISTRY, o.QUIET, settings=_add_settings)
def add(settings: Add) -> None:
    """Read IMAGE from anywhere into the catalog: an engine, a registry, an archive.

    \b
    garboard catalog add registry.example/golden/java:21
    garboard catalog add base.tar --name golden/base:1
    """  # noqa: D301  (\b is click's)
    from garboard.cli.progress import finish
    from garboard.workflows import sync_catalog

    cache, options = settings.opening.cache, settings.opening.options
    with writing(settings.path) as writer:
        for reference in settings.images:
            base = sync_catalog.add(reference, writer, now=now(), cache=cache, options=options, names=settings.names)
            finish()
            click.echo(f"{base.label}: {len(base.image.layers)} layers, {base.packages} packages, {base.key}")
