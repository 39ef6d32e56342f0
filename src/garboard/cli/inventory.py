"""``garboard inventory``: an image in, its packages out."""

from __future__ import annotations

import importlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import click

from garboard.cli.options import cache_from, image_options, now, options_from, write
from garboard.cli.session import in_colour

if TYPE_CHECKING:
    from garboard.reporters import Reporter

FORMATS: Final = MappingProxyType(
    {
        "text": "garboard.reporters.inventory.text",
        "json": "garboard.reporters.inventory.json",
        "cyclonedx": "garboard.reporters.inventory.cyclonedx",
        "spdx": "garboard.reporters.inventory.spdx",
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
    from garboard.model.report import Report
    from garboard.reporters.view import View
    from garboard.workflows import scan

    image, inventory = scan.take_inventory(values["image"], options_from(values), cache_from(values))
    gaps = (*inventory.gaps, *scan.nothing_found(image, inventory))
    report = Report(image=image, inventory=inventory, gaps=gaps, created=now())
    reporter: Reporter = importlib.import_module(FORMATS[values["kind"]])
    write(reporter.render(report, View(colour=in_colour(values))), values["output"])
    return 0 if inventory.packages else 3
