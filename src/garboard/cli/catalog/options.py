"""What the commands of ``garboard catalog`` have in common: their options, and how the catalogue is opened."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from garboard.cli.options import OPTIONS, cache_from, options_from
from garboard.cli.options import now as this_moment
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.basecatalog.reader import StoredCatalogue
    from garboard.basecatalog.writer import Writer
    from garboard.image.layers.cache import Cache
    from garboard.model.gap import Gap

_SHOWN_GAPS = 20
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _path(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    from garboard.basecatalog.store import default_path

    return value or default_path()


def catalog_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--catalog`` as ``path``, with the default where it is not given."""
    return click.option(
        "--catalog",
        "path",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        callback=_path,
        help="The catalogue (or set GARBOARD_CATALOGUE).",
    )(command)


def reading_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that reads images, without ``--platform`` and ``--verify``, which are its own here."""
    for option in reversed(OPTIONS[2:]):
        function = option(function)
    return function


def options_of(values: dict[str, Any], platform: str | None = None) -> Any:
    """The options of `reading_options` as one value; takes them out of ``values``. Layers are always compared."""
    values.update(platform=platform, verify=True)
    return options_from(values)


@contextlib.contextmanager
def layers_cache(values: dict[str, Any]) -> Iterator[Cache]:
    """Where layers are kept; with ``--no-cache`` only for as long as the command runs: each is read once in any case."""
    from garboard.image.layers.cache import FolderCache

    if not values["no_cache"]:
        yield cache_from(values)
        return
    values.pop("no_cache")
    with tempfile.TemporaryDirectory(prefix="garboard-") as folder:
        yield FolderCache(Path(folder))


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """The catalogue, to be changed; it is made where there is none."""
    from garboard.basecatalog.store import Store
    from garboard.basecatalog.writer import Writer

    with Store(path, write=True) as store:
        yield Writer(store)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[StoredCatalogue]:
    """The catalogue, to be looked at."""
    from garboard.basecatalog.reader import StoredCatalogue
    from garboard.basecatalog.store import Store

    with Store(path) as store:
        yield StoredCatalogue(store)


def now() -> dt.datetime:
    """This moment."""
    return this_moment()


def date(text: str, option: str) -> str:
    """A day as it was given, or nothing. Raises `UsageError` for what is no day."""
    try:
        if not text or (_DATE.fullmatch(text) and dt.date.fromisoformat(text)):
            return text
    except ValueError:
        pass
    raise UsageError(f"{option} takes a date, not {text}", f"as in {option} 2026-01-31")


def not_covered(gaps: tuple[Gap, ...]) -> None:
    """Tell what could not be read, on standard error."""
    from garboard.reporters.terminal import plain

    if gaps:
        click.echo("Not covered:", err=True)
    for gap in gaps[:_SHOWN_GAPS]:
        click.echo(plain(f"  - {gap.subject}: {gap.reason}"), err=True)
    if len(gaps) > _SHOWN_GAPS:
        click.echo(f"  and {len(gaps) - _SHOWN_GAPS} more", err=True)
