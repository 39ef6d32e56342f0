"""The page about policies lists every key that a policy may have, and its examples are policies."""

from __future__ import annotations

import re
import tomllib

import pytest

from garboard.policy import document, foreign
from tests.unit.policy.policy_page import PAGE, page, tables

TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def test_the_page_has_every_condition() -> None:
    assert page() == PAGE.read_text(encoding="utf-8")
    for rows in tables().values():
        assert rows


@pytest.mark.parametrize("example", EXAMPLES)
def test_its_examples_are_policies(example: str) -> None:
    tomllib.loads(example)
    assert document.read(example, "garboard.toml")


def test_it_names_every_other_key_and_every_file_that_is_imported() -> None:
    for key in (*document.MORE, *document.STAGE, *document.TOP):
        assert f"`{key}`" in TEXT, key
    for name in foreign.names():
        assert f"`{name}`" in TEXT, name
