from __future__ import annotations

import pytest

from garboard.image import docker_save


@pytest.mark.parametrize("data", [b"", b"{", b'{"manifests": [{"digest": "../x", "size": 1}]}'])
def test_a_damaged_index_is_told(data: bytes) -> None:
    found = docker_save.told(b"{}", {"index.json": data}.get, "app.tar")
    assert found.manifest is None
    assert "provenance was not looked for" in found.gaps[0].reason


def test_no_index_is_no_fault() -> None:
    assert docker_save.told(b"{}", {}.get, "app.tar") == docker_save.SavedLayout()
