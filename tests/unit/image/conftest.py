"""A registry with one image, for tests of what is attached to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.image.fake_registry import Fake, tar


@pytest.fixture
def fake() -> Iterator[Fake]:
    found = Fake()
    server = found.start()
    found.push("team/app", "1", [tar({"a": b"a"})])
    yield found
    server.shutdown()
    server.server_close()
