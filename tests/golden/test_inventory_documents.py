"""The bytes of every inventory format, for one report that is stored beside them.

To renew them after a change that is meant: ``GARBOARD_RENEW=1 pytest tests/golden/test_inventory_documents.py``, and read
the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from garboard import __version__
from garboard.model.report import Report
from garboard.reporters.inventory import cyclonedx, spdx, spdx3, text
from garboard.reporters.inventory import json as inventory_json
from garboard.reporters.view import View

HERE = Path(__file__).parent / "inventory"
EXPECTED = {"cdx.json": cyclonedx, "spdx.json": spdx, "spdx3.json": spdx3, "json": inventory_json, "txt": text}


@pytest.mark.parametrize("ending", EXPECTED)
def test_bytes(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert __version__ == "0.1.0", "the documents name the version: renew them"
    report = msgspec.json.decode((HERE / "report.json").read_bytes(), type=Report)
    expected = HERE / f"expected.{ending}"
    found = EXPECTED[ending].render(report, View())
    if os.environ.get("GARBOARD_RENEW"):
        expected.write_bytes(found)
    assert found.decode() == expected.read_text(encoding="utf-8")
