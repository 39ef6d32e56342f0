"""An image, read and matched once, for the commands that need more of it than the report."""

from __future__ import annotations

import datetime as dt
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from garboard.cli.opening import build_from, cache_from, options_from

if TYPE_CHECKING:
    from garboard.database.read import Database
    from garboard.image.opened import AnyOpened
    from garboard.model.image import Files
    from garboard.model.report import Report
    from garboard.reporters.view import View
    from garboard.scanning import Supply


@dataclass(frozen=True, slots=True)
class Analysed:
    """A report, the database that it was made with, and what was read; ``files`` is None for a bill of materials."""

    report: Report
    database: Database
    files: Files | None


def analysed(values: dict[str, Any]) -> Analysed:
    """Scan ``values["image"]`` by the options of `image_options` and `build_options`, and ``directory``. Raises `GarboardError`."""
    from garboard import image, scanning  # noqa: PLC0415
    from garboard.attributing import whose  # noqa: PLC0415
    from garboard.catalogers import CATALOGERS  # noqa: PLC0415
    from garboard.catalogers.assemble import assemble  # noqa: PLC0415
    from garboard.database.read import open_database  # noqa: PLC0415
    from garboard.dockerfile import base_image  # noqa: PLC0415
    from garboard.image.opened import OpenedInventory  # noqa: PLC0415

    quiet = values["quiet"]
    build = build_from(values)
    options, cache, now = options_from(values), cache_from(values), _now()
    database = open_database(values["directory"])
    opened = image.load(values["image"], options)
    try:
        if isinstance(opened, OpenedInventory):
            files, inventory = None, scanning.known(opened.inventory)
        else:
            files = image.read(opened, CATALOGERS, cache, options)
            inventory = assemble(files)
    finally:
        _close(opened)
    file = build.dockerfile
    report = scanning.analyse(
        opened.image,
        inventory,
        database,
        now.isoformat(timespec="seconds"),
        _supply(database, options, now, quiet=quiet),
        target_file=file.name if file else "",
        base_image=base_image(file, build.target, build.build_args) if file else build.base,
        attributed=whose(
            opened.image, inventory, build, options, lambda other: scanning.take_inventory(other, options, cache)
        ),
    )
    return Analysed(report=report, database=database, files=files)


def _close(opened: AnyOpened) -> None:
    close = getattr(opened, "close", None)
    if close is not None:
        close()


def _supply(database: Database, options: Any, now: dt.datetime, *, quiet: bool) -> Supply:
    from garboard.cli.supply import FetchingSupply, OfflineSupply  # noqa: PLC0415

    if options.offline:
        return OfflineSupply(database)
    return FetchingSupply(database, now=now, progress=options.progress, quiet=quiet, ca_file=options.ca_file)


def _now() -> dt.datetime:
    """This moment, or SOURCE_DATE_EPOCH for output that can be reproduced."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return dt.datetime.fromtimestamp(int(epoch), dt.UTC) if epoch.isdecimal() else dt.datetime.now(dt.UTC)


def view_from(values: dict[str, Any]) -> View:
    """In colour on a terminal only."""
    from garboard.reporters.view import View  # noqa: PLC0415

    return View(colour=sys.stdout.isatty() and not values["output"] and "NO_COLOR" not in os.environ)
