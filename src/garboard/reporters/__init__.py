"""Reports into bytes: one module per format."""

from __future__ import annotations

from typing import Protocol

from garboard.model.report import Report
from garboard.reporters.view import View


class Reporter(Protocol):
    """Renders a report. Pure: the same report and view give the same bytes."""

    def render(self, report: Report, view: View, /) -> bytes: ...
