"""``docker scan`` as its guide walks through it: the real docker command, the plugin, a base image and what is built on it."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import attribution_builds as builds
from tests.e2e import building
from tests.e2e.attribution_builds import Builder
from tests.e2e.building import Docker
from tests.e2e.conftest import Engines
from tests.e2e.running import Garboard

SHARDS = ("debian", "osv:PyPI", "osv:npm", "nvd:2024", "kev", "epss")
HELLO = "FROM ruby:2.5.1\nCOPY app/main.js /hello\n"
BLOG = """\
FROM ruby:2.5.1

RUN apt-get update && \\
    apt-get install -y git vim && \\
    rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY app/package.json .
COPY app .
CMD ["ruby", "blog.rb"]
"""
RUN = "RUN apt-get update && apt-get install -y git vim && rm -rf /var/lib/apt/lists/*"
RECIPE = """[.vulnerabilities[]
  | select(.nearestFixedInVersion)
  | select(.severity == "high")
  | { packageName, dockerfileInstruction, title, severity, version, nearestFixedInVersion }]"""


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """A user's shell in the folder of the Dockerfiles."""

    folder: Path
    env: Mapping[str, str]

    def __call__(self, command: str) -> Ended:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=dict(self.env),
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def shell(work: Path, docker: Docker, base: str, engines: Engines) -> Shell:
    """Images hello and blog upon ruby:2.5.1, and the plugin among docker's own."""
    context = builds.write_context(work / "walk")
    builder = Builder(docker, context)
    builder.build(builds.BASE.replace("{root}", base), "ruby:2.5.1")
    folder = work / "walk-here"
    (folder / "first").mkdir(parents=True)
    (folder / "first/Dockerfile").write_text(HELLO)
    (folder / "Dockerfile").write_text(BLOG)
    builder.build(HELLO, "hello")
    builder.build(BLOG, "blog")

    sources = {source for source, _ in building.sources(docker, "blog").values()}
    mirror = work / "walk-mirror"
    builds.write_mirror(mirror, sources, [("PyPI", "nobody-has-this"), *(("npm", name) for name, _ in builds.MODULES)])
    home = work / "walk-home"
    home.mkdir()
    garboard = Garboard(home, work / "walk-db", docker.env)
    ended = garboard.run("db", "update", "--offline", "--from", mirror, *SHARDS)
    assert ended.code == 0, ended.err
    ended = garboard.run("docker-plugin", "install", "--dir", docker.config / "cli-plugins")
    assert ended.code == 0, ended.err
    assert str(docker.config / "cli-plugins" / "docker-scan") in ended.out
    return Shell(folder, garboard.environment())


def test_docker_knows_the_command(shell: Shell) -> None:
    ended = shell("docker scan --help")
    assert ended.code == 0
    assert ended.out.startswith("Usage:  docker scan [OPTIONS] IMAGE\n\nA tool to scan your images\n")
    assert "scan*" in shell("docker --help").out
    ended = shell("docker scan --version")
    assert (ended.code, ended.out.split()[0]) == (0, "Version:")


def test_hello(shell: Shell) -> None:
    """An image that is only its base: every issue is the base image's, and without those there is none."""
    ended = shell("docker scan hello -f first/Dockerfile")
    assert ended.code == 1, ended
    assert "Testing hello..." in ended.out
    assert "Introduced by your base image (ruby:2.5.1)" in ended.out
    assert "Introduced in your Dockerfile" not in ended.out
    assert "Base image:        ruby:2.5.1" in ended.out
    assert "Project name:      docker-image|hello" in ended.out
    assert row(ended.out, "Your Dockerfile") == 0
    assert row(ended.out, "Base image") == found(ended.out)
    alone = shell("docker scan hello -f first/Dockerfile --exclude-base")
    assert alone.code == 0, alone
    assert dependencies(alone.out) == dependencies(ended.out)
    assert "no vulnerable paths found" in alone.out


def test_blog(shell: Shell) -> None:
    ended = shell("docker scan blog -f Dockerfile")
    assert ended.code == 1, ended
    assert "Introduced by your base image (ruby:2.5.1)" in ended.out
    assert f"Introduced in your Dockerfile by `{RUN}` (Dockerfile:3)" in ended.out
    assert "Introduced in your Dockerfile by `COPY app .` (Dockerfile:9)" in ended.out
    assert "Target file:       Dockerfile" in ended.out
    base, ours = row(ended.out, "Base image"), row(ended.out, "Your Dockerfile")
    # Sources git, vim and curl9, of two npm packages each its own; whatever needs the base's own is not here.
    assert (base + ours, ours) == (found(ended.out), 5)
    only = shell("docker scan blog -f Dockerfile --exclude-base")
    assert only.code == 1, only
    assert "Introduced by your base image" not in only.out
    assert f"Introduced in your Dockerfile by `{RUN}`" in only.out
    assert (found(only.out), dependencies(only.out)) == (5, dependencies(ended.out))
    assert dependencies(only.out) > 130
    hello = dependencies(shell("docker scan hello -f first/Dockerfile").out)
    # git, git-man, libcurl9, vim, vim-runtime; left and right.
    assert dependencies(only.out) == hello + 7


def test_the_recipe(shell: Shell) -> None:
    command = f"docker scan blog -f Dockerfile --exclude-base --json | jq {shlex.quote(RECIPE)}"
    ended = shell(command)
    assert ended.code == 1, ended.err  # the scan's: there are issues
    entries: list[dict[str, Any]] = json.loads(ended.out)
    assert {tuple(entry) for entry in entries} == {
        ("packageName", "dockerfileInstruction", "title", "severity", "version", "nearestFixedInVersion")
    }
    told = {(entry["packageName"], entry["dockerfileInstruction"], entry["version"]) for entry in entries}
    asked = "apt-get install -y git vim"
    assert told == {
        ("git", asked, "1:2.0-1"),
        ("curl9", asked, "7.0-1"),
        ("vim", asked, "2:9.0"),
        ("left", "COPY app .", "1.0.0"),
        ("right", "COPY app .", "2.0.0"),
    }
    assert {entry["severity"] for entry in entries} == {"high"}
    assert all(entry["title"].startswith("Of the tests, in ") for entry in entries)
    assert {entry["nearestFixedInVersion"] for entry in entries} == {"99:9", "999.0.0"}


def test_everything_is_in_the_json(shell: Shell) -> None:
    """The walk-through's fields: whose each issue is, by one field or the other."""
    report = json.loads(shell("docker scan blog -f Dockerfile --json").out)
    assert report["docker"]["baseImage"] == "ruby:2.5.1"
    for entry in report["vulnerabilities"]:
        assert bool(entry["dockerfileInstruction"]) != (entry["dockerBaseImage"] == "ruby:2.5.1"), entry
    assert report["attribution"]["how"] == "exact"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("blog --exclude-base", "--file flag is mandatory to use --exclude-base flag"),
        ("blog --group-issues", "--json flag is mandatory to use --group-issues flag"),
        ("blog --severity awful", "--severity takes only 'low', 'medium' or 'high' values"),
        ("", '"docker scan" requires exactly 1 argument'),
        ("blog -f missing.Dockerfile", "missing.Dockerfile"),
        ("localhost:9/never-built:1", "localhost:9"),
    ],
)
def test_failures(words: str, said: str, shell: Shell) -> None:
    ended = shell(f"docker scan {words}")
    assert ended.code == 2, ended
    assert said in ended.err


def test_other_options(shell: Shell) -> None:
    assert shell("docker scan --accept-license").code == 0
    assert shell("docker scan --severity high -f Dockerfile blog --exclude-base").code == 1
    grouped = json.loads(shell("docker scan --json --group-issues blog -f Dockerfile --exclude-base").out)
    assert len(grouped["vulnerabilities"]) == grouped["uniqueCount"] == 5
    tree = shell("docker scan blog --dependency-tree -f Dockerfile --exclude-base").out
    assert "git @ 1:2.0-1" in tree


def test_a_folder_of_the_same_name(shell: Shell) -> None:
    """What docker scans is an image, even where its folder is called the same."""
    (shell.folder / "hello").mkdir()
    try:
        ended = shell("docker scan hello -f first/Dockerfile")
    finally:
        (shell.folder / "hello").rmdir()
    assert ended.code == 1, ended


def row(text: str, label: str) -> int:
    """The number of issues in a row of the summary."""
    (line,) = (line for line in text.splitlines() if line.startswith(f"{label} ") and "issue" in line)
    return int(line.removeprefix(label).split()[0])


def found(text: str) -> int:
    (line,) = (line for line in text.splitlines() if line.startswith("Tested "))
    return int(line.rpartition("found ")[2].split()[0])


def dependencies(text: str) -> int:
    (line,) = (line for line in text.splitlines() if line.lstrip("✔ ").startswith("Tested "))
    return int(line.partition("Tested ")[2].split()[0])
