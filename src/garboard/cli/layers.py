"""``garboard layers``: what each layer brought, and the vulnerabilities in it."""

from __future__ import annotations

import importlib
from types import MappingProxyType
from typing import Any, Final

import click

from garboard.cli.options import build_options, catalogue_option, image_options, write
from garboard.cli.session import analysed, in_colour
from garboard.model.errors import UsageError

FORMATS: Final = MappingProxyType(
    {
        "text": "garboard.reporters.layers.text",
        "json": "garboard.reporters.layers.json",
        "html": "garboard.reporters.layers.html",
    }
)
"""Formats by name; a format's module is imported when it is wanted."""


@click.command("layers")
@click.argument("image")
@build_options
@catalogue_option
@click.option(
    "--format", "kind", type=click.Choice(list(FORMATS)), default="text", help="For a person, a program, a browser."
)
@click.option("--db", "directory", metavar="DIR", help="The database's directory (or set GARBOARD_DB).")
@click.option("-o", "--output", metavar="FILE", default="", help="Write the list to a file.")
@image_options
def command(**values: Any) -> int:
    """List the layers of IMAGE, lowest first: instruction, size, packages and issues.

    \b
    garboard layers debian:12
    garboard layers app:1 --format html -o layers.html

    Exit code: 0 the layers are listed, 2 an error.
    """  # noqa: D301  (\b is click's)
    from garboard.packages.changes import changes
    from garboard.reporters.view import View

    view = View(colour=in_colour(values))
    result = analysed(values)
    report = result.report
    if result.files is None or not report.image.layers:
        raise UsageError(
            f"{report.image.name} has no layers to list", "name an image: layers are not in a folder or an SBOM"
        )
    found = changes(result.files, report.inventory, len(report.image.layers))
    write(importlib.import_module(FORMATS[values["kind"]]).render(report, found, view), values["output"])
    return 0
