"""JSON that is safe to show means the same as any other."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard import json_text
from garboard.reporters.terminal import plain

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    st.recursive(
        TEXTS | st.integers(-9, 9) | st.booleans(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
    )
)
def test_it_is_the_same_value(value: object) -> None:
    assert json.loads(json_text.document(value)) == value


@pytest.mark.parametrize(
    "sign", ["\x1b", "\x7f", "\x9b", "\u200b", "\u202e", "\u2066", "\u2028", "\ufeff", "\u061c", "\x00"]
)
def test_nothing_acts_on_the_terminal(sign: str) -> None:
    text = json_text.document([sign]).decode()
    assert sign not in text
    assert all(plain(line) == line for line in text.splitlines())


def test_other_scripts_stay_readable() -> None:
    assert "Größe 文字" in json_text.document(["Größe 文字"]).decode()
