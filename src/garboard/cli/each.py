"""A report on one image or on each of several, which is written when it is made and not kept."""

from __future__ import annotations

from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from garboard.cli.failure import NESTED, tell, told
from garboard.cli.filtering import worst
from garboard.cli.output import Withdrawn, write, writing
from garboard.cli.progress import finish
from garboard.model.errors import GarboardError

_IN_MEMORY: Final = 32 << 20
"""Bytes of one image's report that are kept in memory until all of it is made."""
_AT_ONCE: Final = 1 << 18

if TYPE_CHECKING:
    from garboard.cli.output import Parts
    from garboard.cli.settings import Images, Output
    from garboard.model.report import Report
    from garboard.reporters import Formats
    from garboard.reporters.protocols import ReportRenderer, Series
    from garboard.reporters.view import View


class Told(NamedTuple):
    """What became of one image: its report, its exit code, and what to say of it on standard error."""

    report: Report
    code: int
    remark: str = ""


Judge = Callable[[str], Told]


def report_each(images: Images, judge: Judge, formats: Formats[ReportRenderer], view: View, output: Output) -> int:
    """Judge each image by its name, and write what was found; returns the exit code.

    An error of the only image is the command's. One of several is told, stands in the report, and does not end the run;
    a report that holds nothing else replaces no file.
    """
    if len(images.names) == 1 and not (images.listed and output.format in formats.several):
        (name,) = images.names
        found = judge(name)
        write(formats.load(output.format).parts(found.report, view), output)
        _remark(found.remark)
        return found.code
    series = formats.load_several(output.format).several(len(images.names), view)
    codes = set[int | None]()
    with writing(output) as put:
        for name in images.names:
            codes.add(_one(name, judge, series, put))
        put(series.end())
        if codes == {None}:
            raise Withdrawn
    return worst(2 if code is None else code for code in codes)


def _one(name: str, judge: Judge, series: Series, put: Callable[[Parts], None]) -> int | None:
    """Write the part of one image, once all of it is made; returns its exit code, or None if there is no report on it."""
    with SpooledTemporaryFile(_IN_MEMORY) as made:
        try:
            found = judge(name)
            made.writelines(series.report(name, found.report))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one image, the others are reported
            message, hint = _said(error)
            finish()
            tell(f"{name}: {message}", hint)
            put(series.failure(name, message, hint))
            return None
        made.seek(0)
        put(iter(lambda: made.read(_AT_ONCE), b""))
    _remark(f"{name}: {found.remark}" if found.remark else "")
    return found.code


def _said(error: Exception) -> tuple[str, str]:
    """The message and the hint; of what nobody expected, where it came from is printed."""
    if isinstance(error, GarboardError):
        return told(error, click.get_current_context().find_root().obj or [])
    if isinstance(error, RecursionError):
        return NESTED, ""
    import traceback

    finish()
    traceback.print_exception(error)
    return f"unexpected: {type(error).__name__}: {error}", "this is a defect of garboard: please report it"


def _remark(text: str) -> None:
    if text:
        from garboard.reporters.terminal import plain

        click.echo(plain(text), err=True)
