"""An inventory as CycloneDX 1.6 JSON."""

from __future__ import annotations

from collections.abc import Iterator

from garboard.model.report import Report
from garboard.reporters.view import View
from garboard.sbom import cyclonedx_writer


def render(report: Report, view: View) -> bytes:
    """The document; a view does not change it."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, an element at a time."""
    del view
    return cyclonedx_writer.parts(report)
