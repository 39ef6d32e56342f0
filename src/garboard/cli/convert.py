"""``garboard convert``: other formats of a saved report."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from garboard import reporters
from garboard.cli import options as o
from garboard.cli import viewing
from garboard.cli.command import command as make
from garboard.cli.output import write
from garboard.cli.params import Given, Operand
from garboard.cli.saved import saved
from garboard.cli.settings import Output
from garboard.model.base import Value
from garboard.model.errors import UsageError
from garboard.reporters.view import View

SAVED: Final = Operand[str]("report", metavar="REPORT")


class Settings(Value):
    """A saved report, and how it is shown."""

    report: str
    view: View
    output: Output


def _settings(given: Given) -> Settings:
    output = viewing.output(given)
    return Settings(report=given[SAVED], view=viewing.viewing(given, output), output=output)


@make("convert", SAVED, *viewing.VIEW, *o.report(reporters.SCAN), settings=_settings)
def command(settings: Settings) -> int:
    """Write a REPORT that was saved by --format report=FILE in other formats, without the image and the database.

    \b
    garboard scan app --format report=app.report --format table
    garboard convert app.report --format markdown
    garboard convert app.report --format sarif=app.sarif --format junit=app.xml

    Exit code: 0 it was written, 2 an error.
    """  # noqa: D301  (\b is click's)
    try:
        found = saved(Path(settings.report))
    except OSError as error:
        raise UsageError(f"{settings.report} cannot be read: {error.strerror}", "name a saved report") from error
    if found is None:
        hint = "write one with garboard scan --format report=FILE"
        raise UsageError(f"{settings.report} is no saved report, or not there", hint)
    for one in settings.output.every:
        shown = msgspec.structs.replace(settings.view, color=one.color)
        write(reporters.SCAN.load(one.format).parts(found, shown), one)
    return 0
