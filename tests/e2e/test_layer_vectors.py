"""The recorded answers to stacks of layers are still what engines give."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.engines import Engines
from tests.e2e.record_layer_vectors import Applies, everyone, record
from tests.vectors.layer_stacks import load

EVERY = {"named": 1, "built": 16, "loose": 10, "wild": 10}
"""One stack of so many is asked again."""


@pytest.fixture(scope="module")
def asked(engines: Engines) -> Iterator[dict[str, Applies]]:
    with everyone(engines) as found:
        yield found


@pytest.mark.parametrize("family", EVERY)
def test_engines_give_the_recorded_answers(family: str, asked: dict[str, Applies]) -> None:
    recorded = {one.name: one for one in load(family)[:: EVERY[family]]}
    found = {one.name: one for one in record(asked, family, list(recorded.values()))}
    for _ in range(3):  # an engine that is removing an image with the same layer refuses some that it takes otherwise
        again = [recorded[name] for name, one in found.items() if one.answers != recorded[name].answers]
        found |= {one.name: one for one in record(asked, family, again)}
    assert {name: one.answers for name, one in found.items()} == {name: one.answers for name, one in recorded.items()}
