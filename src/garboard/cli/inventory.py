"""``garboard inventory``: the packages of an image."""

from __future__ import annotations

from functools import partial

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_opening, read_settings
from garboard.cli.command import command as make
from garboard.cli.each import Told, report_each
from garboard.cli.params import Given
from garboard.cli.settings import Images, Opening, Output
from garboard.model.base import Value


class Settings(Value):
    """Images to read."""

    images: Images
    opening: Opening
    output: Output


def _settings(given: Given) -> Settings:
    output = read_settings.output(given, several=True)
    images = read_settings.images(given, reporters.INVENTORY, output)
    return Settings(images=images, opening=read_opening.opening(given), output=output)


@make("inventory", o.IMAGES, *o.report(reporters.INVENTORY), *o.OPENING, o.DB, settings=_settings)
def command(settings: Settings) -> int:
    """List the packages of each IMAGE, the layer that brought each, and what was not covered.

    The formats: a table, garboard's own JSON, and of one image CycloneDX 1.6, SPDX 2.3 (spdx) or 3.0.1 (spdx3).
    IMAGE - alone reads names from standard input, one a line.

    \b
    garboard inventory debian:12
    garboard inventory app.tar --format cyclonedx -o app.cdx.json
    garboard scan sbom:app.cdx.json

    Exit code: 0 packages are listed, 2 an error, 3 no package was found. Of several images the worst: 2, then 3.
    """  # noqa: D301  (\b is click's)
    from garboard.model.report import Report
    from garboard.reporters.view import View
    from garboard.workflows import scan

    opening, output = settings.opening, settings.output

    def judge(name: str) -> Told:
        image, inventory = scan.take_inventory(name, opening.options, opening.cache)
        gaps = (*inventory.gaps, *scan.nothing_found(image, inventory))
        report = Report(image=image, inventory=inventory, gaps=gaps, created=opening.now)
        return Told(report, 0 if inventory.packages else 3)

    named = [(name, partial(judge, name)) for name in settings.images.names]
    return report_each(named, reporters.INVENTORY, View(color=output.color), output, listed=settings.images.listed)
