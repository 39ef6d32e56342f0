"""Everything that a scan reports, for `garboard convert`, which makes the other formats of it without the image."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import msgspec

from garboard.model.base import Value
from garboard.model.errors import UsageError
from garboard.model.report import Report
from garboard.reporters.view import View

_FORM: Final = 1
"""Rises whenever what is written could not be read as it was before."""
_HINT: Final = "write one with garboard scan --format report=FILE"
SIGN: Final = b'{"garboardReport":'
"""How such a file begins."""


class SavedReport(Value, rename={"form": "garboardReport"}, omit_defaults=False):
    """A report, and the form in which it is written."""

    form: int
    report: Report


def render(report: Report, view: View) -> bytes:
    """The whole document; what a view leaves out is there, too."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:  # noqa: ARG001  (as every format's)
    """The same, at once."""
    saved = SavedReport(form=_FORM, report=report)
    yield msgspec.json.encode(saved, enc_hook=_time, order="deterministic") + b"\n"


def _time(value: object) -> str:
    """Of a clock's own kind of time, in the form in which others are written."""
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    raise NotImplementedError(type(value).__name__)


def read(data: bytes, name: str) -> Report:
    """The report of such a document.

    Raises:
        UsageError: it is none, or of a form that this version does not know.
    """
    if not data.startswith(SIGN):
        raise UsageError(f"{name} is no saved report", _HINT)
    try:
        return msgspec.json.decode(data, type=SavedReport).report
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not a saved report of this version: {error}", _HINT) from error
