"""``garboard explain``: one vulnerability or package in full."""

from __future__ import annotations

from typing import Any

import click

from garboard.cli.options import build_options, catalogue_option, image_options, write
from garboard.cli.session import analysed, in_colour


@click.command("explain")
@click.argument("image")
@click.argument("query", metavar="CVE-…|PACKAGE")
@build_options
@catalogue_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--db", "directory", metavar="DIR", help="The database's directory (or set GARBOARD_DB).")
@click.option("-o", "--output", metavar="FILE", default="", help="Write the explanation to a file.")
@image_options
def command(**values: Any) -> int:
    """Tell all that is known of one vulnerability or package of IMAGE, and what would clear it.

    A vulnerability by any of its names; a package as NAME or NAME@VERSION.

    \b
    garboard explain debian:12 CVE-2023-45853
    garboard explain app:1 DSA-5417-1
    garboard explain app:1 openssl@3.0.9-1

    Exit code: 0 it was found, 2 an error, 3 it was not found.
    """  # noqa: D301  (\b is click's)
    from garboard.matching.explain import explain
    from garboard.reporters.explain import json as explain_json
    from garboard.reporters.explain import text
    from garboard.reporters.view import View

    view = View(colour=in_colour(values))
    result = analysed(values)
    explanation = explain(values["query"], result.report, result.database)
    data = explain_json.render(explanation) if values["as_json"] else text.render(explanation, view)
    write(data, values["output"])
    return 0 if explanation.found else 3
