"""``garboard rebuild``: what a pull or a build without cache would fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_opening, read_settings
from garboard.cli.command import command as make
from garboard.cli.filtering import exit_code
from garboard.cli.output import write
from garboard.cli.params import Given, text
from garboard.cli.progress import finish
from garboard.cli.session import analyzed, refuse_offline, web
from garboard.cli.settings import Analysis, PackageMirrors
from garboard.model.base import Value

if TYPE_CHECKING:
    from garboard.model.attribution import Place
    from garboard.model.mirror import Rebuild
    from garboard.workflows.attribute import Build

NEWER_BASE: Final = text("--newer-base", metavar="IMAGE", help="What the base's tag names today, from elsewhere.")


class Settings(Value):
    """An image, where to ask for its packages, and where its base's newer version is (empty: at its own registry)."""

    analysis: Analysis
    mirrors: PackageMirrors
    newer_base: str


def _settings(given: Given) -> Settings:
    refuse_offline("garboard rebuild", offline=given[o.OFFLINE])
    return Settings(
        analysis=read_settings.analysis(given, look_up=True),
        mirrors=read_opening.package_mirrors(given),
        newer_base=given[NEWER_BASE] or "",
    )


@make(
    "rebuild",
    *(o.IMAGE, NEWER_BASE, o.PACKAGE_MIRROR),
    *(*o.report(reporters.REBUILD), *o.ANALYSIS),
    settings=_settings,
)
def command(settings: Settings) -> int:
    """Show which vulnerabilities of IMAGE a pull or a rebuild would fix, what is pinned, and what has no fix.

    Asks the package mirrors that the image itself names, and the registry of its base image.

    \b
    garboard rebuild app:1 -f Dockerfile
    garboard rebuild app:1 --package-mirror http://mirror.example:8081

    Exit code: 0 clean, 1 findings, 2 an error, 3 no findings, but not everything could be judged.
    """  # noqa: D301  (\b is click's)
    from garboard.reporters.view import View

    output = settings.analysis.output
    result = rebuilt(settings.analysis, settings.mirrors, settings.newer_base)
    write(reporters.REBUILD.load(output.format).render(result, View(color=output.color)), output)
    return exit_code(result.report, View())


def rebuilt(settings: Analysis, mirrors: PackageMirrors, newer_base: str = "") -> Rebuild:
    """What a rebuild of the image would fix.

    Raises:
        GarboardError: the image cannot be scanned.
    """
    import msgspec

    from garboard.repositories import KINDS
    from garboard.workflows import query_mirrors, rebuild, scan

    opening = settings.opening
    report, files = analyzed(settings, KINDS)
    finish()
    if not opening.quiet:
        click.echo("asking the package mirrors that the image names", err=True)
    way = web(opening, mirrors)
    image = query_mirrors.installed(report.image, report.inventory, files, report.created)
    found = query_mirrors.offers(image, way.fetch)
    base = rebuild.newer_base(
        report,
        settings.data.database,
        opening.options,
        lambda other: scan.take_inventory(other, opening.options, opening.cache),
        instead=newer_base,
        pinned=_pinned(settings.build),
    )
    told = rebuild.rebuild(
        report,
        found,
        base,
        query_mirrors.uncovered(found),
        lambda names: query_mirrors.offers(msgspec.structs.replace(image, released=names), way.fetch),
    )
    way.tidy()
    return told


def _pinned(build: Build) -> Place | None:
    """Where the Dockerfile names its base by digest; None if it does not."""
    from garboard.dockerfile.stages import base_image, lineage
    from garboard.model.attribution import Place

    file = build.dockerfile
    if file is None or "@" not in base_image(file, build.target, build.build_args):
        return None
    stage = lineage(file, build.target, build.build_args)[0]
    return Place(file=file.name, line=stage.origin.span.line, column=stage.origin.span.column)
