"""VEX documents beside an image in a real registry: attached by one command, read back by another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import publishing
from tests.e2e.publishing import Made, Publisher
from tests.e2e.running import Ended, Garboard, run
from tests.e2e.serving import PASSWORD, USER, Registry

TRACKER = {
    "curl": {"CVE-2024-1000": {"releases": {"bookworm": {"status": "open"}}}},
    "zlib": {"CVE-2024-2000": {"releases": {"bookworm": {"status": "open"}}}},
}
POLICY = """
[[ignore]]
id = "CVE-2024-1000"
reason = "no URL comes from outside"
justification = "vulnerable_code_cannot_be_controlled_by_adversary"

[[ignore]]
id = "CVE-2024-2000"
reason = "until the next release"
until = 2999-01-31
"""
TRUSTING = '[vex]\ntrust = ["Example Ltd"]\n'


def made(*packages: str) -> Made:
    files = {"etc/os-release": publishing.release("12", "bookworm"), "var/lib/dpkg/status": publishing.status(packages)}
    return Made(layers=(publishing.tar(files),))


class World:
    """A repository with an image, and a machine that scans it."""

    def __init__(self, folder: Path, hub: Registry) -> None:
        self.folder, self.hub = folder, hub
        self.name = f"team/{folder.name.replace('_', '-')}"
        self.repository = Publisher(hub.host, self.name, (USER, PASSWORD))
        mirror = folder / "mirror/debian-tracker/tracker/data/json"
        mirror.parent.mkdir(parents=True)
        mirror.write_text(json.dumps(TRACKER))
        self.policy = folder / "garboard.toml"
        self.policy.write_text(POLICY)
        self.run("db", "update", "--offline", "--from", folder / "mirror", "--accept-shrink", "debian")

    def run(self, *words: str | Path) -> Ended:
        env = {"DOCKER_CONFIG": str(self.hub.config), "SOURCE_DATE_EPOCH": "1800000000"}
        return Garboard(self.folder / "home", self.folder / "db").run(*words, env=env)

    def image(self, tag: str) -> str:
        return f"registry:{self.hub.host}/{self.name}:{tag}"

    def attach(self, tag: str, *words: str) -> Ended:
        return self.run(
            "vex", self.image(tag), "--attach", "--author", "Example Ltd", "--insecure", self.hub.host,
            "--policy", self.policy, *words,
        )  # fmt: skip

    def scan(self, tag: str, policy: str = "") -> Any:
        file = self.folder / "scan.toml"
        file.write_text(policy)
        ended = self.run("scan", self.image(tag), "--json", "--insecure", self.hub.host, "--policy", file)
        assert ended.code in {0, 1, 3}, ended.err
        return ended.json

    def listed(self, digest: str) -> list[str]:
        data = self.hub.ask("GET", f"/v2/{self.name}/manifests/{digest.replace(':', '-')}")
        return [one["digest"] for one in json.loads(data)["manifests"]]


@pytest.fixture
def world(tmp_path: Path, hub: Registry) -> World:
    return World(tmp_path, hub)


def closed(report: Any) -> list[tuple[str, str, str]]:
    return sorted((one["id"], one["decision"], one["owner"]) for one in report["suppressed"])


def test_what_is_attached_is_read_back_and_closes_the_same(world: World) -> None:
    digest = world.repository.push(made("curl=7.88.1-10", "zlib=1.2"), "1")
    assert world.scan("1")["vex"] == []
    ended = world.attach("1")
    assert ended.code == 0, ended.err
    assert f"is attached to {digest}, unsigned" in ended.err
    shown = world.scan("1")
    assert closed(shown) == []
    (one,) = shown["vex"]
    assert (one["author"], one["statements"], one["trusted"], one["signature"]) == (
        "Example Ltd",
        2,
        False,
        "not checked",
    )
    trusted = world.scan("1", TRUSTING)
    assert closed(trusted) == [("CVE-2024-1000", "not_affected", "Example Ltd")]
    assert trusted["suppressed"][0]["place"] == f"an attestation (referrers) on {digest} (signature not checked)"
    assert [one["id"] for one in trusted["vulnerabilities"]] == ["CVE-2024-2000"]


def test_the_same_document_again_changes_nothing_and_what_others_attached_stays(world: World) -> None:
    digest = world.repository.push(made("curl=7.88.1-10"), "1")
    assert world.attach("1").code == 0
    first = world.listed(digest)
    assert world.attach("1").code == 0
    assert world.listed(digest) == first
    world.policy.write_text(POLICY.replace("no URL comes", "no address comes"))
    assert world.attach("1").code == 0
    assert world.listed(digest)[:1] == first
    assert len(world.listed(digest)) == 2


def test_it_is_about_that_image_alone(world: World) -> None:
    world.repository.push(made("curl=7.88.1-10"), "1")
    world.repository.push(made("curl=7.88.1-10", "zlib=1.2"), "2")
    assert world.attach("1").code == 0
    assert closed(world.scan("2", TRUSTING)) == []
    document = world.folder / "out.json"
    assert world.attach("1", "-o", str(document)).code == 0
    file = f'vex = ["{document}"]\n'
    assert closed(world.scan("2", file)) == []
    assert closed(world.scan("1", file)) == [("CVE-2024-1000", "not_affected", "Example Ltd")]


def test_of_an_index_each_platform_has_its_own(world: World) -> None:
    own = made("curl=7.88.1-10")
    world.repository.push_index(
        [(own, "linux/amd64"), (Made(layers=own.layers, architecture="s390x"), "linux/s390x")], "many"
    )
    ended = world.attach("many", "--platform", "linux/amd64")
    assert ended.code == 0, ended.err
    assert closed(world.scan("many", TRUSTING)) == [("CVE-2024-1000", "not_affected", "Example Ltd")]


def test_a_signed_one_is_applied_by_its_key_whoever_its_author_says_to_be(world: World, tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", tmp_path / name)
        run("openssl", "pkey", "-in", tmp_path / name, "-pubout", "-out", tmp_path / f"{name}.pub")
    world.repository.push(made("curl=7.88.1-10", "zlib=1.2"), "1")
    ended = world.attach("1", "--sign-key", str(tmp_path / "ours"))
    assert ended.code == 0, ended.err
    assert ended.err.rstrip().endswith(", signed")
    assert closed(world.scan("1", '[vex]\nkeys = ["theirs.pub"]\n')) == []
    report = world.scan("1", '[vex]\nkeys = ["ours.pub", "theirs.pub"]\n')
    assert closed(report) == [("CVE-2024-1000", "not_affected", "Example Ltd")]
    assert [(one["trusted"], one["signature"]) for one in report["vex"]] == [(True, "by ours.pub")]


def test_what_lies_in_no_registry_is_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "root/var/lib/dpkg").mkdir(parents=True)
    ended = world.run("vex", f"dir:{tmp_path / 'root'}", "--attach")
    assert ended.code == 2
    assert "was not read from a registry" in ended.err
    assert world.run("vex", world.image("1"), "--attach", "--offline").code == 2
    assert world.run("vex", world.image("1"), "--attach", "--format", "cyclonedx").code == 2
