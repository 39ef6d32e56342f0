"""A report on one image or on each of several, which is written when it is made and not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import click
import msgspec

from garboard.cli.failure import said, tell
from garboard.cli.filtering import worst
from garboard.cli.output import Withdrawn, write, writing
from garboard.cli.progress import finish
from garboard.model.errors import GarboardError

_IN_MEMORY: Final = 32 << 20
"""Bytes of one image's report that are kept in memory until all of it is made."""
_AT_ONCE: Final = 1 << 18

if TYPE_CHECKING:
    from garboard.cli.output import Parts
    from garboard.cli.settings import Analysis, Images, Output
    from garboard.model.report import Report
    from garboard.reporters import Formats
    from garboard.reporters.protocols import ReportRenderer, Series
    from garboard.reporters.view import View


class Told(NamedTuple):
    """What became of one image: its report, its exit code, and what to say of it on standard error."""

    report: Report
    code: int
    remark: str = ""


Judge = Callable[[], Told]
Named = tuple[str, Judge]
"""What an image is called in the report, and what judges it."""


def report_each(
    images: Sequence[Named], formats: Formats[ReportRenderer], view: View, output: Output, *, listed: bool
) -> int:
    """Judge each image, and write what was found; returns the exit code. ``listed``: there may be any number of them.

    An error of the only image is the command's. One of several is told, stands in the report, and does not end the run;
    a report that holds nothing else replaces no file.
    """
    several = all(one.format in formats.several for one in output.every)
    if len(images) == 1 and not (listed and several):
        ((_, judge),) = images
        found = judge()
        for one in output.every:
            write(formats.load(one.format).parts(found.report, _seen(view, one)), one)
        _remark(found.remark)
        return found.code
    count = len(images)
    codes = set[int | None]()

    def fill(puts: tuple[Callable[[Parts], None], ...]) -> bool:
        written = [
            _Writing(formats.load_several(one.format).several(count, _seen(view, one)), put)
            for one, put in zip(output.every, puts, strict=True)
        ]
        for name, judge in images:
            codes.add(_one(name, judge, written))
        for made in written:
            made.put(made.series.end())
        return codes == {None}

    _into(output.every, fill)
    return worst(2 if code is None else code for code in codes)


def each_platform(images: Images, analysis: Analysis) -> list[tuple[str, Callable[[], Analysis]]]:
    """What is judged under which name: the images as they were named, or each of their platforms.

    Of an image whose platforms cannot be found out, asking for what is judged is an error.
    """
    found: list[tuple[str, Callable[[], Analysis]]] = []
    for name in images.names:
        one = msgspec.structs.replace(analysis, image=name)
        if not images.every_platform:
            found.append((name, partial(_same, one)))
            continue
        try:
            found += _platforms(one)
        except GarboardError as error:
            found.append((name, partial(_fails, error)))
    return found


def _platforms(analysis: Analysis) -> Iterator[tuple[str, Callable[[], Analysis]]]:
    """The image of each platform by its name; one that does not tell any is the only one."""
    from garboard.image import platforms

    options = analysis.opening.options
    known = platforms(analysis.image, options)
    for platform in known:
        opening = msgspec.structs.replace(analysis.opening, options=msgspec.structs.replace(options, platform=platform))
        yield f"{analysis.image} ({platform})", partial(_same, msgspec.structs.replace(analysis, opening=opening))
    if not known:
        yield analysis.image, partial(_same, analysis)


def _same(analysis: Analysis) -> Analysis:
    return analysis


def _fails(error: GarboardError) -> Analysis:
    raise error


def _into(outputs: Sequence[Output], fill: Callable[[tuple[Callable[[Parts], None], ...]], bool]) -> bool:
    """Write documents side by side; ``fill`` tells whether they hold nothing, and then no file is replaced."""
    if not outputs:
        return fill(())
    empty = False
    with writing(outputs[0]) as put:
        empty = _into(outputs[1:], lambda puts: fill((put, *puts)))
        if empty:
            raise Withdrawn
    return empty


class _Writing(NamedTuple):
    """A document of several images that is being written."""

    series: Series
    put: Callable[[Parts], None]


def _seen(view: View, output: Output) -> View:
    return msgspec.structs.replace(view, color=output.color)


def _one(name: str, judge: Judge, written: Sequence[_Writing]) -> int | None:
    """Write the part of one image, once all of it is made; returns its exit code, or None if there is no report on it."""
    from tempfile import SpooledTemporaryFile

    with ExitStack() as stack:
        made = [stack.enter_context(SpooledTemporaryFile(_IN_MEMORY)) for _ in written]
        try:
            found = judge()
            for one, file in zip(written, made, strict=True):
                file.writelines(one.series.report(name, found.report))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one image, the others are reported
            message, hint = _said(error)
            finish()
            tell(f"{name}: {message}", hint)
            for one in written:
                one.put(one.series.failure(name, message, hint))
            return None
        for one, file in zip(written, made, strict=True):
            file.seek(0)
            one.put(iter(partial(file.read, _AT_ONCE), b""))
    _remark(f"{name}: {found.remark}" if found.remark else "")
    return found.code


def _said(error: Exception) -> tuple[str, str]:
    """The message and the hint; of what nobody expected, where it came from is printed."""
    found = said(error, click.get_current_context().find_root().obj or [])
    if found is not None:
        return found
    import traceback

    finish()
    traceback.print_exception(error)
    return f"unexpected: {type(error).__name__}: {error}", "this is a defect of garboard: please report it"


def _remark(text: str) -> None:
    if text:
        from garboard.reporters.terminal import plain

        click.echo(plain(text), err=True)
