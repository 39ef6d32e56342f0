"""``garboard explain``: one vulnerability or package in full."""

from __future__ import annotations

from typing import Final

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.output import write
from garboard.cli.params import Given, Operand
from garboard.cli.session import analyzed
from garboard.cli.settings import Analysis
from garboard.model.base import Value

QUERY: Final = Operand[str]("query", metavar="CVE-…|PACKAGE")


class Settings(Value):
    """An image, and what is asked about it."""

    analysis: Analysis
    query: str


def _settings(given: Given) -> Settings:
    return Settings(analysis=read_settings.analysis(given), query=given[QUERY])


@make("explain", o.IMAGE, QUERY, *o.report(reporters.EXPLAIN), *o.ANALYSIS, settings=_settings)
def command(settings: Settings) -> int:
    """Explain one vulnerability or package of IMAGE in full, and what would clear it.

    A vulnerability by any of its names; a package as NAME or NAME@VERSION.

    \b
    garboard explain debian:12 CVE-2023-45853
    garboard explain app:1 DSA-5417-1
    garboard explain app:1 openssl@3.0.9-1

    Exit code: 0 it was found, 2 an error, 3 it was not found.
    """  # noqa: D301  (\b is click's)
    from garboard.matching.explain import explain
    from garboard.reporters.view import View

    output = settings.analysis.output
    result = analyzed(settings.analysis)
    explanation = explain(settings.query, result.report, settings.analysis.data.database)
    write(reporters.EXPLAIN.load(output.format).render(explanation, View(color=output.color)), output)
    return 0 if explanation.found else 3
