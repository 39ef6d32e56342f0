"""Real engines unpack archives with odd headers as recorded, and as they are read."""

from __future__ import annotations

from tests.e2e.engines import Engines
from tests.e2e.record_tar_vectors import dockers, record
from tests.vectors.raw_tars import generate, load
from tests.vectors.test_tars import DIFFERENCES, disagreement


def test_engines_unpack_what_is_read(engines: Engines) -> None:
    """All of them: a few minutes."""
    recorded = {one.name: one for one in load()}
    archives = [one for one in generate() if one.name in recorded]
    assert len(archives) == len(recorded) >= 500
    found = {one.name: one for one in record(dockers(engines), archives)}
    for _ in range(3):  # an engine that is removing an image with the same layer refuses some that it takes otherwise
        again = [one for one in archives if found[one.name].answers != recorded[one.name].answers]
        found |= {one.name: one for one in record(dockers(engines), again)}
    assert {name: one.answers for name, one in found.items()} == {name: one.answers for name, one in recorded.items()}
    wrong = {name: told for name, one in found.items() if len(told := disagreement(one)) == len(one.answers)}
    assert wrong.keys() == DIFFERENCES.keys(), wrong
