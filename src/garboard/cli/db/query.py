"""``garboard db query``: what the data say of a package."""

from __future__ import annotations

from typing import Final

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.db.options import Question
from garboard.cli.output import write
from garboard.cli.params import Given, Operand, text

PACKAGE: Final = Operand[str]("package", metavar="PACKAGE[@VERSION]")
ECOSYSTEM: Final = text("--ecosystem", metavar="NAME", help="Of this ecosystem only: PyPI, Debian, Debian:12.")


def _query_settings(given: Given) -> Question:
    directory, output = read_settings.database_directory(given), read_settings.output(given)
    return Question(directory=directory, asked=given[PACKAGE], output=output, ecosystem=given[ECOSYSTEM] or "")


@make("query", PACKAGE, ECOSYSTEM, *o.report(reporters.DB_QUERY), o.DB, settings=_query_settings)
def query(settings: Question) -> int:
    """What the data say of a package, with their sources; with @VERSION, of that version.

    \b
    garboard db query openssl --ecosystem Debian:12
    garboard db query jinja2@3.1.2 --ecosystem PyPI

    Exit code: 0 there are records, 2 an error, 3 there are none.
    """  # noqa: D301  (\b is click's)
    from garboard.database.read import Database
    from garboard.workflows.query_database import of_package

    with Database(settings.directory) as database:
        answer = of_package(database, settings.asked, settings.ecosystem)
    write(reporters.DB_QUERY.load(settings.output.format).render(answer), settings.output)
    return 0 if answer.told else 3
