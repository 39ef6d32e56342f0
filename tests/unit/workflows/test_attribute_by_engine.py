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
NAMED = {
    "base:1": (LAYERS[:1], SAID[:1]),
    "mid:2": (LAYERS[:2], SAID[:2]),
    "app:0": (LAYERS[:2], SAID[:2]),
    "sibling:1": (LAYERS[:2], (*SAID[:2], "CMD sibling")),
    "other:3": ([b"x"], ("ADD x /",)),
}


@pytest.fixture(autouse=True)
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    fake = FakeEngine(tmp_path / "docker.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{fake.path}")
    listed = []
    for at, (name, (layers, said)) in enumerate(NAMED.items()):
        told = [{"CreatedBy": one, "Size": 0 if "CMD" in one else 1} for one in reversed(said)]
        fake.add(name, layers, b"", told)
        own = f"sha256:{at:064x}"
        for of in ("json", "history"):
            fake.answers[f"/images/{own}/{of}"] = fake.answers[f"/images/{name}/{of}"]
        status, body = fake.answers[f"/images/{name}/json"]
        fake.answers[f"/images/{own}/json"] = status, json.dumps({**json.loads(body), "Id": own}).encode()
        listed.append({"Id": own, "RepoTags": [name], "Created": at})
    fake.answers["/images/json"] = 200, json.dumps(listed).encode()
    server = fake.start()
    yield fake
    server.shutdown()
    server.server_close()


def base(text: str = "", source: str = "docker", name: str = "docker:app:1") -> Base:
    layers = tuple(Layer(diff_id=Digest(f"sha256:{hexed(layer)}")) for layer in LAYERS)
    history = tuple(History(created_by=one) for one in SAID)
    of = Image(name=name, source=source, layers=layers, history=history)
    build = Build(dockerfile=parse(text.encode()) if text else None)
    found = whose(of, Inventory(), build, Options(offline=True), lambda _: (of, Inventory()), now=NOW).attribution
    assert found is not None
    return found.base


def test_without_a_dockerfile_the_nearest_of_its_engine() -> None:
    found = base()
    assert (found.name, found.layers, found.how) == ("mid:2", 2, Certainty.EXACT)


def test_an_older_build_of_the_same_repository_is_no_base(docker: FakeEngine) -> None:
    assert base(name="docker:mid:3").name == "app:0"
    listed = json.loads(docker.answers["/images/json"][1])
    docker.answers["/images/json"] = 200, json.dumps([one for one in listed if "mid:2" not in one["RepoTags"]]).encode()
    assert base().name == "base:1"


def test_with_a_dockerfile_the_engine_is_asked_for_no_more_than_what_from_names(docker: FakeEngine) -> None:
    assert base("FROM base:1\nRUN b\nRUN c\n").how is Certainty.ALIGNED
    assert docker.requests == []


def test_an_archive_asks_no_engine_for_what_nobody_named(docker: FakeEngine) -> None:
    assert base(source="docker-archive").name == ""
    assert docker.requests == []


def test_an_engine_that_fails_is_one_witness_less(docker: FakeEngine) -> None:
    docker.answers["/images/json"] = 500, b"{}"
    assert base().name == ""
