"""One spelling of each word in what people and programs read: catalog, license."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLDER = re.compile(
    r"GARBOARD_CATALOGUE|catalogue\.sqlite|[\w.]+/licences|\.catalogue\b|\"licences?\"|licences: tuple|entry\.licences"
)
"""Names that are kept so that what there is can still be read."""


@pytest.mark.parametrize(
    "path",
    [*sorted(ROOT.glob("src/garboard/**/*.py")), *sorted(ROOT.glob("docs/*.md"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_words_have_one_spelling(path: Path) -> None:
    text = OLDER.sub("", path.read_text())
    assert re.findall(r"(?i)\w*catalogue\w*|\w*licence\w*", text) == []
