"""Settings as values: options are read, checked and opened once, before anything else is done.

`garboard.cli.read_settings` makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from garboard.model.base import Value

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from garboard.basecatalog.reader import StoredCatalog
    from garboard.database.read import Database
    from garboard.image.layers.cache import Cache
    from garboard.image.options import Options
    from garboard.policy.apply import Applied
    from garboard.workflows.attribute import Build


class Output(Value):
    """How a report is written: in which format, where (empty: standard output), whether in color, and how besides."""

    format: str
    file: str
    quiet: bool
    color: bool
    also: tuple[Output, ...] = ()

    @property
    def every(self) -> tuple[Output, ...]:
        """This one, and those besides."""
        return (self, *self.also)


class Opening(Value):
    """How images are opened, and where their layers are kept; ``as_of`` if ``now`` is a time that was asked for."""

    options: Options
    cache: Cache
    quiet: bool
    now: dt.datetime
    as_of: bool = False


class Data(Value):
    """The database, the base images (None: there is no catalog), and what to use instead of the feeds."""

    database: Database
    catalog: StoredCatalog | None
    feeds: str


class PackageMirrors(Value):
    """What replaces package mirrors, and where their documents are kept (None: nowhere)."""

    pairs: tuple[tuple[str, str], ...]
    folder: Path | None


class Images(Value):
    """The images of one run, as they were named; ``listed`` on standard input or on the command line.

    ``every_platform`` if each stands for all the platforms that it is for.
    """

    names: tuple[str, ...]
    listed: bool
    every_platform: bool = False


class Analysis(Value):
    """An image to judge (empty where the command takes several), and the data for it; ``policy``: what does not count."""

    image: str
    opening: Opening
    build: Build
    data: Data
    output: Output
    policy: Applied | None = None
