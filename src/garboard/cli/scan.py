"""``garboard scan``: an image in, a report out."""

from __future__ import annotations

import datetime as dt
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from garboard.cli.opening import build_from, build_options, cache_from, image_options, options_from, write
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.database.read import Database
    from garboard.image.options import Options
    from garboard.model.report import Report
    from garboard.reporters.view import View
    from garboard.scanning import Supply

SEVERITIES = ("low", "medium", "high", "critical")


@click.command("scan")
@click.argument("image")
@build_options
@click.option("--exclude-base", is_flag=True, help="Leave out what the base image brought (see --file, --base).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, with docker scan's field names.")
@click.option("--severity", metavar="low|medium|high|critical", help="Only this severity and higher.")
@click.option("--only-fixed", is_flag=True, help="Only issues that a published version fixes.")
@click.option("--group-issues", is_flag=True, help="One element for each issue, not for each path (needs --json).")
@click.option("--dependency-tree", is_flag=True, help="Print the dependency tree before the issues.")
@click.option("--db", "directory", metavar="DIR", help="The database's directory (or set GARBOARD_DB).")
@click.option("-o", "--output", metavar="FILE", default="", help="Write the report to a file.")
@image_options
def command(**values: Any) -> int:
    """Report the known vulnerabilities of IMAGE, the worst last, and what was not covered.

    \b
    garboard scan debian:12
    garboard scan image.tar --severity high
    garboard scan app -f Dockerfile --exclude-base
    garboard scan app --base debian:12 --json

    Exit code: 0 clean, 1 findings, 2 an error, 3 nothing that could be judged.
    """  # noqa: D301  (\b is click's)
    from garboard import scanning  # noqa: PLC0415

    quiet = values["quiet"]
    view = _view(values)
    build = build_from(values, look_up=values["exclude_base"])
    options = options_from(values)
    database = _database(values["directory"])
    now = _now()
    report = scanning.scan(
        values["image"],
        database=database,
        now=now.isoformat(timespec="seconds"),
        options=options,
        cache=cache_from(values),
        supply=_supply(database, options, now, quiet=quiet),
        build=build,
    )
    write(_render(report, view, as_json=values["as_json"]), values["output"])
    return exit_code(report, view)


def exit_code(report: Report, view: View) -> int:
    """0 clean, 1 findings shown, 3 nothing that could be judged."""
    if any(view.shows(finding) for finding in report.findings):
        return 1
    return 0 if report.judged else 3


def _now() -> dt.datetime:
    """This moment, or SOURCE_DATE_EPOCH for output that can be reproduced."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return dt.datetime.fromtimestamp(int(epoch), dt.UTC) if epoch.isdecimal() else dt.datetime.now(dt.UTC)


def _view(values: dict[str, Any]) -> View:
    from garboard.model.advisory import Severity  # noqa: PLC0415
    from garboard.reporters.view import View  # noqa: PLC0415

    severity = (values["severity"] or "").lower()
    if severity and severity not in SEVERITIES:
        raise UsageError("--severity takes only 'low', 'medium', 'high' or 'critical' values")
    if values["group_issues"] and not values["as_json"]:
        raise UsageError("--json flag is mandatory to use --group-issues flag", "add --json")
    return View(
        severity=Severity[severity.upper()] if severity else Severity.UNKNOWN,
        only_fixed=values["only_fixed"],
        exclude_base=values["exclude_base"],
        group_issues=values["group_issues"],
        dependency_tree=values["dependency_tree"],
        colour=sys.stdout.isatty() and not values["output"] and "NO_COLOR" not in os.environ,
    )


def _database(directory: str | None) -> Database:
    from garboard.database.read import open_database  # noqa: PLC0415

    return open_database(directory)


def _supply(database: Database, options: Options, now: dt.datetime, *, quiet: bool) -> Supply:
    from garboard.cli.supply import FetchingSupply, OfflineSupply  # noqa: PLC0415

    if options.offline:
        return OfflineSupply(database)
    return FetchingSupply(database, now=now, progress=options.progress, quiet=quiet, ca_file=options.ca_file)


def _render(report: Report, view: View, *, as_json: bool) -> bytes:
    if as_json:
        from garboard.reporters import json  # noqa: PLC0415

        return json.render(report, view)
    from garboard.reporters import text  # noqa: PLC0415

    return text.render(report, view)
