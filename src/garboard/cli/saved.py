"""Saved reports in place of images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from garboard.model.report import Report


def saved(path: Path) -> Report | None:
    """The report that a file holds which ``garboard scan --format report`` wrote; None if it is no such file.

    Raises:
        UsageError: it is of a form that this version does not know.
    """
    from garboard.reporters.scan import report

    if not path.is_file():
        return None
    with path.open("rb") as file:
        if file.read(len(report.SIGN)) != report.SIGN:
            return None
        file.seek(0)
        return report.read(file.read(), str(path))
