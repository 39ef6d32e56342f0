"""``garboard layers``: what each layer brought, and the vulnerabilities in it."""

from __future__ import annotations

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.output import write
from garboard.cli.session import analyzed
from garboard.cli.settings import Analysis
from garboard.model.errors import UsageError


@make("layers", o.IMAGE, *o.report(reporters.LAYERS), *o.ANALYSIS, settings=read_settings.analysis)
def command(settings: Analysis) -> int:
    """List the layers of IMAGE, lowest first: instruction, size, packages and issues.

    \b
    garboard layers debian:12
    garboard layers app:1 --format html -o layers.html

    Exit code: 0 the layers are listed, 2 an error.
    """  # noqa: D301  (\b is click's)
    from garboard.packages.changes import changes
    from garboard.reporters.view import View

    report, files = analyzed(settings)
    if files is None or not report.image.layers:
        raise UsageError(
            f"{report.image.name} has no layers to list", "name an image: layers are not in a folder or an SBOM"
        )
    found, output = changes(files, report.inventory, len(report.image.layers)), settings.output
    write(reporters.LAYERS.load(output.format).render(report, found, View(color=output.color)), output)
    return 0
