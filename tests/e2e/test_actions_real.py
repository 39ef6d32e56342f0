"""The list of actions against the real package manager, and each action done: what is promised is what comes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from garboard.actions.autoremove import Removal
from garboard.image.options import Options
from tests.e2e.building import Docker, build, sources
from tests.e2e.running import Garboard

TAG = "localhost/garboard-actions"
TEXT = """\
ARG BASE
FROM ${BASE}
RUN apt-get update && apt-get install -y git less nginx-light %s && rm -rf /var/lib/apt/lists/*
RUN apt-get update && apt-get install -y --no-install-recommends build-essential \\
    python3-venv mailutils && rm -rf /var/lib/apt/lists/*
"""
SIMULATE = (
    "for name in $(apt-mark showmanual) $(apt-mark showauto | sed -n 'n;n;n;p'); do echo \"== $name\"; "
    "apt-get -s autoremove --purge -y $name 2>/dev/null | grep -E '^(Purg|Remv|Inst)' || true; done"
)


@dataclass(frozen=True)
class Built:
    base: str
    image: str
    dockerfile: Path


@pytest.fixture(scope="module")
def made(docker: Docker, base: str, context: Path, work: Path) -> Built:
    dockerfile = work / "actions.Dockerfile"
    dockerfile.write_text(TEXT % "vim")
    return Built(base, build(docker, context, dockerfile.read_text(), base, f"{TAG}:1"), dockerfile)


@pytest.fixture(scope="module")
def unfixed(docker: Docker, made: Built, work: Path) -> Garboard:
    """A database in which every source package has one issue without a fix, and some have one that is fixed."""
    tracker: dict[str, Any] = {}
    for number, (source, version) in enumerate(sorted(set(sources(docker, made.image).values()))):
        found = tracker.setdefault(source, {})
        found[f"CVE-2026-{number + 1000}"] = _release("open")
        if number % 5 == 0:
            found[f"CVE-2026-{number + 5000}"] = _release("resolved", f"{version}+later1")
    mirror = work / "actions-mirror"
    document = mirror / "debian-tracker/tracker/data/json"
    document.parent.mkdir(parents=True)
    document.write_text(json.dumps(tracker))
    garboard = Garboard(work / "actions-home", work / "actions-db")
    ended = garboard.run("db", "update", "--from", mirror, "debian")
    assert ended.code == 0, ended.err
    return garboard


def _release(status: str, fixed: str = "") -> dict[str, Any]:
    release = {"status": status, "urgency": "not yet assigned", "repositories": {}}
    return {"releases": {"bookworm": release | ({"fixed_version": fixed} if fixed else {})}}


def _simulated(docker: Docker, image: str) -> dict[str, set[str]]:
    """For each package that was asked for, and a fourth of the others, what apt would do: names to remove, and those to install with a plus."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in docker("run", "--rm", "--network", "none", image, "sh", "-c", SIMULATE).splitlines():
        if line.startswith("== "):
            name = line[3:].partition(":")[0]
            found[name] = set()
        elif line:
            verb, package, *_ = line.split()
            found[name].add(("+" if verb == "Inst" else "") + package.partition(":")[0])
    return found


def test_what_goes_with_a_package_is_what_apt_removes(docker: Docker, made: Built, garboard: Garboard) -> None:
    _, inventory = garboard.inventory(f"docker:{made.image}", Options(), env={"DOCKER_HOST": docker.host})
    removal = Removal(inventory)
    by_name = {one.name: one for one in inventory.packages if one.type == "deb"}
    truth = _simulated(docker, made.image)
    compared = 0
    for name, removed in truth.items():
        gone = removal.without([by_name[name].id])
        if gone is None or any(one.startswith("+") for one in removed):
            continue  # an essential package, or one that apt would put another in the place of: no advice either way
        assert {unquote(one.split("/")[2].partition("@")[0]) for one in gone} == removed, name
        compared += 1
    assert compared > 20
    assert {"git", "vim", "nginx-light", "mailutils", "build-essential"} <= truth.keys()


def _actions(garboard: Garboard, docker: Docker, made: Built, image: str, dockerfile: Path) -> Any:
    ended = garboard.run(
        "actions", f"docker:{image}", "-f", dockerfile, "--build-arg", f"BASE={made.base}", "--base", f"docker:{made.base}",
        "--offline", "--json", env={"DOCKER_HOST": docker.host},
    )  # fmt: skip
    assert ended.code == 1, ended.err
    return ended.json


def test_a_package_that_was_dropped_takes_with_it_what_was_promised(
    docker: Docker, made: Built, unfixed: Garboard, context: Path, work: Path
) -> None:
    found = _actions(unfixed, docker, made, made.image, made.dockerfile)
    drops = [one for one in found["actions"] if one["kind"] == "drop"]
    drop = next(one for one in drops if one["text"].startswith("Drop vim "))
    assert drop["dockerfileLine"] == 3
    without = work / "actions-without.Dockerfile"
    without.write_text(TEXT % "")
    after = _actions(unfixed, docker, made, build(docker, context, without.read_text(), made.base, f"{TAG}:2"), without)
    assert after["issues"] <= found["issues"] - drop["cleared"]
    promised = {(one["id"], one["source"]) for one in drop["clears"]}
    remaining = {(issue["id"], issue["source"]) for part in after["actions"] for issue in part["clears"]}
    remaining |= {(issue["id"], issue["source"]) for part in after["remains"] for issue in part["issues"]}
    assert promised
    assert not promised & remaining


def test_the_figures_add_up_and_the_report_ends_with_them(docker: Docker, made: Built, unfixed: Garboard) -> None:
    found = _actions(unfixed, docker, made, made.image, made.dockerfile)
    cleared = sum(one["cleared"] for one in found["actions"])
    assert cleared + found["remaining"] == found["issues"]
    kinds = {one["kind"] for one in found["actions"]}
    assert {"rebuild", "upgrade", "drop"} <= kinds
    ended = unfixed.run("scan", f"docker:{made.image}", "--offline", env={"DOCKER_HOST": docker.host})
    assert f"\nWhat to do about all {found['issues']} issues:\n" in ended.out
    report = unfixed.scan(f"docker:{made.image}", "--offline", env={"DOCKER_HOST": docker.host})
    assert report["actions"]["issues"] == found["issues"]
