"""The images of an engine as witnesses of what another one was built on."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from garboard.dockerfile.parser import parse
from garboard.image.options import Options
from garboard.model.attribution import Attribution, Base, Certainty
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
    keep(fake, pulled=("base:1", "mid:2"))
    server = fake.start()
    yield fake
    server.shutdown()
    server.server_close()


def keep(
    docker: FakeEngine, names: Collection[str] = NAMED, pulled: Collection[str] = (), containerd: bool = False
) -> None:
    """Let the engine have these images, some of which were pulled; a containerd store has a digest of all."""
    listed = []
    for at, name in enumerate(names):
        layers, said = NAMED[name]
        told = [{"CreatedBy": one, "Size": 0 if "CMD" in one else 1} for one in reversed(said)]
        docker.add(name, layers, b"", told)
        own = f"sha256:{at:064x}"
        digest = own if containerd else f"sha256:{at + 100:064x}"
        digests = [f"{name.partition(':')[0]}@{digest}"] if name in pulled or containerd else []
        for of in ("json", "history"):
            docker.answers[f"/images/{own}/{of}"] = docker.answers[f"/images/{name}/{of}"]
        status, body = docker.answers[f"/images/{name}/json"]
        described = {**json.loads(body), "Id": own, "RepoDigests": digests}
        docker.answers[f"/images/{own}/json"] = status, json.dumps(described).encode()
        listed.append({"Id": own, "RepoTags": [name], "Created": at})
    docker.answers["/images/json"] = 200, json.dumps(listed).encode()


def base(text: str = "", source: str = "docker") -> Base:
    return attributed(text, source).base


def attributed(text: str = "", source: str = "docker") -> Attribution:
    layers = tuple(Layer(diff_id=Digest(f"sha256:{hexed(layer)}")) for layer in LAYERS)
    history = tuple(History(created_by=one) for one in SAID)
    of = Image(name="docker:app:1", source=source, layers=layers, history=history)
    build = Build(dockerfile=parse(text.encode()) if text else None)
    found = whose(of, Inventory(), build, Options(offline=True), lambda _: (of, Inventory()), now=NOW).attribution
    assert found is not None
    return found


def test_without_a_dockerfile_the_nearest_that_was_pulled() -> None:
    found = base()
    assert (found.name, found.layers, found.how) == ("mid:2", 2, Certainty.EXACT)


def test_an_older_build_of_the_same_repository_is_no_base(docker: FakeEngine) -> None:
    keep(docker, ("base:1", "app:0", "other:3"), pulled=("base:1", "app:0"))
    assert base().name == "base:1"


@pytest.mark.parametrize("containerd", [False, True])
def test_of_those_that_only_this_machine_built_none_is_certain(docker: FakeEngine, containerd: bool) -> None:
    """They may have begun alike. One whose history goes another way in the end is none of them."""
    keep(docker, containerd=containerd)
    found = attributed()
    assert (found.base.name, found.base.how) == ("", Certainty.UNKNOWN)
    assert [gap.reason for gap in found.gaps if gap.subject == "docker:app:1"] == [
        "may have been built on any of mid:2, base:1: name the one with --base, or the Dockerfile with -f"
    ]
    keep(docker, ("base:1", "sibling:1"), containerd=containerd)
    assert base().name == "", "a single one may have begun alike too: BuildKit keeps no image of what FROM names"


def test_with_a_dockerfile_the_engine_is_asked_for_no_more_than_what_from_names(docker: FakeEngine) -> None:
    assert base("FROM base:1\nRUN b\nRUN c\n").how is Certainty.ALIGNED
    assert docker.requests == []


def test_an_archive_asks_no_engine_for_what_nobody_named(docker: FakeEngine) -> None:
    assert base(source="docker-archive").name == ""
    assert docker.requests == []


def test_an_engine_that_fails_is_one_witness_less(docker: FakeEngine) -> None:
    docker.answers["/images/json"] = 500, b"{}"
    assert base().name == ""
