"""``garboard inventory``: an image in, its packages out."""

from __future__ import annotations

import importlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import click

from garboard.cli.analysing import in_colour
from garboard.cli.opening import cache_from, image_options, now, options_from, write

if TYPE_CHECKING:
    from garboard.reporters import Reporter

FORMATS: Final = MappingProxyType(
    {
        "text": "garboard.reporters.inventory_text",
        "json": "garboard.reporters.inventory_json",
        "cyclonedx": "garboard.reporters.cyclonedx",
        "spdx": "garboard.reporters.spdx",
    }
)
"""Formats by name; a format's module is imported when it is wanted."""


@click.command("inventory")
@click.argument("image")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(FORMATS)),
    default="text",
    help="A table, garboard's own JSON, CycloneDX 1.6 or SPDX 2.3 (JSON).",
)
@click.option("-o", "--output", metavar="FILE", default="", help="Write the inventory to a file.")
@image_options
def command(**values: Any) -> int:
    """List the packages of IMAGE, the layer that brought each, and what was not covered.

    \b
    garboard inventory debian:12
    garboard inventory app.tar --format cyclonedx -o app.cdx.json
    garboard scan sbom:app.cdx.json

    Exit code: 0 packages are listed, 2 an error, 3 no package was found.
    """  # noqa: D301  (\b is click's)
    from garboard import scanning  # noqa: PLC0415
    from garboard.model.report import Report  # noqa: PLC0415
    from garboard.reporters.view import View  # noqa: PLC0415

    image, inventory = scanning.take_inventory(values["image"], options_from(values), cache_from(values))
    gaps = (*inventory.gaps, *scanning.nothing_found(image, inventory))
    report = Report(image=image, inventory=inventory, gaps=gaps, created=now().isoformat(timespec="seconds"))
    reporter: Reporter = importlib.import_module(FORMATS[values["kind"]])
    write(reporter.render(report, View(colour=in_colour(values))), values["output"])
    return 0 if inventory.packages else 3
