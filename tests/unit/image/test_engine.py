"""Images of a Docker engine: found as the docker command finds it, told by its API, streamed from its export."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from garboard.image.handle import Content, Opened
from garboard.image.options import Options
from garboard.image.sources import engine
from garboard.model.errors import ImageError, NetworkError, OfflineError, UsageError
from garboard.model.image import Platform
from garboard.net.client import Peer
from tests.unit.image.fake_engine import FakeEngine, config, new_layout, old_layout, tar

LAYERS = [tar({"etc/a": b"a"}), bytes(1024), tar({"b": bytes(range(256)) * 4000})]
HISTORY = [
    {"Created": 1700000002, "CreatedBy": "COPY b /", "Size": 5, "Comment": "buildkit.dockerfile.v0"},
    {"Created": 1700000001, "CreatedBy": "RUN true", "Size": 0},
    {"Created": 1700000001, "CreatedBy": "ENV A=b", "Size": 0},
    {"Created": 1700000000, "CreatedBy": "/bin/sh -c #(nop) ADD file:1 in / ", "Size": 3},
]


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in (
        "DOCKER_HOST",
        "DOCKER_CONTEXT",
        "DOCKER_CONFIG",
        "DOCKER_TLS_VERIFY",
        "DOCKER_CERT_PATH",
        "XDG_RUNTIME_DIR",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    fake = FakeEngine(tmp_path / "docker.sock")
    server = fake.start()
    monkeypatch.setenv("DOCKER_HOST", f"unix://{fake.path}")
    yield fake
    server.shutdown()
    server.server_close()


def read(image: Opened, need: tuple[int, ...] = (0, 1, 2)) -> list[str]:
    """The diff ids of the layers that were read, by index."""
    digests: dict[str, str] = {}

    def consume(label: str, content: Content) -> None:
        assert isinstance(content, Iterator)
        data = b"".join(content)
        digests[label] = hashlib.sha256(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).hexdigest()

    image.read(need, consume)
    return [f"sha256:{digests[image.label(index)]}" for index in need]


@pytest.mark.parametrize(
    "layout", [old_layout, new_layout, lambda layers, document: new_layout(layers, document, compressed=True)]
)
def test_every_layout_is_read(docker: FakeEngine, layout: Callable[[list[bytes], bytes], bytes]) -> None:
    docker.add("app:1", LAYERS, layout(LAYERS, config(LAYERS)), HISTORY)
    image = engine.open("app:1", Options())
    assert image.trusted
    assert read(image) == [layer.diff_id for layer in image.image.layers]
    image.close()


def test_metadata(docker: FakeEngine) -> None:
    image_id = docker.add("app:1", LAYERS, b"", HISTORY, Created="2024-01-01T00:00:00Z")
    found = engine.open("app:1", Options()).image
    assert (found.name, found.source, found.config_digest, found.tags) == ("app:1", "docker", image_id, ("app:1",))
    assert (found.env, found.platform, found.created) == (("A=b",), Platform(), "2024-01-01T00:00:00Z")
    assert [(step.created_by, step.empty_layer) for step in found.history] == [
        ("/bin/sh -c #(nop) ADD file:1 in / ", False),
        ("ENV A=b", True),
        ("RUN true", False),
        ("COPY b /", False),
    ]
    assert found.history[0].created == "2023-11-14T22:13:20Z"


def test_nothing_is_exported_where_nothing_is_needed(docker: FakeEngine) -> None:
    docker.add("app:1", LAYERS, b"", HISTORY)
    engine.open("app:1", Options()).read((), lambda _label, _content: None)
    assert not any(path.endswith("/get") for path in docker.requests)


def test_layers_that_are_not_needed_are_passed_over(docker: FakeEngine) -> None:
    docker.add("app:1", LAYERS, new_layout(LAYERS, config(LAYERS)), HISTORY)
    image = engine.open("app:1", Options())
    seen: list[str] = []
    image.read((0,), lambda label, _content: seen.append(label))
    assert seen == [image.label(0)]


def test_shared_layers_of_the_old_layout_are_links(docker: FakeEngine) -> None:
    layers = [LAYERS[0], LAYERS[2], LAYERS[0]]
    docker.add("app:1", layers, old_layout(layers, config(layers)), [{"Size": 1}] * 3)
    image = engine.open("app:1", Options())
    assert read(image) == [layer.diff_id for layer in image.image.layers]
    assert image.label(0) == image.label(2)


@pytest.mark.parametrize("status", [200, 500])
def test_a_history_that_leaves_questions_is_read_from_the_configuration(docker: FakeEngine, status: int) -> None:
    history = [
        {"created_by": "odd"},
        {"created_by": "x", "empty_layer": True},
        {"created_by": "y"},
        {"created_by": "z"},
    ]
    document = config(LAYERS, history)
    image_id = docker.add("app:1", LAYERS, new_layout(LAYERS, document), [{"CreatedBy": "odd"}] * 4)
    docker.answers[f"/images/{image_id}/history"] = status, docker.answers[f"/images/{image_id}/history"][1]
    found = engine.open("app:1", Options()).image
    assert [step.empty_layer for step in found.history] == [False, True, False, False]


def test_names_mean_one_image(docker: FakeEngine) -> None:
    image_id = docker.add("debian:latest", LAYERS, old_layout(LAYERS, config(LAYERS)), HISTORY)
    docker.answers["/images/debian/json"] = docker.answers["/images/debian:latest/json"]
    docker.answers["/images/0123abcd/json"] = docker.answers["/images/debian:latest/json"]
    read(engine.open("debian", Options()))
    assert docker.requests[-1] == "/images/debian:latest/get"
    read(engine.open("0123abcd", Options()))
    assert docker.requests[-1] == f"/images/{image_id}/get"


def test_a_replaced_image_is_an_error(docker: FakeEngine) -> None:
    docker.add("app:1", LAYERS, old_layout(LAYERS[:2], config(LAYERS[:2])), HISTORY)
    with pytest.raises(ImageError, match="other layers than it tells of"):
        read(engine.open("app:1", Options()))


def test_a_cut_export_is_an_error(docker: FakeEngine) -> None:
    docker.add("app:1", LAYERS, new_layout(LAYERS, config(LAYERS))[: 512 * 6 + 1024 * 500], HISTORY)
    with pytest.raises(ImageError, match="ends in the middle"):
        read(engine.open("app:1", Options()))


def test_a_missing_image_is_an_error(docker: FakeEngine) -> None:
    with pytest.raises(ImageError, match="Docker has no image app:1") as caught:
        engine.open("app:1", Options())
    assert "registry:app:1" in caught.value.hint
    assert not engine.detect("app:1", Options())


def test_platforms(docker: FakeEngine) -> None:
    docker.add("app:1", LAYERS, b"", HISTORY)
    arm64 = Options(platform=Platform(architecture="arm64"))
    with pytest.raises(ImageError, match="for linux/amd64, not for linux/arm64"):
        engine.open("app:1", arm64)
    assert not engine.detect("app:1", arm64)
    assert engine.detect("app:1", Options(platform=Platform(), offline=True))


@pytest.mark.parametrize("name", ["../../containers/json", "a?b", "a b", "A", ""])
def test_only_names_are_asked_for(docker: FakeEngine, name: str) -> None:
    with pytest.raises(ImageError, match="invalid image reference"):
        engine.open(name, Options())
    assert not engine.detect(name, Options())
    assert docker.requests == []


def test_failures_are_told_in_the_engines_words(docker: FakeEngine) -> None:
    docker.answers["/images/a/json"] = 500, b'{"message":"disk\\u001b on fire"}'
    with pytest.raises(ImageError, match="status 500: disk  on fire"):
        engine.open("a", Options())
    docker.answers["/images/b/json"] = 200, b"<html>"
    with pytest.raises(ImageError, match="what its API does not"):
        engine.open("b", Options())


def test_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    assert not engine.detect("a", Options())
    with pytest.raises(ImageError, match=f"there is no Docker engine at {tmp_path}/none"):
        engine.open("a", Options())


def test_a_socket_that_is_not_ours(docker: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ImageError, match="permission denied"):
        engine.open("a", Options())
    assert not engine.detect("a", Options())


def test_addresses(tmp_path: Path) -> None:
    assert engine.at("unix:///a/b", None).peer == Peer(socket="/a/b")
    assert engine.at("tcp://h:2375", None).base == "http://h:2375"
    over_ssh = engine.at("ssh://me@h:22", None).peer.command
    assert over_ssh == (
        *["ssh", "-o", "ConnectTimeout=30", "-T", "-p", "22", "-l", "me", "--", "h", "docker", "system", "dial-stdio"],
    )
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / name).touch()
    tls = engine.at("tcp://h:2376", tmp_path)
    assert (tls.base, tls.ca_file) == ("https://h:2376", str(tmp_path / "ca.pem"))
    assert tls.peer == Peer(direct=True, certificate=str(tmp_path / "cert.pem"), key=str(tmp_path / "key.pem"))
    for host in ("npipe:////./pipe/docker", "tcp://", "nonsense"):
        with pytest.raises(UsageError, match="cannot be used"):
            engine.at(host, None)


def test_a_container_names_its_image(docker: FakeEngine) -> None:
    answer = {"Image": "sha256:" + "a" * 64, "Config": {"Image": "debian:12"}}
    docker.answers["/containers/happy_pike/json"] = 200, json.dumps(answer).encode()
    with pytest.raises(ImageError, match="a container of that name: it was made of debian:12") as caught:
        engine.open("happy_pike", Options())
    assert "docker:debian:12" in caught.value.hint
    assert not engine.detect("happy_pike", Options())


def test_remote_engines_are_not_asked_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    with pytest.raises(OfflineError):
        engine.open("a", Options(offline=True))
    with pytest.raises(NetworkError, match="cannot connect"):
        engine.open("a", Options())


def test_contexts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "home" / ".docker"
    key = hashlib.sha256(b"mine").hexdigest()
    meta = folder / "contexts" / "meta" / key / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(
        json.dumps(
            {"Name": "mine", "Metadata": {}, "Endpoints": {"docker": {"Host": "tcp://h:2376", "SkipTLSVerify": False}}}
        )
    )
    tls = folder / "contexts" / "tls" / key / "docker"
    tls.mkdir(parents=True)
    (tls / "ca.pem").touch()
    assert engine.endpoint(Options()).peer == Peer(socket="/var/run/docker.sock")
    (folder / "config.json").write_text('{"currentContext": "mine"}')
    found = engine.endpoint(Options())
    assert (found.base, found.ca_file, found.peer) == ("https://h:2376", str(tls / "ca.pem"), Peer(direct=True))
    monkeypatch.setenv("DOCKER_CONTEXT", "default")
    assert engine.endpoint(Options()).peer.socket
    monkeypatch.setenv("DOCKER_CONTEXT", "other")
    with pytest.raises(UsageError, match="docker context other cannot be read"):
        engine.endpoint(Options())
    monkeypatch.setenv("DOCKER_HOST", "unix:///wins")
    assert engine.endpoint(Options()).peer == Peer(socket="/wins")


def test_rootless_engines_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(engine, "_DEFAULT_SOCKET", str(tmp_path / "none"))
    (tmp_path / "docker.sock").touch()
    assert engine.endpoint(Options()).peer.socket == str(tmp_path / "docker.sock")
