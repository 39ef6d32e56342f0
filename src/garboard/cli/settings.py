"""Settings as values: options are read, checked and opened once, before anything is done.

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
    from garboard.workflows.attribute import Build


class Output(Value):
    """How a report is written: in which format, where (empty: on standard output), and whether in color."""

    format: str
    file: str
    quiet: bool
    color: bool


class Opening(Value):
    """How images are opened, and where their layers are kept."""

    options: Options
    cache: Cache
    quiet: bool
    now: dt.datetime


class Data(Value):
    """The database, the base images (None: there is no catalog), and what is asked in the feeds' place."""

    database: Database
    catalog: StoredCatalog | None
    feeds: str


class PackageMirrors(Value):
    """What stands in the place of package mirrors, and where their documents are kept (None: nowhere)."""

    pairs: tuple[tuple[str, str], ...]
    folder: Path | None


class Analysis(Value):
    """An image that is to be judged, and by what."""

    image: str
    opening: Opening
    build: Build
    data: Data
    output: Output
