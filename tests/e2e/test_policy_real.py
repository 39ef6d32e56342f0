"""An image built in three stages: each with its gate, compared with each other; and what-if comes true when it is built.

A Ruby application: development has SQLite beside it, the test stage its test tools, production what runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import building
from tests.e2e.building import Docker
from tests.e2e.running import Garboard, run

APT = "apt-get update -qq && apt-get install -y -qq --no-install-recommends"
CLEAN = "rm -rf /var/lib/apt/lists/*"
FOUNDATION = """\
FROM {base}
ENV DEBIAN_FRONTEND=noninteractive
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN apt-get purge -y -qq libsqlite3-0 && apt-get autoremove -y -qq --purge
RUN dpkg -i /debs/story-lib_1.0_all.deb
"""
"""Of the Debian root only what a base without Python and SQLite has, and a library that will be raised."""
DOCKERFILE = f"""\
FROM {{base}} AS common
RUN {APT} ruby ruby-rack && {CLEAN}
RUN dpkg -i /debs/story-tool_1.0_all.deb

FROM common AS development
RUN {APT} libsqlite3-dev && {CLEAN}

FROM common AS test
RUN {APT} ruby-minitest && {CLEAN}

FROM common AS production
COPY app.rb /srv/app.rb
CMD ["ruby", "/srv/app.rb"]
"""
RUBY, TOOL, SQLITE = 2, 3, 6
"""Lines of the Dockerfile."""
POLICY = """\
[stages.development]
targets = ["development"]
fail = [{severity = "high"}, {unjudged = ["rpm"]}]

[stages.test]
targets = ["test"]
fail = [{severity = "high"}, {unjudged = ["rpm"]}]

[stages.production]
targets = ["production"]
fail = [{severity = "high", fixable = true}, {kev = true}, {severity = "high"}, {unjudged = ["rpm"]}]

[[ignore]]
brought-by = "libsqlite3-dev"
reason = "production has PostgreSQL"
stages = ["development"]
"""
STAGES = ("development", "test", "production")


@dataclass(frozen=True)
class Story:
    """The stages' images by name, and the folder with the Dockerfile, the policy and the mirrors."""

    docker: Docker
    folder: Path
    base: str
    images: Mapping[str, str]

    def garboard(self, mirror: str = "mirror") -> Garboard:
        """The command with the data of one mirror."""
        home = self.folder / "home"
        env = {**self.docker.env, "GARBOARD_FEEDS": str(self.folder / mirror)}
        return Garboard(home=home, database=home / f"db-{mirror}", env=env)

    def words(self, stage: str) -> tuple[str, ...]:
        """An image with its Dockerfile, stage and policy."""
        folder = self.folder
        return (
            f"docker:{self.images[stage]}",
            *("-f", str(folder / "Dockerfile"), "--target", stage, "--policy", str(folder / "garboard.toml"), "--offline"),
        )  # fmt: skip

    def built(self, name: str, dockerfile: str, stage: str) -> str:
        """Another image of a changed Dockerfile."""
        tag = building.own_tag(f"story-{name}")
        _build(self.docker, self.folder, dockerfile, tag, stage)
        return tag


def _build(docker: Docker, folder: Path, dockerfile: str, tag: str, stage: str = "") -> None:
    target = ("--target", stage) if stage else ()
    docker("build", "-q", "--network", "host", *target, "-t", tag, "-f", "-", folder, stdin=dockerfile.encode())


def _deb(folder: Path, name: str, version: str, *control: str) -> None:
    tree = folder.parent / f"{folder.name}-{name}-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    fields = ("Architecture: all", "Maintainer: Nobody <nobody@example.org>", "Description: of the tests", *control)
    (tree / "DEBIAN/control").write_text("\n".join((f"Package: {name}", f"Version: {version}", *fields, "")))
    run("dpkg-deb", "--root-owner-group", "--build", tree, folder / f"{name}_{version}_all.deb")


def _issue(severity: str, fixed: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"status": "resolved" if fixed else "open", "urgency": severity, "repositories": {}}
    return {
        "description": "Of the tests",
        "releases": {"bookworm": found | ({"fixed_version": fixed} if fixed else {})},
    }


def _mirror(folder: Path, **more: dict[str, Any]) -> None:
    issues = {
        "sqlite3": {"CVE-2024-99001": _issue("high")},
        "ruby-rack": {"CVE-2024-99002": _issue("medium")},
        "ruby-minitest": {"CVE-2024-99003": _issue("high")},
        "story-lib": {"CVE-2024-99004": _issue("medium", "1.1")},
        **more,
    }

    path = folder / "debian-tracker/tracker/data/json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(issues))
    other = {"cveID": "CVE-2024-99999", "dateAdded": "2026-01-01", "knownRansomwareCampaignUse": "Unknown"}
    kev = folder / "kev/known_exploited_vulnerabilities.json"
    kev.parent.mkdir()
    kev.write_text(json.dumps({"catalogVersion": "1", "count": 1, "vulnerabilities": [other]}))


@pytest.fixture(scope="module")
def story(docker: Docker, base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story")
    (folder / "ca-certificates.crt").write_bytes(building.CERTIFICATES.read_bytes())
    (folder / "app.rb").write_text('require "rack"\n')
    debs = folder / "debs"
    debs.mkdir()
    for version in ("1.0", "1.1"):
        _deb(debs, "story-lib", version)
    _deb(debs, "story-tool", "1.0", "Depends: story-lib")
    foundation = building.own_tag("story-base")
    _build(docker, folder, FOUNDATION.format(base=base).replace("RUN dpkg", "COPY debs /debs\nRUN dpkg"), foundation)
    text = DOCKERFILE.format(base=foundation)
    (folder / "Dockerfile").write_text(text)
    (folder / "garboard.toml").write_text(POLICY)
    images = {stage: building.own_tag(f"story-{stage}") for stage in STAGES}
    for stage, tag in images.items():
        _build(docker, folder, text, tag, stage)
    _mirror(folder / "mirror")
    _mirror(folder / "later", **{"ruby3.1": {"CVE-2024-99009": _issue("high")}})
    made = Story(docker=docker, folder=folder, base=foundation, images=images)
    for mirror in ("mirror", "later"):
        ended = made.garboard(mirror).run("db", "update", "--from", folder / mirror, "debian", "kev")
        assert ended.code == 0, ended.err
    yield made
    for name in (f"story-{each}" for each in ("base", "base2", "changed", *STAGES)):
        docker("image", "rm", "--force", building.own_tag(name))


def _ids(report: Any) -> set[str]:
    return {one["id"] for one in report["vulnerabilities"]}


def test_each_stage_has_its_gate(story: Story) -> None:
    garboard = story.garboard()
    ended = garboard.run("scan", *story.words("development"))
    assert ended.code == 0, ended.out
    assert "production has PostgreSQL" in ended.out
    strict = garboard.run("scan", *story.words("development"), "--stage-policy", "test", "--json")
    assert strict.code == 1
    assert "CVE-2024-99001" in _ids(strict.json)
    assert garboard.run("scan", *story.words("test")).code == 1
    shipped = garboard.run("scan", *story.words("production"), "--json")
    assert shipped.code == 0, shipped.out
    assert _ids(shipped.json) == {"CVE-2024-99002", "CVE-2024-99004"}


def test_what_sqlite_brings_in_is_ignored_and_nothing_else(story: Story) -> None:
    report = story.garboard().run("scan", *story.words("development"), "--json").json
    assert {one["id"] for one in report["suppressed"]} == {"CVE-2024-99001"}
    assert {one["purl"].partition("@")[0].rpartition("/")[2] for one in report["suppressed"]} == {
        "libsqlite3-0",
        "libsqlite3-dev",
    }
    assert _ids(report) == {"CVE-2024-99002", "CVE-2024-99004"}


def test_the_stages_are_compared(story: Story) -> None:
    words = [word for stage in STAGES for word in ("--stage", f"{stage}=docker:{story.images[stage]}")]
    ended = story.garboard().run(
        *("compare", "-f", story.folder / "Dockerfile", "--no-policy", "--offline", "--json", *words),
        *("--from-stage", "development", "--to-stage", "test"),
    )
    fates = {one["id"]: one["fate"] for one in ended.json["issues"]}
    assert fates["CVE-2024-99001"] == "gone"
    assert fates["CVE-2024-99003"] == "new"
    assert fates["CVE-2024-99002"] == "same"
    (gone,) = [one for one in ended.json["issues"] if one["fate"] == "gone"]
    assert "libsqlite3" in gone["why"]
    assert f"Dockerfile:{SQLITE}" in gone["why"]


def test_a_late_finding_blocks_production(story: Story) -> None:
    released = story.folder / "released.json"
    story.garboard().run("scan", *story.words("production"), "--json", "-o", released)
    again = story.garboard().run("scan", *story.words("production"), "--baseline", released)
    assert again.code == 0, again.out
    later = story.garboard("later").run("scan", *story.words("production"), "--baseline", released)
    assert later.code == 1, later.out
    assert "CVE-2024-99009" in later.out


def _truth(docker: Docker, image: str) -> set[tuple[str, str]]:
    listed = docker("run", "--rm", image, "dpkg-query", "-W", "-f", "${Package} ${Version} ${db:Status-Status}\\n")
    rows = (line.split() for line in listed.splitlines())
    return {(name, version) for name, version, status in rows if status == "installed"}


@pytest.mark.parametrize(
    ("words", "stage", "old", "new"),
    [
        (("--drop", "libsqlite3-dev"), "development", " libsqlite3-dev ", " "),
        (("--drop", "ruby-rack"), "production", " ruby-rack ", " "),
        (("--line", f"{SQLITE}=off"), "development", f"RUN {APT} libsqlite3-dev && {CLEAN}\n", ""),
        (("--line", f"{TOOL}=off"), "production", "RUN dpkg -i /debs/story-tool_1.0_all.deb\n", ""),
        (("--raise", "story-lib"), "production", "story-tool_1.0_all.deb", "story-tool_1.0_all.deb /debs/story-lib_1.1_all.deb"),
        (("--raise", "story-lib", "--drop", "ruby-rack"), "production", f"ruby-rack && {CLEAN}\n", f"&& {CLEAN} && dpkg -i /debs/story-lib_1.1_all.deb\n"),
    ],
    ids=["drop what development has", "drop what runs", "line", "line of a local package", "raise", "two changes"],
)  # fmt: skip
def test_what_if_is_what_a_build_is(story: Story, words: Sequence[str], stage: str, old: str, new: str) -> None:
    garboard = story.garboard()
    where = ("--offline", "--no-policy")
    text = (story.folder / "Dockerfile").read_text()
    assert old in text
    image = story.built("changed", text.replace(old, new), stage)
    foreseen = garboard.run("what-if", *story.words(stage)[:-3], *where, *words, "--json").json
    compared = garboard.run("compare", story.words(stage)[0], f"docker:{image}", *where, "--json").json

    def changes(document: Any) -> set[tuple[str, str, str]]:
        return {(one["id"], one["package"], one["fate"]) for one in document["issues"]}

    def packages(document: Any) -> set[tuple[str, tuple[str, ...], tuple[str, ...]]]:
        return {(one["name"], tuple(one["before"]), tuple(one["after"])) for one in document["packages"]}

    assert changes(foreseen) == changes(compared)
    debs = {name.rpartition("/")[2] for name, _, _ in packages(foreseen) if name != "rack"}  # a gem of ruby-rack
    assert packages(foreseen) == packages(compared)
    was, now = _truth(story.docker, story.images[stage]), _truth(story.docker, image)
    assert debs == {name for name, _ in was ^ now}


def test_an_essential_package_is_not_dropped(story: Story) -> None:
    ended = story.garboard().run("what-if", *story.words("production"), "--drop", "dpkg")
    assert ended.code == 2
    assert "it is essential" in ended.err


def test_on_another_base_it_is_what_a_build_is(story: Story) -> None:
    """And on its own base it is the image itself."""
    garboard = story.garboard()
    where = ("--offline", "--no-policy", "--json")
    words = story.words("production")[:-3]
    same = garboard.run("what-if", *words, *where, "--rebase", f"docker:{story.base}").json
    assert {one["fate"] for one in same["issues"]} == {"same"}
    assert same["packages"] == []
    newer = story.built("base2", f"FROM {story.base}\nRUN dpkg -i /debs/story-lib_1.1_all.deb\n", "")
    text = (story.folder / "Dockerfile").read_text().replace(story.base, newer)
    image = story.built("changed", text, "production")
    foreseen = garboard.run("what-if", *words, *where, "--rebase", f"docker:{newer}").json
    compared = garboard.run("compare", story.words("production")[0], f"docker:{image}", *where).json
    assert foreseen["packages"] == compared["packages"]
    assert [(one["id"], one["fate"]) for one in foreseen["issues"]] == [
        (one["id"], one["fate"]) for one in compared["issues"]
    ]
    assert ("CVE-2024-99004", "gone") in [(one["id"], one["fate"]) for one in foreseen["issues"]]
