"""The engines of ``.ci/engine.sh``, which several test processes use at once.

Whoever comes first clears away what earlier runs left, and starts them where they do not run. Whoever leaves last removes
what was made, and ends them if this run started them. Everything in them is the tests' own.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.building import CACHE, Docker
from tests.e2e.running import run

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "engine.sh"
_BUILD_CACHE = "4GB"
"""What may stay of the builds' layers, so that the next run is quick."""


@dataclass(frozen=True)
class Engines:
    """The same engine twice: with the classic store of images, and with containerd's."""

    classic: Docker
    containerd: Docker
    root: Path
    """The folder in which they run."""

    @property
    def both(self) -> tuple[Docker, Docker]:
        return self.classic, self.containerd


@contextmanager
def running(config: Path) -> Iterator[Engines]:
    """The engines, for as long as this process needs them; ``config`` is an empty folder for the client's settings."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "users.lock").open("w") as users:
        engines = _enter(users.fileno(), config)
        try:
            yield engines
        finally:
            _leave(users.fileno(), engines)


@contextmanager
def _gate() -> Iterator[None]:
    """One process at a time comes or goes."""
    with (CACHE / "gate.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _is_alone(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _enter(users: int, config: Path) -> Engines:
    with _gate():
        first = _is_alone(users)
        done = subprocess.run([str(SCRIPT), "start"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        started = "starting" in done.stderr
        if first and started:
            _started_here().touch()
        engines = _clients(dict(line.split("=", 1) for line in done.stdout.splitlines()), config)
        if first:
            _tidy(engines, started=started)
        fcntl.flock(users, fcntl.LOCK_SH)
    return engines


def _leave(users: int, engines: Engines) -> None:
    with _gate():
        fcntl.flock(users, fcntl.LOCK_UN)
        if not _is_alone(users) or os.environ.get("GARBOARD_E2E_KEEP"):
            return
        _tidy(engines)
        if _started_here().exists():
            _started_here().unlink()
            run(SCRIPT, "stop")


def _started_here() -> Path:
    return CACHE / "started-by-tests"


def _clients(found: dict[str, str], config: Path) -> Engines:
    (config / "cli-plugins").mkdir()
    (config / "cli-plugins" / "docker-buildx").symlink_to(found["GARBOARD_E2E_BUILDX"])
    classic, containerd = (Docker(found[name], config) for name in ("DOCKER_HOST", "GARBOARD_E2E_CONTAINERD_HOST"))
    return Engines(classic, containerd, Path(found["DOCKER_HOST"].removeprefix("unix://")).parents[1])


def _tidy(engines: Engines, *, started: bool = False) -> None:
    """Remove all containers, volumes and images but today's bases, which take minutes to make.

    An engine that has just started does not know that the builds' cache needs the layers of images which an earlier run
    left, and removes them: that cache goes too.
    """
    today = f":{dt.datetime.now(dt.UTC).date()}"
    for docker in engines.both:
        docker("container", "prune", "--force")
        docker("volume", "prune", "--all", "--force")
        kept = {line.split(" ")[1] for line in _images(docker) if line.split(" ")[0].endswith(today)}
        gone = {name for name, of in map(str.split, _images(docker)) if of not in kept}
        if gone:
            docker("rmi", "--force", *sorted(gone))
            if started:
                docker("builder", "prune", "--all", "--force")
        docker("image", "prune", "--force")
        docker("builder", "prune", "--force", "--keep-storage", _BUILD_CACHE)
    for left in (engines.root / "tmp").glob("*garboard-*"):
        left.unlink()


def _images(docker: Docker) -> list[str]:
    """Each tag with its image, and an image without a tag with itself."""
    rows = (line.split(" ") for line in docker("images", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}").splitlines())
    return [f"{of if '<none>' in name else name} {of}" for name, of in rows]
