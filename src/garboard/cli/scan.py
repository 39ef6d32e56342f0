"""``garboard scan``: an image in, a report out."""

from __future__ import annotations

import importlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import click

from garboard.cli.mirror_options import mirror_option
from garboard.cli.options import build_options, catalogue_option, image_options, write
from garboard.cli.session import analysed, in_colour
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.model.report import Report
    from garboard.reporters import Reporter
    from garboard.reporters.view import View

FORMATS: Final = MappingProxyType(
    {
        "text": "garboard.reporters.scan.text",
        "json": "garboard.reporters.scan.json",
        "sarif": "garboard.reporters.scan.sarif",
    }
)
SEVERITIES: Final = ("low", "medium", "high", "critical")


@click.command("scan")
@click.argument("image")
@build_options
@catalogue_option
@click.option("--exclude-base", is_flag=True, help="Leave out what the base image brought (see --file, --base).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, with docker scan's field names.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(FORMATS)),
    default="text",
    help="For a person, a program, or code scanning.",
)
@click.option("--severity", metavar="low|medium|high|critical", help="Only this severity and higher.")
@click.option("--only-fixed", is_flag=True, help="Only issues that a published version fixes.")
@click.option("--group-issues", is_flag=True, help="One element for each issue, not for each path (needs --json).")
@click.option("--dependency-tree", is_flag=True, help="Print the dependency tree before the issues.")
@click.option("--db", "directory", metavar="DIR", help="The database's directory (or set GARBOARD_DB).")
@click.option("--from-mirror", is_flag=True, help="Without a database: what the image's own package mirrors fix.")
@mirror_option
@click.option("-o", "--output", metavar="FILE", default="", help="Write the report to a file.")
@image_options
def command(**values: Any) -> int:
    """Report the known vulnerabilities of IMAGE, the worst last, and what was not covered.

    \b
    garboard scan debian:12
    garboard scan image.tar --severity high
    garboard scan app -f Dockerfile --exclude-base
    garboard scan app --base debian:12 --json
    garboard scan app --from-mirror

    Exit code: 0 clean, 1 findings, 2 an error, 3 nothing that could be judged.
    """  # noqa: D301  (\b is click's)
    if values["as_json"]:
        values["kind"] = "json"
    view = _view(values)
    report = _report(values)
    reporter: Reporter = importlib.import_module(FORMATS[values["kind"]])
    write(reporter.render(report, view), values["output"])
    return exit_code(report, view)


def _report(values: dict[str, Any]) -> Report:
    """By the database, or by the mirrors alone."""
    if values["from_mirror"]:
        from garboard.cli.actions import acted
        from garboard.cli.mirror_scan import mirror_scan

        given = dict(values)
        rebuild = mirror_scan(values)
        return acted(rebuild.report, given, rebuild)
    if values["package_mirror"]:
        raise UsageError("--package-mirror goes with --from-mirror", "add --from-mirror, or see garboard rebuild")
    given = dict(values)
    found = analysed(values, look_up=values["exclude_base"])
    from garboard.cli.actions import acted
    from garboard.cli.recommend import recommended

    return acted(recommended(found.report, found.database, dict(given)), given)


def exit_code(report: Report, view: View) -> int:
    """0 clean, 1 findings shown, 3 nothing that could be judged."""
    if any(view.shows(finding) for finding in report.findings):
        return 1
    return 0 if report.judged else 3


def _view(values: dict[str, Any]) -> View:
    from garboard.model.advisory import Severity
    from garboard.reporters.view import View

    severity = (values["severity"] or "").lower()
    if severity and severity not in SEVERITIES:
        raise UsageError("--severity takes only 'low', 'medium', 'high' or 'critical' values")
    if values["group_issues"] and values["kind"] != "json":
        raise UsageError("--json flag is mandatory to use --group-issues flag", "add --json")
    return View(
        severity=Severity[severity.upper()] if severity else Severity.UNKNOWN,
        only_fixed=values["only_fixed"],
        exclude_base=values["exclude_base"],
        group_issues=values["group_issues"],
        dependency_tree=values["dependency_tree"],
        colour=in_colour(values),
    )
