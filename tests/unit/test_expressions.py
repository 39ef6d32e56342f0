"""Regular expressions mean the same in every Python that the project runs on."""

from __future__ import annotations

import re
from pathlib import Path

import garboard

SOURCE = Path(garboard.__file__).parent
_POSSESSIVE = re.compile(r"\)(?:[*+?]|\{\d*,\d*\})\+")
KNOWN = {"feeds/readers/json_stream.py"}
"""Its groups never backtrack, and its tests run on such a Python."""


def test_no_group_is_repeated_possessively() -> None:
    """Up to Python 3.11.4 such a group may match nothing where it should match (CPython issue 106052)."""
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if _POSSESSIVE.search(path.read_text(encoding="utf-8"))
    }
    assert found == KNOWN
