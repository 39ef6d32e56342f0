"""``garboard inventory``: the packages of an image."""

from __future__ import annotations

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_opening, read_settings
from garboard.cli.command import command as make
from garboard.cli.output import write
from garboard.cli.params import Given
from garboard.cli.settings import Opening, Output
from garboard.model.base import Value


class Settings(Value):
    """An image to read."""

    image: str
    opening: Opening
    output: Output


def _settings(given: Given) -> Settings:
    return Settings(image=given[o.IMAGE], opening=read_opening.opening(given), output=read_settings.output(given))


@make("inventory", o.IMAGE, *o.report(reporters.INVENTORY), *o.OPENING, settings=_settings)
def command(settings: Settings) -> int:
    """List the packages of IMAGE, the layer that brought each, and what was not covered.

    The formats: a table, garboard's own JSON, CycloneDX 1.6 or SPDX 2.3 (JSON).

    \b
    garboard inventory debian:12
    garboard inventory app.tar --format cyclonedx -o app.cdx.json
    garboard scan sbom:app.cdx.json

    Exit code: 0 packages are listed, 2 an error, 3 no package was found.
    """  # noqa: D301  (\b is click's)
    from garboard.model.report import Report
    from garboard.reporters.view import View
    from garboard.workflows import scan

    opening, output = settings.opening, settings.output
    image, inventory = scan.take_inventory(settings.image, opening.options, opening.cache)
    gaps = (*inventory.gaps, *scan.nothing_found(image, inventory))
    report = Report(image=image, inventory=inventory, gaps=gaps, created=opening.now)
    write(reporters.INVENTORY.load(output.format).render(report, View(color=output.color)), output)
    return 0 if inventory.packages else 3
