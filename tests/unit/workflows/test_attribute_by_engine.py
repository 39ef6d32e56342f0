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
    docker: FakeEngine,
    names: Collection[str] = NAMED,
    pulled: Collection[str] = (),
    pushed: Collection[str] = (),
    containerd: bool = False,
    **more: dict[str, object],
) -> None:
    """Let the engine have these images, some of which were pulled or pushed; a containerd store has a digest of all.

    ``more`` is what the list tells of one by its repository.
    """
    listed = []
    for at, name in enumerate(names):
        layers, said = NAMED[name]
        told = [{"CreatedBy": one, "Size": 0 if "CMD" in one else 1} for one in reversed(said)]
        docker.add(name, layers, b"", told)
        own = f"sha256:{at:064x}"
        digest = own if containerd else f"sha256:{at + 100:064x}"
        digests = [f"{name.partition(':')[0]}@{digest}"] if name in {*pulled, *pushed} or containerd else []
        tagged = "0001-01-01T00:00:00Z" if name in pulled and not containerd else "2026-01-01T00:00:00Z"
        for of in ("json", "history"):
            docker.answers[f"/images/{own}/{of}"] = docker.answers[f"/images/{name}/{of}"]
        status, body = docker.answers[f"/images/{name}/json"]
        described = {**json.loads(body), "Id": own, "RepoDigests": digests, "Metadata": {"LastTagTime": tagged}}
        docker.answers[f"/images/{own}/json"] = status, json.dumps(described).encode()
        told_of = more.get(name.partition(":")[0], {})
        listed.append({"Id": own, "RepoTags": [name], "RepoDigests": digests, "Created": at, **told_of})
    docker.answers["/images/json"] = 200, json.dumps(listed).encode()


def base(text: str = "", source: str = "docker") -> Base:
    return attributed(text, source).base


def attributed(text: str = "", source: str = "docker", created: str = "") -> Attribution:
    layers = tuple(Layer(diff_id=Digest(f"sha256:{hexed(layer)}")) for layer in LAYERS)
    history = tuple(History(created_by=one) for one in SAID)
    of = Image(name="docker:app:1", source=source, layers=layers, history=history, created=created)
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


def test_a_sibling_that_was_pushed_is_no_certain_base(docker: FakeEngine) -> None:
    """Its history is the beginning of this one's, as a base's is: only what was pulled was not built here."""
    keep(docker, ("base:1", "mid:2"), pulled=("base:1",), pushed=("mid:2",))
    assert (base().name, base().how) == ("base:1", Certainty.EXACT)
    keep(docker, ("base:1", "mid:2"), pushed=("base:1", "mid:2"))
    found = attributed()
    assert found.base.name == ""
    assert ["any of mid:2, base:1:" in gap.reason for gap in found.gaps if gap.subject == "docker:app:1"] == [True]
    del docker.answers["/images/json"]
    keep(docker, ("mid:2",), pulled=("mid:2",))
    for path in [path for path in docker.answers if "mid:2" in path or path.endswith("/json")]:
        status, body = docker.answers[path]
        docker.answers[path] = status, body.replace(b'"Metadata"', b'"Older"')
    assert base().name == "", "an engine that does not tell proves nothing"


NEWER, OLDER = 1_790_000_000, 1_700_000_000
"""Than the image, in seconds."""


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ({}, True),
        ({"Created": OLDER, "Size": 10}, True),
        ({"Created": OLDER, "Size": 11}, False),
        ({"Created": NEWER, "Size": 10}, False),
        ({"Created": -62135596800, "Size": 1}, True),
        ({"Created": 1 << 60}, True),
    ],
)
@pytest.mark.parametrize("containerd", [False, True])
def test_what_the_list_rules_out_is_not_asked_for(
    docker: FakeEngine, told: dict[str, object], asked: bool, containerd: bool
) -> None:
    NAMED["app:1"] = LAYERS, SAID
    try:
        keep(docker, ("base:1", "app:1"), pulled=("base:1",), containerd=containerd, base=told, app={"Size": 10})
    finally:
        del NAMED["app:1"]
    attributed(created="2025-01-01T00:00:00.123456789Z")
    assert docker.requests[0] == "/images/json"
    assert (f"/images/sha256:{0:064x}/json" in docker.requests) is (asked or (containerd and told["Created"] == OLDER))
    assert f"/images/sha256:{1:064x}/json" not in docker.requests, "it is the image itself"
    docker.requests.clear()
    attributed()
    assert (f"/images/sha256:{0:064x}/json" in docker.requests) is (containerd or told.get("Size") != 11)


def test_a_history_of_no_time(docker: FakeEngine) -> None:
    path = f"/images/sha256:{0:064x}/history"
    status, body = docker.answers[path]
    told = [{**one, "Created": 1 << 60} for one in json.loads(body)]
    docker.answers[path] = status, json.dumps(told).encode()
    assert base().name == "mid:2"


def test_one_connection_is_enough(docker: FakeEngine) -> None:
    attributed()
    assert len(docker.requests) > 3
    assert docker.connections == 1


def test_with_a_dockerfile_the_engine_is_asked_for_no_more_than_what_from_names(docker: FakeEngine) -> None:
    assert base("FROM base:1\nRUN b\nRUN c\n").how is Certainty.ALIGNED
    assert docker.requests == []


def test_an_archive_asks_no_engine_for_what_nobody_named(docker: FakeEngine) -> None:
    assert base(source="docker-archive").name == ""
    assert docker.requests == []


def test_an_engine_that_fails_is_one_witness_less(docker: FakeEngine) -> None:
    docker.answers["/images/json"] = 500, b"{}"
    assert base().name == ""
