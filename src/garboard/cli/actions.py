"""``garboard actions``: few changes in place of many findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from garboard.cli.mirror_options import mirror_option, mirrors_from, refuse_offline
from garboard.cli.options import build_from, build_options, catalogue_from, catalogue_option, image_options, write
from garboard.cli.recommend import recommended
from garboard.cli.session import analysed, in_colour

if TYPE_CHECKING:
    from garboard.database.read import Database
    from garboard.model.mirror import Rebuild
    from garboard.model.report import Report


@click.command("actions")
@click.argument("image")
@build_options
@click.option("--check-mirrors", is_flag=True, help="Ask the image's package mirrors what they have, as rebuild does.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--db", "directory", metavar="DIR", help="The database's directory (or set GARBOARD_DB).")
@click.option("-o", "--output", metavar="FILE", default="", help="Write the list to a file.")
@mirror_option
@catalogue_option
@image_options
def command(**values: Any) -> int:
    """List what to do about IMAGE: each change with what it clears, what it risks, and what remains.

    \b
    garboard actions app:1 -f Dockerfile
    garboard actions app:1 -f Dockerfile --check-mirrors
    garboard actions image.tar --json

    Exit code: 0 nothing to do, 1 issues, 2 an error, 3 nothing that could be judged.
    """  # noqa: D301  (\b is click's)
    from garboard.reporters.actions import json as actions_json
    from garboard.reporters.actions import text

    as_json, output, colour = values.pop("as_json"), values["output"], in_colour(values)
    report = _report(values)
    assert report.actions is not None
    if as_json:
        write(actions_json.render(report.actions), output)
    else:
        write(text.render(report.actions, report.gaps, colour=colour), output)
    if report.findings:
        return 1
    return 0 if report.judged else 3


def _report(values: dict[str, Any]) -> Report:
    given = {name: value for name, value in values.items() if name != "check_mirrors"}
    if not values.pop("check_mirrors"):
        found = analysed(values, look_up=True)
        return acted(recommended(found.report, found.database, dict(given)), given)
    from garboard.cli.rebuild import rebuilt

    refuse_offline("--check-mirrors", offline=values["offline"])
    database: Database
    rebuild: Rebuild
    rebuild, database = rebuilt({**values, "newer_base": ""})
    mirrors = mirrors_from(given)
    return acted(recommended(rebuild.report, database, dict(given), mirrors), given, rebuild)


def acted(report: Report, values: dict[str, Any], rebuild: Rebuild | None = None) -> Report:
    """A report with what to do about it; ``values`` are the command's, as they were before the scan took its own."""
    import msgspec

    from garboard.workflows.plan_actions import act

    values = dict(values)
    build = build_from(values)
    better = report.recommendation is not None and bool(report.recommendation.recommended)
    catalogue = catalogue_from(values) if better else None
    try:
        found = act(
            report,
            dockerfile=build.dockerfile,
            target=build.target,
            build_args=build.build_args,
            catalogue=catalogue,
            rebuild=rebuild,
        )
    finally:
        if catalogue is not None:
            catalogue.close()
    return msgspec.structs.replace(report, actions=found)
