"""``garboard rebuild``: what a pull or a build without cache would fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from garboard.cli.mirror_options import folder_from, mirror_option, mirrors_from, refuse_offline, web
from garboard.cli.options import build_from, build_options, cache_from, image_options, options_from, write
from garboard.cli.progress import finish
from garboard.cli.session import analysed, in_colour

if TYPE_CHECKING:
    from garboard.database.read import Database
    from garboard.model.attribution import Place
    from garboard.model.mirror import Rebuild
    from garboard.workflows.attribute import Build


@click.command("rebuild")
@click.argument("image")
@build_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--newer-base", metavar="IMAGE", default="", help="What the base's tag names today, from elsewhere.")
@mirror_option
@click.option("--db", "directory", metavar="DIR", help="The database's directory (or set GARBOARD_DB).")
@click.option("-o", "--output", metavar="FILE", default="", help="Write the result to a file.")
@image_options
def command(**values: Any) -> int:
    """Tell what of IMAGE's vulnerabilities a pull or a rebuild would fix, what is pinned, and what has no fix.

    Asks the package mirrors that the image itself names, and the registry of its base image.

    \b
    garboard rebuild app:1 -f Dockerfile
    garboard rebuild app:1 --package-mirror http://mirror.example:8081

    Exit code: 0 clean, 1 findings, 2 an error, 3 nothing that could be judged.
    """  # noqa: D301  (\b is click's)
    from garboard.reporters.rebuild import json as rebuild_json
    from garboard.reporters.rebuild import text
    from garboard.reporters.view import View

    refuse_offline("garboard rebuild", offline=values["offline"])
    view = View(colour=in_colour(values))
    result, _ = rebuilt(values)
    data = rebuild_json.render(result) if values["as_json"] else text.render(result, view)
    write(data, values["output"])
    if result.report.findings:
        return 1
    return 0 if result.report.judged else 3


def rebuilt(values: dict[str, Any]) -> tuple[Rebuild, Database]:
    """What a rebuild of ``values["image"]`` would bring, by the options of this command, and the database that judged.

    Takes out of ``values`` what `analysed` takes, and ``package_mirror``. Raises `GarboardError`.
    """
    import msgspec

    from garboard.repositories import KINDS
    from garboard.workflows import query_mirrors, rebuild, scan

    folder, mirrors, quiet = folder_from(no_cache=values["no_cache"]), mirrors_from(values), values["quiet"]
    again = dict(values)
    build, options, cache = build_from(again, look_up=True), options_from(again), cache_from(again)
    result = analysed(values, look_up=True, readers=KINDS)
    report = result.report
    finish()
    if not quiet:
        click.echo("asking the package mirrors that the image names", err=True)
    way = web(options, mirrors, folder)
    image = query_mirrors.installed(report.image, report.inventory, result.files, report.created)
    found = query_mirrors.offers(image, way.fetch)
    base = rebuild.newer_base(
        report,
        result.database,
        options,
        lambda other: scan.take_inventory(other, options, cache),
        instead=values["newer_base"],
        pinned=_pinned(build),
    )
    told = rebuild.rebuild(
        report,
        found,
        base,
        query_mirrors.uncovered(found),
        lambda names: query_mirrors.offers(msgspec.structs.replace(image, released=names), way.fetch),
    )
    way.tidy()
    return told, result.database


def _pinned(build: Build) -> Place | None:
    """Where the Dockerfile names its base by digest; None where it does not."""
    from garboard.dockerfile.stages import base_image, lineage
    from garboard.model.attribution import Place

    file = build.dockerfile
    if file is None or "@" not in base_image(file, build.target, build.build_args):
        return None
    stage = lineage(file, build.target, build.build_args)[0]
    return Place(file=file.name, line=stage.origin.span.line, column=stage.origin.span.column)
