"""An image, read and matched once, for every command that judges one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from garboard.cli.options import build_from, cache_from, catalogue_from, now, options_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from garboard.database.read import Database
    from garboard.model.image import Files, Reader
    from garboard.model.report import Report
    from garboard.workflows.judge import Supply


class Analysed(NamedTuple):
    """A report, the database that it was made with, and what was read; ``files`` is None for an SBOM."""

    report: Report
    database: Database
    files: Files | None


def analysed(values: dict[str, Any], *, look_up: bool = False, readers: Sequence[Reader] = ()) -> Analysed:
    """Scan ``values["image"]`` by the options of `image_options` and `build_options`, and ``directory``.

    ``look_up`` as in `build_from`, ``readers`` as in `garboard.workflows.scan.take`. Raises `GarboardError`.
    """
    from garboard.database.read import open_database
    from garboard.workflows import scan
    from garboard.workflows.data_supply import FetchingSupply, OfflineSupply

    quiet = values["quiet"]
    build = build_from(values, look_up=look_up)
    options, cache, moment = options_from(values), cache_from(values), now()
    database, catalogue = open_database(values["directory"]), catalogue_from(values)
    supply: Supply = OfflineSupply(database)
    if not options.offline:
        supply = FetchingSupply(database, now=moment, progress=options.progress, quiet=quiet, ca_file=options.ca_file)
    taken = scan.take(values["image"], options, cache, readers, attested=True)
    report = scan.report_on(
        taken,
        database=database,
        now=moment,
        options=options,
        cache=cache,
        supply=supply,
        build=build,
        catalogue=catalogue,
    )
    return Analysed(report, database, taken.files)


def in_colour(values: dict[str, Any]) -> bool:
    """On a terminal only, and not where NO_COLOR is set."""
    return sys.stdout.isatty() and not values["output"] and "NO_COLOR" not in os.environ
