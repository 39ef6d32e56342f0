"""A recommendation is a promise: what it says that an image would have upon another base is what a real build upon it has.

Bases are built with apt from Debian's archive and from one of our own, which stands still. The feed that is written for the
test has an issue for every source package, so that equal findings mean equal packages at equal versions.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from packageurl import PackageURL

from tests.e2e import building
from tests.e2e.building import Docker
from tests.e2e.running import Ended, Garboard, run
from tests.e2e.serving import Registry

SOURCES = "deb [trusted=yes] file:/srv/repo ./\n"
QUIET = "-o Dpkg::Use-Pty=0 -qq -y"
UPDATE = "apt-get update -qq && apt-get install"

BASES = {
    # the tags name the last one that has them
    "old": ("FROM {root}", "COPY repo-then /srv/repo", f"RUN {UPDATE} {QUIET} e2e-runtime=3.11.1 e2e-lib"),
    "slim": ("FROM {root}", "COPY repo /srv/repo", f"RUN {UPDATE} {QUIET} e2e-runtime=3.11.1 e2e-lib"),
    "patch": ("FROM {root}", "COPY repo /srv/repo", f"RUN {UPDATE} {QUIET} e2e-runtime=3.11.2 e2e-lib"),
    "bare": ("FROM {root}",),
    "full": ("FROM {slim}", f"RUN {UPDATE} {QUIET} curl patch e2e-extra e2e-more"),
}
TAGS = {
    "old": ("3.11.1-slim-bookworm", "3.11-slim-bookworm"),
    "slim": ("3.11.1-slim-bookworm",),
    "patch": ("3.11.2-slim-bookworm", "3.11-slim-bookworm"),
    "bare": ("3.11.1-bare-bookworm",),
    "full": ("3.11.1-bookworm", "3.11-bookworm"),
}


@dataclass(frozen=True)
class Case:
    """An image upon one base, and the base that it is moved to."""

    name: str
    start: str
    end: str
    lines: tuple[str, ...]


GIT = f"RUN {UPDATE} {QUIET} git e2e-hello"
HELLO = f"RUN {UPDATE} {QUIET} e2e-hello"
CASES = (
    Case("full to slim", "full", "slim", (GIT, "RUN python3 -m venv /opt/venv")),
    Case(
        "full to slim, one line wants nothing recommended",
        "full",
        "slim",
        (f"RUN {UPDATE} --no-install-recommends {QUIET} git", HELLO),
    ),
    Case("a newer image of the same tag", "old", "slim", (HELLO,)),
    Case("patch", "slim", "patch", ("RUN python3 -m venv /opt/venv", HELLO)),
    Case("what the old base has and nobody asked for", "full", "slim", (HELLO,)),
    Case("all is upgraded", "old", "slim", ("COPY repo /srv/repo", "RUN apt-get update -qq && apt-get upgrade -qq -y")),
    Case("something is removed", "slim", "patch", ("RUN apt-get remove -qq -y e2e-lib",)),
)


@dataclass(frozen=True)
class Place:
    """The engine, the bases in it, and a garboard that knows them."""

    docker: Docker
    registry: Registry
    context: Path
    bases: dict[str, str]
    garboard: Garboard

    def build(self, lines: tuple[str, ...], base: str, tag: str) -> str:
        text = "\n".join((f"FROM {base}", "ENV DEBIAN_FRONTEND=noninteractive", *lines)) + "\n"
        self.docker("build", "--network", "host", "-q", "-t", tag, "-f", "-", self.context, stdin=text.encode())
        return tag

    def ask(self, *words: str | Path) -> Ended:
        """A command of garboard that may look into the engine and the registry."""
        env = {"DOCKER_HOST": self.docker.host, "DOCKER_CONFIG": str(self.registry.config)}
        return self.garboard.run(*words, "--insecure", self.registry.host, env=env)

    def publish(self, base: str, tag: str) -> None:
        """Let a tag of the registry name a base, and tell the catalogue."""
        there = f"{self.repository}:{tag}"
        self.docker("tag", base, there)
        run("docker", "push", "-q", there, env=self.docker.env | {"DOCKER_CONFIG": str(self.registry.config)})
        ended = self.ask("catalog", "add", "--quiet", f"registry:{there}")
        assert ended.code == 0, ended.err

    @property
    def repository(self) -> str:
        return f"{self.registry.host}/garboard-e2e/python"


def _deb(folder: Path, name: str, version: str, *fields: str) -> None:
    tree = folder / f".{name}-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    control = [f"Package: {name}", f"Version: {version}", "Architecture: all", *fields]
    control += ["Maintainer: Nobody <nobody@example.org>", "Description: a package of the tests"]
    text = "\n".join(control) + "\n"
    (tree / "DEBIAN/control").write_text(text)
    path = folder / f"{name}_{version}_all.deb"
    run("dpkg-deb", "--root-owner-group", "--build", tree, path)
    data = path.read_bytes()
    found = f"Filename: ./{path.name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n\n"
    with (folder / "Packages").open("a") as index:
        index.write(text + found)
    run("rm", "-r", tree)


def _repository(folder: Path, *, now: bool) -> None:
    folder.mkdir()
    for version in ("3.11.1", "3.11.2"):
        _deb(folder, "e2e-runtime", version)
    for version in ("1.0", "1.1") if now else ("1.0",):
        _deb(folder, "e2e-lib", version)
    _deb(folder, "e2e-hello", "1.0", "Depends: e2e-lib, e2e-more | e2e-other", "Recommends: e2e-extra")
    _deb(folder, "e2e-extra", "1.0")
    _deb(folder, "e2e-more", "1.0", "Provides: e2e-other")


@pytest.fixture(scope="module")
def place(docker: Docker, registry: Registry, base: str, tmp_path_factory: pytest.TempPathFactory) -> Place:
    context = tmp_path_factory.mktemp("recommend")
    _repository(context / "repo", now=True)
    _repository(context / "repo-then", now=False)
    home = tmp_path_factory.mktemp("garboard")
    env = {"GARBOARD_CATALOGUE": str(home / "catalogue.sqlite"), "GARBOARD_FEEDS": str(home / "feeds")}
    found = Place(docker, registry, context, {"root": base}, Garboard(home, home / "db", env))
    (context / "local.list").write_text(SOURCES)
    for name, lines in BASES.items():
        first, *rest = (line.format(**found.bases) for line in lines)
        text = ("COPY local.list /etc/apt/sources.list.d/local.list", *rest, f"LABEL name={name}")
        found.bases[name] = found.build(text, first.removeprefix("FROM "), f"localhost/garboard-recommend:{name}")
        for tag in TAGS[name]:
            found.publish(found.bases[name], tag)
    _feeds(found)
    return found


def _feeds(place: Place) -> None:
    """An issue of each source package, of every severity in turn; one of our own that the newer version mends."""
    every = (*place.bases.values(), *(_built(place, case, case.start) for case in CASES))
    names = sorted({source for image in every for source, _ in building.sources(place.docker, image).values()})
    urgencies = ("high", "medium", "low", "unimportant", "not yet assigned")
    tracker: dict[str, Any] = {
        name: {f"CVE-2024-{20000 + at}": _open(urgencies[at % len(urgencies)])} for at, name in enumerate(names)
    }
    tracker["e2e-lib"]["CVE-2024-10001"] = _open("high", "1.1")
    tracker["e2e-runtime"]["CVE-2024-10002"] = _open("high", "3.11.2")
    feeds = Path(place.garboard.env["GARBOARD_FEEDS"])
    _write(feeds / "debian-tracker/tracker/data/json", tracker)
    _write(feeds / "endoflife/api/debian.json", [{"cycle": "12", "eol": "2026-07-11", "extendedSupport": "2028-06-30"}])
    shards = ("debian", "endoflife")
    ended = place.garboard.run("db", "update", *shards, "--from", str(feeds))
    assert ended.code == 0, ended.err


def _open(urgency: str, fixed: str = "") -> dict[str, Any]:
    status = {"status": "resolved" if fixed else "open", "urgency": urgency, "repositories": {}}
    return {"releases": {"bookworm": status | ({"fixed_version": fixed} if fixed else {})}}


def _write(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def _built(place: Place, case: Case, base: str) -> str:
    words = "".join(one if one.isalnum() else "-" for one in case.name)
    return place.build(case.lines, place.bases[base], f"localhost/garboard-recommend:{words}-{base}")


def observed(place: Place, image: str) -> set[tuple[str, str, str, str]]:
    """What a scan finds: vulnerability, type, package, version."""
    ended = place.ask("scan", "--json", "--quiet", f"docker:{image}")
    assert ended.code == 1, ended.err
    found = set()
    for entry in ended.json["vulnerabilities"]:
        purl = PackageURL.from_string(entry["purl"])
        found.add((entry["id"], purl.type, purl.name, entry["version"]))
    return found


def predicted(row: Any, part: str = "remaining") -> set[tuple[str, str, str, str]]:
    return {(one["id"], one["type"], one["package"], one["version"]) for one in row["yourImage"][part]}


def recommended(place: Place, case: Case) -> Any:
    """The row of the base that a case moves to."""
    dockerfile = place.garboard.home / "Dockerfile"
    dockerfile.write_text("\n".join((f"FROM {place.repository}:{TAGS[case.start][0]}", *case.lines)) + "\n")
    tag = f"{place.repository}:{TAGS[case.end][0]}"
    image = f"docker:{_built(place, case, case.start)}"
    ended = place.ask("recommend", "--json", "--quiet", "--why", tag, "-f", dockerfile, image)
    assert ended.code in (0, 1, 3), ended.err
    (row,) = ended.json["rows"]
    return row


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_predicted_is_observed(place: Place, case: Case) -> None:
    row = recommended(place, case)
    assert predicted(row) == observed(place, _built(place, case, case.end))
    assert not row["yourImage"]["unknown"]


def test_what_goes_and_what_comes(place: Place) -> None:
    case = CASES[0]
    row = recommended(place, case)
    before, after = (observed(place, _built(place, case, base)) for base in (case.start, case.end))
    names_before, names_after = ({key[:3] for key in keys} for keys in (before, after))
    assert predicted(row, "removed") == {key for key in before if key[:3] not in names_after} != set()
    assert predicted(row, "added") == {key for key in after if key[:3] not in names_before}


def test_a_version_that_the_archive_has_outrun_is_said_to_be_uncertain(place: Place) -> None:
    """The old base has an older package than the archive; the new base has none, and the lines need it."""
    lines = ("COPY repo /srv/repo", f"RUN {UPDATE} --no-install-recommends {QUIET} e2e-hello")
    case = Case("an older library", "old", "bare", lines)
    row = recommended(place, case)
    after = observed(place, _built(place, case, case.end))
    assert {key[2] for key in predicted(row) ^ after} == {"e2e-lib"}
    (doubt,) = row["yourImage"]["gaps"]
    assert "e2e-lib" in doubt
    assert "old base's version" in doubt


def test_before_any_build(place: Place) -> None:
    dockerfile = place.garboard.home / "Dockerfile.unbuilt"
    dockerfile.write_text(f"ARG V=3.11.1\nFROM {place.repository}:${{V}}-bookworm AS base\nFROM base\nRUN make\n")
    ended = place.ask("recommend", "--json", "--quiet", "--offline", "-f", dockerfile)
    assert ended.code == 1, ended.err
    found = ended.json
    assert found["base"]["baseImage"] == f"{place.repository}:3.11.1-bookworm"
    assert {row["baseImage"].rpartition(":")[2] for row in found["rows"] if row["recommended"]} >= {
        "3.11.2-slim-bookworm",
        "3.11.1-slim-bookworm",
    }
    image = observed(place, place.bases["full"])
    assert found["base"]["vulnerabilities"]["total"] == len(
        {(key[0], key[1], source) for key, source in _issues(place, image)}
    )
    other = place.ask("recommend", "--offline", "-f", dockerfile, "--build-arg", "V=3.11.9")
    assert other.code == 3
    assert "catalog sync" in other.out


def _issues(place: Place, keys: set[tuple[str, str, str, str]]) -> list[tuple[tuple[str, str, str, str], str]]:
    sources = building.sources(place.docker, place.bases["full"])
    return [(key, sources[key[2]][0] if key[1] == "deb" else key[2]) for key in keys]


def test_a_scan_tells_of_a_better_base(place: Place) -> None:
    case = CASES[0]
    ended = place.ask("scan", "--quiet", f"docker:{_built(place, case, case.start)}")
    assert "Recommendations for base image upgrade:" in ended.out
    assert "Alternative image types" in ended.out
    assert f"{place.repository}:3.11.2-slim-bookworm" in ended.out
