"""An inventory as CycloneDX 1.6 JSON."""

from __future__ import annotations

from garboard.model.report import Report
from garboard.reporters.view import View
from garboard.sbom import cyclonedx_writer


def render(report: Report, view: View) -> bytes:
    """The document; a view does not change it."""
    del view
    return cyclonedx_writer.render(report)
