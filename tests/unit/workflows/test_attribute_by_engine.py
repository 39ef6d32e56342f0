"""The images of an engine as witnesses of what another one was built on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from garboard.dockerfile.parser import parse
from garboard.image.options import Options
from garboard.model.attribution import Base, Certainty
from garboard.model.image import Digest, History, Image, Layer
from garboard.model.package import Inventory
from garboard.workflows.attribute import Build, whose
from tests.unit.basecatalog.entries import NOW
from tests.unit.image.fake_engine import FakeEngine, hexed

LAYERS = [b"a", b"b", b"c"]
SAID = ("ADD a /", "RUN b", "RUN c")


@pytest.fixture(autouse=True)
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    fake = FakeEngine(tmp_path / "docker.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{fake.path}")
    named = {"base:1": LAYERS[:1], "mid:2": LAYERS[:2], "other:3": [b"x"]}
    told = {name: [{"CreatedBy": "RUN x", "Size": 1}] * len(layers) for name, layers in named.items()}
    listed = [{"Id": fake.add(name, layers, b"", told[name]), "RepoTags": [name]} for name, layers in named.items()]
    fake.answers["/images/json"] = 200, json.dumps(listed).encode()
    server = fake.start()
    yield fake
    server.shutdown()
    server.server_close()


def base(text: str = "", source: str = "docker") -> Base:
    layers = tuple(Layer(diff_id=Digest(f"sha256:{hexed(layer)}")) for layer in LAYERS)
    history = tuple(History(created_by=one) for one in SAID)
    of = Image(name="app:1", source=source, layers=layers, history=history)
    build = Build(dockerfile=parse(text.encode()) if text else None, look_up=bool(text))
    found = whose(of, Inventory(), build, Options(offline=True), lambda _: (of, Inventory()), now=NOW).attribution
    assert found is not None
    return found.base


def test_without_a_dockerfile_the_nearest_of_its_engine() -> None:
    found = base()
    assert (found.name, found.layers, found.how) == ("mid:2", 2, Certainty.EXACT)


def test_what_from_names_is_that_of_its_engine() -> None:
    found = base("FROM base:1\nRUN b\nRUN c\n")
    assert (found.name, found.layers, found.how, found.stated) == ("base:1", 1, Certainty.EXACT, "")


def test_a_from_that_was_edited() -> None:
    found = base("FROM other:3\nRUN c\n")
    assert (found.name, found.layers, found.stated, found.edited) == ("mid:2", 2, "other:3", True)


def test_an_archive_asks_no_engine_for_what_nobody_named(docker: FakeEngine) -> None:
    assert base(source="docker-archive").name == ""
    assert docker.requests == []
