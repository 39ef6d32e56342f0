"""An inventory as SPDX 2.3 JSON."""

from __future__ import annotations

from garboard.model.report import Report
from garboard.reporters.view import View
from garboard.sbom import spdx_writer


def render(report: Report, view: View) -> bytes:
    """The document; a view does not change it."""
    del view
    return spdx_writer.render(report)
