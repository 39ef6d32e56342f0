"""With the image's package mirrors asked, a recommendation is a promise upon other releases too, and where they are ahead of
a base: what is predicted is what a real build upon the other base has, by Debian's own archive and by a small one of ours.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import secrets
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import building
from tests.e2e import test_recommend_real as upon
from tests.e2e.building import Docker
from tests.e2e.running import GARBOARD, Garboard, run
from tests.e2e.serving import Registry
from tests.e2e.test_recommend_real import QUIET, UPDATE, Case, Place, observed, predicted

OWN = "e2e-lib e2e-tied"
BASES = {
    "old": ("{bookworm}", f"RUN {UPDATE} {QUIET} {OWN}"),
    "bare": ("{bookworm}",),
    "trixie": ("{trixie}",),
}
"""The first is built before our archive moves on."""
TAGS = {"old": "3.11.2-bookworm", "bare": "3.11.1-bookworm", "trixie": "3.11.1-trixie"}
BARE = f"{UPDATE} --no-install-recommends {QUIET}"
CASES = (
    Case("the archive is ahead of the old base", "old", "bare", (f"RUN {BARE} e2e-hello",)),
    Case("the archive is ahead of the new base", "bare", "old", (f"RUN {BARE} e2e-needs",)),
    Case("all is upgraded", "bare", "old", ("RUN apt-get update -qq && apt-get upgrade -qq -y",)),
    Case("another release", "bare", "trixie", (f"RUN {BARE} jq less",)),
    Case(
        "another release, with what is recommended",
        "bare",
        "trixie",
        (f"RUN {BARE} curl", f"RUN {UPDATE} {QUIET} git e2e-hello"),
    ),
)


def _publish(folder: Path, *, now: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Packages").unlink(missing_ok=True)
    version = "1.1" if now else "1.0"
    upon._deb(folder, "e2e-lib", version)
    upon._deb(folder, "e2e-tied", version, f"Depends: e2e-lib (= {version})")
    upon._deb(folder, "e2e-needs", "1.0", "Depends: e2e-lib (>= 1.1)")
    upon._deb(folder, "e2e-hello", "1.0", "Depends: e2e-lib")
    data = (folder / "Packages").read_bytes()
    (folder / "Release").write_text(f"SHA256:\n {hashlib.sha256(data).hexdigest()} {len(data)} Packages\n")


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class Scene:
    """The bases, and how garboard reaches our archive: an image may send nobody to this machine itself."""

    place: Place
    port: int

    @property
    def mirror(self) -> str:
        return f"http://127.0.0.1:{self.port}/repo=http://localhost:{self.port}/repo"

    def row(self, case: Case, *options: str) -> Any:
        dockerfile = self.place.garboard.home / "Dockerfile"
        dockerfile.write_text("\n".join((f"FROM {self.reference(case.start)}", *case.lines)) + "\n")
        words = ("--json", "--quiet", "--why", self.reference(case.end), "-f", dockerfile)
        ended = self.place.ask("recommend", *words, *options, f"docker:{_built(self.place, case, case.start)}")
        assert ended.code in (0, 1, 3), ended.err
        (row,) = ended.json["rows"]
        return row | {"told": ended.json["gaps"]}

    def asked(self, case: Case) -> Any:
        return self.row(case, "--check-mirrors", "--package-mirror", self.mirror)

    def reference(self, base: str) -> str:
        return f"{self.place.repository}:{TAGS[base]}"


def _built(place: Place, case: Case, base: str) -> str:
    words = "".join(one if one.isalnum() else "-" for one in case.name)
    return place.build(case.lines, place.bases[base], f"localhost/garboard-mirrors:{words}-{base}")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    folder = tmp_path_factory.mktemp("archive")
    _publish(folder / "repo", now=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Silent, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield folder / "repo", server.server_port
        server.shutdown()
        thread.join()


def _trixie(docker: Docker) -> str:
    """A root of the next release, made today; it may be used again until tomorrow."""
    name = f"localhost/garboard-trixie:{dt.datetime.now(dt.UTC).date()}"
    if not docker.has(name):
        path = building.CACHE / f"trixie-{secrets.token_hex(4)}.tar"
        run("mmdebstrap", "--quiet", "--variant=minbase", "trixie", path)
        docker("import", "-c", 'CMD ["bash"]', path, name)
        path.unlink()
    return name


@pytest.fixture(scope="module")
def scene(
    docker: Docker,
    registry: Registry,
    base: str,
    archive: tuple[Path, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Scene:
    folder, port = archive
    context, home = tmp_path_factory.mktemp("context"), tmp_path_factory.mktemp("garboard")
    # Beside the source there is a word that no build before this one has seen: its layers are not taken from a cache.
    source = f"deb [trusted=yes] http://127.0.0.1:{port}/repo ./\n# {secrets.token_hex(8)}\n"
    (context / "local.list").write_text(source)
    env = {"GARBOARD_CATALOGUE": str(home / "catalogue.sqlite"), "GARBOARD_FEEDS": str(home / "feeds")}
    place = Place(docker, registry, context, {}, Garboard(home, home / "db", env))
    roots = {"bookworm": base, "trixie": _trixie(docker)}
    for name, (first, *rest) in BASES.items():
        text = ("COPY local.list /etc/apt/sources.list.d/local.list", *rest, f"LABEL name={name}")
        place.bases[name] = place.build(text, first.format(**roots), f"localhost/garboard-mirrors:{name}")
        place.publish(place.bases[name], TAGS[name])
        _publish(folder, now=True)
    _feeds(place)
    return Scene(place, port)


def _feeds(place: Place) -> None:
    """An issue of each source package, in both releases."""
    images = {*place.bases.values()}
    images |= {_built(place, case, base) for case in CASES for base in (case.start, case.end)}
    names = sorted({source for image in images for source, _ in building.sources(place.docker, image).values()})
    issue = {"status": "open", "urgency": "high", "repositories": {}}
    tracker = {
        name: {f"CVE-2024-{20000 + at}": {"releases": {"bookworm": issue, "trixie": issue}}}
        for at, name in enumerate(names)
    }
    feeds = Path(place.garboard.env["GARBOARD_FEEDS"])
    upon._write(feeds / "debian-tracker/tracker/data/json", tracker)
    cycles = [{"cycle": name, "eol": "2099-01-01"} for name in ("12", "13")]
    upon._write(feeds / "endoflife/api/debian.json", cycles)
    ended = place.garboard.run("db", "update", "debian", "endoflife", "--from", str(feeds))
    assert ended.code == 0, ended.err


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_predicted_is_observed(scene: Scene, case: Case) -> None:
    row = scene.asked(case)
    assert [gap for gap in row["told"] if gap["stage"] == "mirrors"] == []
    assert (row["yourImage"]["unknown"], row["yourImage"]["gaps"]) == ([], [])
    assert predicted(row) == observed(scene.place, _built(scene.place, case, case.end))


def test_without_asking_it_is_as_uncertain_as_before(scene: Scene) -> None:
    ahead, other = CASES[0], CASES[3]
    row = scene.row(ahead, "--offline")
    truth = observed(scene.place, _built(scene.place, ahead, ahead.end))
    assert {key[2] for key in predicted(row) ^ truth} == {"e2e-lib"}
    assert "old base's version" in row["yourImage"]["gaps"][0]
    assert scene.row(other, "--offline")["yourImage"]["unknown"] == ["jq", "less"]


def test_a_mirror_that_cannot_be_read_leaves_packages_unknown(scene: Scene) -> None:
    """Our archive, which the image names on this machine itself, is not gone to without the user's word."""
    row = scene.row(CASES[3], "--check-mirrors")
    assert row["yourImage"]["unknown"] == ["jq", "less"]
    (gap,) = [gap for gap in row["told"] if gap["stage"] == "mirrors"]
    assert "where an image may not send anybody" in gap["reason"]


WEIGHED = """
import resource, subprocess, sys
ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False)
print(ended.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def test_indexes_of_two_releases_fit_into_300_mib(scene: Scene) -> None:
    case = CASES[4]
    place, image = scene.place, f"docker:{_built(scene.place, case, case.start)}"
    words = ("recommend", "--check-mirrors", "--package-mirror", scene.mirror, "--all", "--quiet")
    env = place.garboard.environment({"DOCKER_HOST": place.docker.host, "DOCKER_CONFIG": str(place.registry.config)})
    code, mib = run(sys.executable, "-c", WEIGHED, GARBOARD, *words, image, env=env).split()
    assert code in {"0", "1"}
    assert int(mib) < 300


def test_actions_pass_it_on(scene: Scene) -> None:
    case = CASES[3]
    dockerfile = scene.place.garboard.home / "Dockerfile"
    dockerfile.write_text("\n".join((f"FROM {scene.reference(case.start)}", *case.lines)) + "\n")
    image = f"docker:{_built(scene.place, case, case.start)}"
    words = ("--check-mirrors", "--package-mirror", scene.mirror, "--json", "--quiet", "-f", dockerfile, image)
    ended = scene.place.ask("actions", *words)
    assert ended.code == 1, ended.err
    assert "is unknown" not in json.dumps(ended.json)
