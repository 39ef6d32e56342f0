"""``garboard catalog sync`` and ``add``: images into the catalogue."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from garboard.cli.catalog.options import (
    catalog_option,
    date,
    layers_cache,
    not_covered,
    now,
    options_of,
    reading_options,
    writing,
)
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.image.repository import RemoteRepository
    from garboard.model.image import Platform


@click.command()
@click.argument("repositories", nargs=-1, required=True, metavar="REPOSITORY...")
@click.option("--tags", multiple=True, metavar="GLOB", help="Only tags that match (may be repeated).")
@click.option(
    "--platform",
    "platform",
    multiple=True,
    metavar="OS/ARCH[/VARIANT]",
    help="This platform (may be repeated), or all. By default this machine's.",
)
@click.option("--since", default="", metavar="DATE", help="Only images that were made on this day or later.")
@catalog_option
@reading_options
def sync(repositories: tuple[str, ...], path: Path, **values: Any) -> int:
    """Read the images of a registry's REPOSITORY, as far as they are not known yet.

    What is read is kept at once: the same command goes on where it was stopped.

    \b
    garboard catalog sync python node --tags '*-slim' --tags '*-alpine*'
    garboard catalog sync registry.example/golden/java --platform linux/amd64 --platform linux/arm64

    Exit code: 0 done (tags that could not be read are listed), 2 an error, 3 no tag was chosen, or none could be read.
    """  # noqa: D301  (\b is click's)
    from garboard.image.repository import RemoteRepository
    from garboard.workflows import sync_catalog

    quiet = values["quiet"]
    wanted = sync_catalog.SyncFilter(
        tags=values.pop("tags"), platforms=_platforms(values["platform"]), since=date(values.pop("since"), "--since")
    )
    code = 0
    with layers_cache(values) as cache, writing(path) as writer:
        values.setdefault("no_cache", False)
        options = options_of(values)
        for repository in repositories:
            with contextlib.closing(RemoteRepository(repository, options)) as remote, _interruptible(remote):
                done = sync_catalog.sync(
                    remote,
                    writer,
                    wanted,
                    now=now(),
                    cache=cache,
                    options=options,
                    tell=_teller(remote.name, quiet=quiet),
                )
            code = max(code, _synced(remote.name, done))
    return code


@contextlib.contextmanager
def _interruptible(remote: RemoteRepository) -> Iterator[None]:
    """An interrupt ends at once also what waits, for minutes perhaps, as a busy registry asked for."""

    def interrupt(_number: int, _frame: object) -> None:
        remote.stop()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _platforms(texts: tuple[str, ...]) -> tuple[Platform, ...] | None:
    from garboard.image import platform as platforms

    if "all" in texts:
        return None
    return tuple(dict.fromkeys(map(platforms.parse, texts))) or (platforms.host(),)


def _teller(repository: str, *, quiet: bool) -> Callable[[int, int, str, str], None]:
    from garboard.cli.progress import count as move
    from garboard.cli.progress import say

    def tell(number: int, count: int, tag: str, what: str) -> None:
        move(f"tags of {repository}", number, count)
        if not quiet and not what.endswith("unchanged"):
            say(f"  {number}/{count} {tag}: {what}")

    return tell


def _synced(name: str, done: Any) -> int:
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


@click.command()
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--name", "names", multiple=True, metavar="REPOSITORY:TAG", help="A name for it beside its own tags.")
@click.option("--platform", metavar="OS/ARCH[/VARIANT]", help="The platform, where an image has several.")
@catalog_option
@reading_options
def add(images: tuple[str, ...], names: tuple[str, ...], path: Path, platform: str | None, **values: Any) -> None:
    """Read IMAGE from anywhere into the catalogue: an engine, a registry, an archive.

    \b
    garboard catalog add registry.example/golden/java:21
    garboard catalog add base.tar --name golden/base:1
    """  # noqa: D301  (\b is click's)
    from garboard.cli.progress import finish
    from garboard.workflows import sync_catalog

    if names and len(images) > 1:
        raise UsageError("--name names one image", "add the images one by one")
    with layers_cache(values) as cache, writing(path) as writer:
        values.setdefault("no_cache", False)
        options = options_of(values, platform)
        for reference in images:
            base = sync_catalog.add(reference, writer, now=now(), cache=cache, options=options, names=names)
            finish()
            click.echo(f"{base.label}: {len(base.image.layers)} layers, {base.packages} packages, {base.key}")
