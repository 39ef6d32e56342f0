"""What the ``garboard catalog`` commands share: opening the catalog, and reporting gaps."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from garboard.cli import read_opening
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.basecatalog.reader import StoredCatalog
    from garboard.basecatalog.writer import Writer
    from garboard.model.gap import Gap

_SHOWN_GAPS = 20
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """The catalog, opened for writing; it is created if there is none."""
    from garboard.basecatalog.store import Store
    from garboard.basecatalog.writer import Writer

    with Store(path, write=True) as store:
        yield Writer(store)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[StoredCatalog]:
    """The catalog, opened for reading."""
    from garboard.basecatalog.reader import StoredCatalog
    from garboard.basecatalog.store import Store

    with Store(path) as store:
        yield StoredCatalog(store)


def now() -> dt.datetime:
    """The current time."""
    return read_opening.now()


def date(option: str) -> Callable[[str], str]:
    """Make a parser that returns a day or an empty text unchanged; it raises `UsageError` for anything else."""

    def read(text: str) -> str:

        try:
            if not text or (_DATE.fullmatch(text) and dt.date.fromisoformat(text)):
                return text
        except ValueError:
            pass
        raise UsageError(f"{option} takes a date, not {text}", f"as in {option} 2026-01-31")

    return read


def not_covered(gaps: tuple[Gap, ...]) -> None:
    """Report what could not be read, on standard error."""
    from garboard.reporters.terminal import plain

    if gaps:
        click.echo("Not covered:", err=True)
    for gap in gaps[:_SHOWN_GAPS]:
        click.echo(plain(f"  - {gap.subject}: {gap.reason}"), err=True)
    if len(gaps) > _SHOWN_GAPS:
        click.echo(f"  and {len(gaps) - _SHOWN_GAPS} more", err=True)
