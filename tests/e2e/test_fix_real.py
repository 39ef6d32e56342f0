"""Changes of files are what they were said to be: real builders build before and after, and a scan finds what was predicted.

Packages come from PyPI; what is wrong with them, the test's own feed says.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import feeding
from tests.e2e.building import Docker
from tests.e2e.running import GARBOARD, Ended, Garboard, run
from tests.e2e.serving import Storage

DOCKERFILE = """\
# of the test
ARG BASE={base}
FROM ${{BASE}} AS app
COPY trust/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY trust/pip.conf /etc/pip.conf
ENV DANGEROUS=2.1.0
RUN python3 -m venv /opt/v \\
    && /opt/v/bin/pip install -q "itsdangerous==${{DANGEROUS}}" \\
       # stays as it is
       'colorama==0.4.5'
WORKDIR /srv
COPY requirements.txt ./
RUN /opt/v/bin/pip install -q -r requirements.txt
CMD ["python3"]
"""
REQUIREMENTS = "blinker == 1.6.2  # of the test\n"
RECORDS = (
    *(("itsdangerous", 1, "0", "2.1.1"), ("itsdangerous", 2, "2.1.1", "2.1.2")),
    *(("blinker", 3, "0", "1.6.3"), ("colorama", 4, "0", "")),
)
"""Package, number, since, fixed: the fix of the first has an issue of its own, and the last has no fix."""


@dataclass(frozen=True)
class World:
    """A project, and a garboard that knows what is wrong with its packages."""

    docker: Docker
    folder: Path
    garboard: Garboard
    base: str

    def project(self, name: str, text: str = DOCKERFILE) -> Path:
        made = self.folder / name
        shutil.copytree(self.folder / "trust", made / "trust")
        (made / "Dockerfile").write_text(text.format(base=self.base))
        (made / "requirements.txt").write_text(REQUIREMENTS)
        return made

    def image(self, project: Path) -> str:
        tag = f"localhost/garboard-fix:{project.name}"
        self.docker("build", "--network", "host", "-q", "-t", tag, project)
        return f"docker:{tag}"

    def fix(self, image: str, project: Path, *words: str, env: Mapping[str, str] | None = None) -> Ended:
        return self.garboard.run(*self._words(image, project), *words, env=self._environment(env))

    def begin(self, image: str, project: Path, *words: str) -> subprocess.Popen[str]:
        command = [GARBOARD, *map(str, self._words(image, project)), *words]
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.garboard.environment(self._environment()),
        )

    def _words(self, image: str, project: Path) -> tuple[str | Path, ...]:
        options = ("--offline", "--quiet", "--build-option=--network=host", "--prove")
        return ("fix", image, "-f", project / "Dockerfile", *options)

    def _environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        return {"DOCKER_HOST": self.docker.host, **(env or {})}

    def containers(self) -> list[str]:
        """Those of a proof, whether they run or not."""
        return self.docker("ps", "--all", "--filter", "name=garboard-proof", "--format", "{{.Names}}").split()

    def left(self) -> set[str]:
        """Images that a proof did not remove."""
        return {one for one in self.docker("images", "--format", "{{.Repository}}").split() if "garboard-proof" in one}


def _record(name: str, number: int, since: str, fixed: str) -> dict[str, Any]:
    events = [{"introduced": since}, *([{"fixed": fixed}] if fixed else [])]
    return {
        "schema_version": "1.7.0",
        "id": f"GHSA-fix0-fix0-{number:04}",
        "modified": "2026-01-01T00:00:00Z",
        "severity": [{"type": "CVSS_V3", "score": feeding.CRITICAL}],
        "affected": [
            {"package": {"ecosystem": "PyPI", "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
        ],
    }


@pytest.fixture(scope="module")
def world(docker: Docker, base: str, context: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("fix")
    shutil.copytree(context / "trust", folder / "trust")
    mirror = folder / "mirror"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for one in RECORDS:
            archive.writestr(f"{one[1]}.json", json.dumps(_record(*one)))
    release = {"status": "open", "urgency": "low", "repositories": {}}
    tracker = {"bash": {"CVE-2026-4000": {"releases": {"bookworm": release}}}}
    for name, data in {
        "osv/PyPI/all.zip": written.getvalue(),
        "debian-tracker/tracker/data/json": json.dumps(tracker).encode(),
    }.items():
        path = mirror / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    garboard = Garboard(folder, folder / "db")
    ended = garboard.run("db", "update", "--offline", "--from", mirror, "debian", "osv:PyPI")
    assert ended.code == 0, ended.err
    return World(docker, folder, garboard, base)


def test_what_was_predicted_is_there(world: World) -> None:
    """The nearest version with the fix has an issue itself: the one after it is taken, where the ENV has the version."""
    project = world.project("good")
    check = '/opt/v/bin/python -c "import blinker, itsdangerous"'
    ended = world.fix(world.image(project), project, "--check", check, "--json", "--apply")
    assert ended.code == 0, ended.err
    found = ended.json
    proof = found["proof"]
    assert (found["issues"], found["remaining"], found["applied"]) == (4, 2, True), found
    assert (proof["engine"], proof["failure"], proof["checks"]) == ("docker", "", [check])
    for built, count in ((proof["before"], 4), (proof["after"], 2)):
        assert (built["predicted"], built["found"], built["unexpected"], built["alsoGone"]) == (count, count, [], [])
    expected = DOCKERFILE.format(base=world.base).replace("=2.1.0", "=2.1.2")
    assert (project / "Dockerfile").read_text() == expected
    assert (project / "requirements.txt").read_text() == REQUIREMENTS.replace("1.6.2", "1.6.3")
    assert world.left() == set()


def test_a_check_that_fails_withholds_the_change(world: World) -> None:
    project = world.project("checked")
    ended = world.fix(world.image(project), project, "--check", "echo not at all; false", "--apply")
    assert ended.code == 1, ended.err
    assert "`echo not at all; false` failed with 1" in ended.out
    assert "not at all" in ended.out
    assert (project / "Dockerfile").read_text() == DOCKERFILE.format(base=world.base)
    assert (project / "requirements.txt").read_text() == REQUIREMENTS
    assert world.left() == set()


def test_a_command_that_is_ended_leaves_nothing_behind(world: World) -> None:
    project = world.project("ended-early")
    process = world.begin(world.image(project), project, "--check", "sleep 900")
    try:
        for _ in range(600):
            if world.containers() or process.poll() is not None:
                break
            time.sleep(0.5)
        assert world.containers()
        process.terminate()
        said, _ = process.communicate(timeout=180)
    finally:
        process.kill()
    assert process.returncode == 130, said
    assert world.containers() == []
    assert world.left() == set()


SERVICE = """\
CMD ["python3", "-m", "http.server", "8000"]
HEALTHCHECK --interval=1s --retries=20 \\
  CMD python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/requirements.txt')"
"""
CHECKS = {
    "healthy": (SERVICE, ""),
    "sick": (SERVICE.replace("/requirements.txt", "/not-there").replace("20", "2"), "did not pass in 5 seconds"),
    "ended": (SERVICE.replace('"8000"', '"no port"'), "ended before its HEALTHCHECK passed"),
    "without": ('CMD ["python3"]\n', "has no HEALTHCHECK"),
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_images_own_check(name: str, world: World) -> None:
    service, failure = CHECKS[name]
    project = world.project(name, DOCKERFILE.replace('CMD ["python3"]\n', service))
    ended = world.fix(world.image(project), project, "--healthcheck", "--json")
    assert ended.code == 1, ended.err
    proof = ended.json["proof"]
    assert failure in proof["failure"], proof
    assert proof["failure"] or proof["checks"] == ["HEALTHCHECK"]
    assert (name == "ended") == ("invalid int value" in proof["failure"])
    assert "garboard-proof" not in world.docker("ps", "--all", "--format", "{{.Image}}")
    assert world.left() == set()


def test_what_does_not_build_is_told_with_the_end_of_its_output(world: World) -> None:
    """A line that goes by the version as it was: the changed files do not build."""
    line = "RUN /opt/v/bin/python -c \"import itsdangerous as it; assert it.__version__ == '2.1.0', 'another one'\"\n"
    project = world.project("broken", DOCKERFILE.replace("WORKDIR /srv\n", f"{line}WORKDIR /srv\n"))
    text = (project / "Dockerfile").read_text()
    ended = world.fix(world.image(project), project, "--apply", "--json")
    assert ended.code == 1, ended.err
    found = ended.json
    assert found["applied"] is False
    assert "the build failed" in found["proof"]["failure"]
    assert "another one" in found["proof"]["failure"]
    assert (project / "Dockerfile").read_text() == text


@pytest.mark.parametrize("engine", ["podman", "buildah"])
def test_other_builders_show_the_same(engine: str, world: World, storage: Storage) -> None:
    project = world.project(engine)
    image = world.image(project)
    saved = project / "base.tar"
    world.docker("save", "-o", saved, world.base)
    run("skopeo", "--insecure-policy", "copy", "--quiet", f"docker-archive:{saved}", storage.reference(world.base))
    saved.unlink()
    settings = world.folder / "storage.conf"
    settings.write_text(
        f'[storage]\ndriver = "{storage.driver}"\ngraphroot = "{storage.root}"\nrunroot = "{storage.runroot}"\n'
    )
    words = ("--engine", engine, "--build-option=--isolation=chroot", "--json")
    ended = world.fix(image, project, *words, env={"CONTAINERS_STORAGE_CONF": str(settings)})
    assert ended.code == 1, ended.err
    proof = ended.json["proof"]
    assert (proof["engine"], proof["failure"]) == (engine, ""), proof
    assert (proof["after"]["predicted"], proof["after"]["found"]) == (2, 2)
    kept = run(engine, *storage.options, "images", "--format", "{{.Repository}}" if engine == "podman" else "{{.Name}}")
    assert "garboard-proof" not in kept
