"""The catalogue against the distribution project's own registry: what was asked for stands in the registry's log."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e import serving
from tests.e2e.publishing import Made, Publisher, release, status, tar
from tests.e2e.running import GARBOARD, Garboard, run
from tests.e2e.serving import Registry

TOOLS = ("docker-registry", "htpasswd", "skopeo")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)), reason=f"the real registry is NOT tested: {', '.join(TOOLS)} are needed"
)
IMAGES = 40
DAY = "2026-08-03T00:00:00Z"
ROOT = Made(
    (tar({"etc/os-release": release("12", "bookworm"), "var/lib/dpkg/status": status(f"p{n}=1" for n in range(80))}),),
    {
        "created": DAY,
        "history": [{"created": DAY, "created_by": "# debian.sh --arch 'amd64' out/ 'bookworm' '@1785715200'"}],
    },
)


def python(number: int) -> Made:
    """Four images share each middle layer, all share the root."""
    said = [{"created": DAY, "created_by": text} for text in (f"RUN {number // 4}", f"RUN install {number}")]
    middle, top = tar({"usr/lib/x": str(number // 4).encode()}), tar({"usr/bin/x": os.urandom(20_000)})
    return ROOT.on_top(middle, top, created=f"2026-08-{4 + number % 20:02}T00:00:00Z", history=said)


BASES = tuple(python(number) for number in range(IMAGES))


def names(number: int) -> tuple[str, ...]:
    return tuple(f"3.{number}{rest}" for rest in ("", "-slim", ".1", ".1-slim", ".1-slim-bookworm"))


@pytest.fixture(scope="module")
def pushed(hub: Registry) -> dict[str, str]:
    """200 tags of 40 images, and their digests by tag."""
    publisher = Publisher(hub.host, "library/python", (serving.USER, serving.PASSWORD))
    found = {}
    for number in range(IMAGES):
        digest = publisher.push(BASES[number], *names(number))
        found.update(dict.fromkeys(names(number), digest))
    return found


@pytest.fixture
def garboard(hub: Registry, tmp_path: Path) -> Garboard:
    env = {"DOCKER_CONFIG": str(hub.config), "GARBOARD_CATALOGUE": str(tmp_path / "catalogue.sqlite")}
    return Garboard(tmp_path, tmp_path / "db", env)


class Asked:
    """What the registry was asked for since this was made."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._start = len(self._whole())

    def _whole(self) -> str:
        return self._registry.log.read_text(errors="replace")

    def _count(self, pattern: str) -> Counter[str]:
        return Counter(re.findall(pattern, self._whole()[self._start :]))

    @property
    def blobs(self) -> Counter[str]:
        return self._count(r'"GET /v2/\S+/blobs/(sha256:[0-9a-f]{64}) HTTP/1.1" 200')

    @property
    def manifests(self) -> Counter[str]:
        return self._count(r'"GET /v2/\S+/manifests/(\S+) HTTP/1.1" 200')

    @property
    def heads(self) -> Counter[str]:
        return self._count(r'"HEAD /v2/\S+/manifests/(\S+) HTTP/1.1" 200')


def sync(garboard: Garboard, hub: Registry, *words: str, repository: str = "python") -> str:
    mirror = ("--mirror", f"docker.io={hub.host}", "--insecure", hub.host)
    ended = garboard.run("catalog", "sync", repository, *mirror, "--platform", "linux/amd64", *words)
    assert ended.code == 0, ended.err
    return ended.out


def test_each_layer_is_read_once(garboard: Garboard, hub: Registry, pushed: dict[str, str]) -> None:
    asked = Asked(hub)
    out = sync(garboard, hub)
    assert out == "docker.io/library/python: 200 tags, 40 images read, 160 unchanged\n"
    assert set(asked.blobs.values()) == {1}
    assert len(asked.blobs) == IMAGES + IMAGES // 4 + 1 + IMAGES  # tops, middles, the root, configurations
    assert set(asked.manifests.values()) == {1}
    assert len(asked.manifests) == IMAGES
    assert set(asked.heads) == set(pushed)


def test_what_is_there_is_not_fetched_again(garboard: Garboard, hub: Registry, pushed: dict[str, str]) -> None:
    sync(garboard, hub)
    asked = Asked(hub)
    assert sync(garboard, hub, "--no-cache") == "docker.io/library/python: 200 tags, 0 images read, 200 unchanged\n"
    assert (asked.blobs, asked.manifests, len(asked.heads)) == (Counter(), Counter(), len(pushed))


def test_without_a_cache_layers_are_shared_all_the_same(
    garboard: Garboard, hub: Registry, pushed: dict[str, str]
) -> None:
    asked = Asked(hub)
    sync(garboard, hub, "--no-cache")
    assert set(asked.blobs.values()) == {1}


def test_who_is_killed_loses_nothing_that_was_read(
    garboard: Garboard, hub: Registry, pushed: dict[str, str], tmp_path: Path
) -> None:
    asked = Asked(hub)
    mirror = ("--mirror", f"docker.io={hub.host}", "--insecure", hub.host, "--platform", "linux/amd64", "--quiet")
    process = subprocess.Popen([GARBOARD, "catalog", "sync", "python", *mirror], env=garboard.environment())
    while (kept := _count(tmp_path / "catalogue.sqlite")) < 5:
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = _count(tmp_path / "catalogue.sqlite")
    assert 5 <= kept < IMAGES
    assert f"200 tags, {IMAGES - kept} images read, {200 - IMAGES + kept} unchanged" in sync(garboard, hub)
    assert _count(tmp_path / "catalogue.sqlite") == IMAGES
    # What was under way when it died: one image's configuration and its layers.
    assert sum(count - 1 for count in asked.blobs.values()) <= 4


def _count(path: Path) -> int:
    try:
        return int(
            sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True).execute("SELECT count(*) FROM image").fetchone()[0]
        )
    except sqlite3.Error:
        return 0


def test_tags_and_dates_choose(garboard: Garboard, hub: Registry, pushed: dict[str, str]) -> None:
    asked = Asked(hub)
    assert "40 tags" in sync(garboard, hub, "--tags", "*.*.1-slim", "--since", "2026-08-20")
    found = garboard.run("catalog", "list", "python", "--json").json["images"]
    assert len(found) == 8
    assert {one["created"][:10] for one in found} == {f"2026-08-{day}" for day in (20, 21, 22, 23)}
    assert len(asked.heads) == 40
    assert len(asked.blobs) == 40 + 8 + len({one["layers"][1]["diffId"] for one in found}) + 1


def test_an_index_with_attestations(garboard: Garboard, hub: Registry) -> None:
    publisher = Publisher(hub.host, "library/multi", (serving.USER, serving.PASSWORD))
    arm = Made((tar({"etc/os-release": release("12", "bookworm"), "arm": b""}),), {"created": DAY}, "arm64")
    index = publisher.push_index([(ROOT, "linux/amd64"), (arm, "linux/arm64")], "1", "latest")
    assert "2 tags, 2 images read, 2 unchanged" in sync(garboard, hub, "--platform", "all", repository="multi")
    found = garboard.run("catalog", "list", "multi", "--json").json["images"]
    assert {one["platform"] for one in found} == {"linux/amd64", "linux/arm64"}
    assert {name["indexDigest"] for one in found for name in one["names"]} == {index}


def test_a_tag_that_moves(garboard: Garboard, hub: Registry) -> None:
    publisher = Publisher(hub.host, "library/moving", (serving.USER, serving.PASSWORD))
    old = publisher.push(BASES[0], "1")
    sync(garboard, hub, repository="moving")
    new = publisher.push(BASES[1], "1")
    assert "1 images read" in sync(garboard, hub, repository="moving")
    found = {
        one["key"]: one["names"][0]["current"]
        for one in garboard.run("catalog", "list", "moving", "--json").json["images"]
    }
    assert found == {old: False, new: True}
    assert garboard.run("catalog", "prune", "--keep-current").out == "1 image removed\n"
    assert len(garboard.run("catalog", "list", "moving", "--json").json["images"]) == 1


def test_it_is_carried_to_a_machine_without_a_network(
    garboard: Garboard, hub: Registry, pushed: dict[str, str], tmp_path: Path
) -> None:
    sync(garboard, hub, "--tags", "3.?")
    garboard.run("catalog", "approve", "python:3.1*", "--reason", "ours")
    file, again = tmp_path / "bases", tmp_path / "again"
    digest = garboard.run("catalog", "export", file).out.split()[1]
    assert garboard.run("catalog", "export", again).out.split()[1] == digest
    away = Garboard(tmp_path / "away", tmp_path / "db", {"GARBOARD_CATALOGUE": str(tmp_path / "away/catalogue.sqlite")})
    assert away.run("catalog", "import", file, "--digest", "sha256:" + "0" * 64).code == 2
    ended = away.run("catalog", "import", file, "--digest", digest)
    assert ended.code == 0, ended.err
    assert "10 images" in ended.out
    assert "1 approvals left out" in ended.out
    here, there = (one.run("catalog", "list", "python", "--json").json["images"] for one in (garboard, away))
    assert {(mine.pop("source"), theirs.pop("source")) for mine, theirs in zip(here, there, strict=True)} == {
        ("registry", "bundle")
    }
    assert here == there
    app = archive(tmp_path, hub)
    report = away.run("scan", "--json", "--quiet", "--offline", app).json
    assert report["attribution"]["baseImage"] == "python:3.7"
    assert [step["name"] for step in report["lineage"]][1:] == ["python:3.7", "debuerreotype"]
    assert report["lineage"][-1]["created"] == "2026-08-03"


def archive(folder: Path, hub: Registry) -> Path:
    """An image on python:3.7, as an OCI archive without any name."""
    app = BASES[7].on_top(tar({"app": b""}), history=[{"created": DAY, "created_by": "COPY app / # buildkit"}])
    Publisher(hub.host, "team/app", (serving.USER, serving.PASSWORD)).push(app, "1")
    login = ("--src-creds", f"{serving.USER}:{serving.PASSWORD}", "--src-tls-verify=false")
    source = f"docker://{hub.host}/team/app:1"
    run("skopeo", "--insecure-policy", "copy", "--quiet", *login, source, f"oci-archive:{folder}/app.tar:x")
    return folder / "app.tar"


def test_no_connection_is_opened(garboard: Garboard, hub: Registry, pushed: dict[str, str]) -> None:
    asked = Asked(hub)
    ended = garboard.run("catalog", "sync", "python", "--mirror", f"docker.io={hub.host}", "--offline")
    assert ended.code == 2
    assert "offline" in ended.err
    assert (asked.heads, asked.manifests, asked.blobs) == (Counter(), Counter(), Counter())
