"""A report on one image or on each of several, which is written when it is made and not kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import click

from garboard.cli.failure import NESTED, tell, told
from garboard.cli.filtering import worst
from garboard.cli.output import write, writing
from garboard.cli.progress import finish
from garboard.model.errors import GarboardError

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    An error of the only image is the command's. One of several is told, stands in the report, and does not end the run.
    """
    if len(images.names) == 1 and not (images.listed and output.format in formats.several):
        (name,) = images.names
        found = judge(name)
        write(_parts(formats.load(output.format), found.report, view), output)
        _remark(found.remark)
        return found.code
    series = formats.load_several(output.format).several(len(images.names), view)
    codes = set[int]()
    with writing(output) as put:
        for name in images.names:
            codes.add(_one(name, judge, series, put))
        put(series.end())
    return worst(codes)


def _parts(renderer: ReportRenderer, report: Report, view: View) -> Parts:
    parts: Callable[[Report, View], Iterator[bytes]] | None = getattr(renderer, "parts", None)
    return parts(report, view) if parts else renderer.render(report, view)


def _one(name: str, judge: Judge, series: Series, put: Callable[[Parts], None]) -> int:
    """Write the part of one image."""
    try:
        found = judge(name)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one image, the others are reported
        message, hint = _said(error)
        finish()
        tell(f"{name}: {message}", hint)
        put(series.failure(name, message, hint))
        return 2
    put(series.report(name, found.report))
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
