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
    found = record(dockers(engines), archives)
    assert {one.name: one.answers for one in found} == {name: one.answers for name, one in recorded.items()}
    wrong = {one.name: told for one in found if len(told := disagreement(one)) == len(one.answers)}
    assert wrong.keys() == DIFFERENCES.keys(), wrong
