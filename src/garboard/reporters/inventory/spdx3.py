"""An inventory as SPDX 3.0.1 JSON-LD."""

from __future__ import annotations

from collections.abc import Iterator

from garboard.model.report import Report
from garboard.reporters.view import View
from garboard.sbom import spdx3_writer


def render(report: Report, view: View) -> bytes:
    """The document; a view does not change it."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, at once."""
    del view
    yield spdx3_writer.render(report)
