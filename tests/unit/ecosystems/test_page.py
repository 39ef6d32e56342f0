"""The page about ecosystems says what the records say."""

from __future__ import annotations

import os

import pytest

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.ecosystem import Ecosystem
from tests.unit.ecosystems.ecosystems_page import PAGE, page


def test_the_page_is_of_today() -> None:
    if os.environ.get("GARBOARD_RENEW"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "GARBOARD_RENEW=1 pytest tests/unit/ecosystems/test_page.py"


@pytest.mark.parametrize(
    "one", [one for one in ECOSYSTEMS if one.load_catalog or one.load_program], ids=lambda one: one.name
)
def test_what_is_read_has_a_reference_and_says_what_is_not_read(one: Ecosystem) -> None:
    assert one.misses
    assert not one.misses.endswith(".")
    assert one.reference.startswith("https://")
