"""Podman's sockets, and the history that its own API tells exactly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from garboard.image.options import Options
from garboard.image.sources import podman
from garboard.model.errors import ImageError, UsageError
from tests.unit.image.fake_engine import FakeEngine, config, old_layout, tar

LAYERS = [tar({"a": b"a"}), bytes(1024)]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    found = FakeEngine(tmp_path / "podman.sock")
    server = found.start()
    monkeypatch.setenv("CONTAINER_HOST", f"unix://{found.path}")
    yield found
    server.shutdown()
    server.server_close()


def test_an_image_is_read(fake: FakeEngine) -> None:
    history = [
        {"created": "2024-01-01T00:00:00Z", "created_by": "ADD"},
        {"created_by": "odd", "empty_layer": True},
        {"created_by": "odd too", "comment": "c", "author": "me"},
    ]
    fake.add("localhost/app:1", LAYERS, old_layout(LAYERS, config(LAYERS)), history)
    fake.answers["/images/app:1/json"] = fake.answers["/images/localhost/app:1/json"]
    assert podman.detect("app:1", Options())
    image = podman.open("app:1", Options())
    labels: list[str] = []
    image.read((0, 1), lambda label, _content: labels.append(label))
    assert labels == [image.label(0), image.label(1)]
    assert fake.requests[-1] == "/images/localhost/app:1/get"
    assert image.image.source == "podman"
    assert [step.empty_layer for step in image.image.history] == [False, True, False]


def test_a_missing_image_is_an_error(fake: FakeEngine) -> None:
    assert not podman.detect("app", Options())
    with pytest.raises(ImageError, match="Podman has no image app"):
        podman.open("app", Options())


def test_sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONTAINER_HOST", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "podman").mkdir()
    (tmp_path / "podman" / "podman.sock").touch()
    assert podman.endpoint().peer.socket == f"{tmp_path}/podman/podman.sock"
    assert not podman.detect("app", Options())
    monkeypatch.setenv("CONTAINER_HOST", "ssh://me@host/run/podman.sock")
    assert not podman.detect("app", Options())
    with pytest.raises(UsageError, match="only unix:// is known"):
        podman.open("app", Options())
