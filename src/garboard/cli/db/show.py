"""``garboard db show``: what the data say of a vulnerability."""

from __future__ import annotations

from typing import Final

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import read_settings
from garboard.cli.command import command as make
from garboard.cli.db.options import Question
from garboard.cli.output import write
from garboard.cli.params import Given, Operand

IDENTIFIER: Final = Operand[str]("identifier", metavar="CVE-…")


def _show_settings(given: Given) -> Question:
    directory, output = read_settings.database_directory(given), read_settings.output(given)
    return Question(directory=directory, asked=given[IDENTIFIER], output=output)


@make("show", IDENTIFIER, *o.report(reporters.DB_SHOW), o.DB, settings=_show_settings)
def show(settings: Question) -> int:
    """What the data say of a vulnerability, by any of its names.

    \b
    garboard db show CVE-2024-6387
    garboard db show RHSA-2024:4312

    Exit code: 0 there is something, 2 an error, 3 there is nothing.
    """  # noqa: D301  (\b is click's)
    from garboard.database.read import Database
    from garboard.workflows.query_database import of_vulnerability

    with Database(settings.directory) as database:
        answer = of_vulnerability(database, settings.asked)
    write(reporters.DB_SHOW.load(settings.output.format).render(answer), settings.output)
    return 0 if answer.told or answer.facts else 3
