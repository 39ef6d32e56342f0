"""The bytes of SARIF, of explanations and of layers, for one report that is stored beside them.

To renew them after a change that is meant: ``GARBOARD_RENEW=1 pytest tests/golden/test_finding_documents.py``, and read the
difference.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from garboard import __version__
from garboard.matching.remediation import remedies
from garboard.model.changes import LayerChanges
from garboard.model.explanation import Explained, Explanation
from garboard.model.report import Report
from garboard.reporters.explain import json as explain_json
from garboard.reporters.explain import text as explain_text
from garboard.reporters.layers import html as layers_html
from garboard.reporters.layers import json as layers_json
from garboard.reporters.layers import text as layers_text
from garboard.reporters.scan import csv, cyclonedx, github, gitlab, junit, markdown, sarif, table
from garboard.reporters.view import View, issues

HERE = Path(__file__).parent / "findings"


def report() -> Report:
    return msgspec.json.decode((HERE / "report.json").read_bytes(), type=Report)


def changes() -> tuple[LayerChanges, ...]:
    return msgspec.json.decode((HERE / "changes.json").read_bytes(), type=tuple[LayerChanges, ...])


def explanation() -> Explanation:
    of = report()
    found = tuple(
        Explained(findings=issue.findings, remedies=remedies(issue.findings, of)) for issue in issues(of.findings)
    )
    return Explanation(query="everything", report=of, issues=found)


WRITERS: dict[str, Callable[[], bytes]] = {
    "sarif": lambda: sarif.render(report(), View()),
    "table.txt": lambda: table.render(report(), View()),
    "markdown.md": lambda: markdown.render(report(), View()),
    "junit.xml": lambda: junit.render(report(), View()),
    "gitlab.json": lambda: gitlab.render(report(), View()),
    "github.txt": lambda: github.render(report(), View()),
    "cdx.json": lambda: cyclonedx.render(report(), View()),
    "csv": lambda: csv.render(report(), View()),
    "explain.txt": lambda: explain_text.render(explanation(), View()),
    "explain.json": lambda: explain_json.render(explanation()),
    "layers.txt": lambda: layers_text.render(report(), changes(), View()),
    "layers.json": lambda: layers_json.render(report(), changes(), View()),
    "layers.html": lambda: layers_html.render(report(), changes(), View()),
}


@pytest.mark.parametrize("ending", WRITERS)
def test_bytes(ending: str) -> None:
    assert __version__ == "0.1.0", "the documents name the version: renew them"
    expected = HERE / f"expected.{ending}"
    found = WRITERS[ending]()
    if os.environ.get("GARBOARD_RENEW"):
        expected.write_bytes(found)
    assert found == expected.read_bytes()
