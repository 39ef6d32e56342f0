"""Has real engines apply stacks of layers, and writes down what they made of them.

``python -m tests.e2e.record_layer_vectors [--only WORD]`` writes ``tests/vectors/layers/*.json`` anew. Needs root,
``.ci/engine.sh`` and Podman. Images and containers are removed as soon as they were asked.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Protocol

from tests.e2e.building import Docker
from tests.e2e.engines import Engines, running
from tests.e2e.serving import Storage
from tests.unit.image.layers.builders import docker_archive
from tests.vectors.layer_stacks import NAMED, Layer, Stack, Tree, archives, generate, save

FAMILIES = {"built": 240, "loose": 100, "wild": 60}
_MADE_BY_THE_ENGINE = {".dockerenv", "dev", "etc", "proc", "sys", "run"}


class Applies(Protocol):
    """An engine that makes a root file system of an image."""

    def tree(self, archive: Path) -> Tree | None:
        """What the image's container has, or None where the engine refuses the image."""


class _RefusedError(Exception):
    """The engine says no."""


def _ask(*command: str, env: dict[str, str] | None = None) -> bytes:
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, **(env or {})})
    assert b"Cannot connect" not in done.stderr, done.stderr  # it is not there, and so has refused nothing
    if done.returncode:
        raise _RefusedError(done.stderr.decode(errors="replace"))
    return done.stdout


@dataclass(frozen=True)
class DockerApplies:
    """Load, create, export."""

    docker: Docker

    def tree(self, archive: Path) -> Tree | None:
        tag = f"localhost/garboard-layers:{archive.stem}"
        try:
            self("load", "--quiet", "--input", str(archive))
            container = self("create", tag, "x").decode().strip()
            try:
                return of_tar(self("export", container))
            finally:
                self("rm", container)
        except _RefusedError:
            return None
        finally:
            subprocess.run(self._words("rmi", "--force", tag), capture_output=True, check=False)

    def _words(self, *words: str) -> list[str]:
        return ["docker", "--host", self.docker.host, *words]

    def __call__(self, *words: str) -> bytes:
        return _ask(*self._words(*words))


@dataclass(frozen=True)
class PodmanApplies:
    """Load, and look at the image's mount."""

    storage: Storage
    turn: Lock = field(default_factory=Lock)
    """Images of equal layers share a mount, which one would take from under the other."""

    def tree(self, archive: Path) -> Tree | None:
        with self.turn:
            return self._tree(archive)

    def _tree(self, archive: Path) -> Tree | None:
        tag = f"localhost/garboard-layers:{archive.stem}"
        try:
            self("load", "--quiet", "--input", str(archive))
            return of_folder(self("image", "mount", tag).decode().strip())
        except _RefusedError:
            return None
        finally:
            for words in (("image", "umount", "--force", tag), ("rmi", "--force", tag)):
                subprocess.run(["podman", *self.storage.options, *words], capture_output=True, check=False)

    def __call__(self, *words: str) -> bytes:
        return _ask("podman", *self.storage.options, *words)


def of_tar(data: bytes) -> Tree:
    """The tree of an export, without what the engine mounts into every container."""
    found: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            path = member.name.strip("/")
            if path.split("/")[0] in _MADE_BY_THE_ENGINE:
                continue
            if member.isdir():
                found[path] = "d"
            elif (aim := archive.getmember(member.linkname) if member.islnk() else member).issym():
                found[path] = f"l {aim.linkname}"
            elif aim.isreg():
                opened = archive.extractfile(member)
                found[path] = f"f {opened.read().decode('latin-1') if opened else ''}"
            else:
                found[path] = "o"
    return found


def of_folder(root: str) -> Tree:
    """The tree of a mounted root."""
    found: dict[str, str] = {}
    for where, folders, files in os.walk(root):
        for name in (*folders, *files):
            place = Path(where, name)
            path = str(place.relative_to(root))
            if place.is_symlink():
                found[path] = f"l {place.readlink()}"
            elif place.is_dir():
                found[path] = "d"
            elif place.exists():  # overlayfs lists a whiteout of nothing as a name that leads nowhere
                found[path] = f"f {place.read_text()}"
    return {path: kind for path, kind in found.items() if path.split("/")[0] not in _MADE_BY_THE_ENGINE}


@contextmanager
def podman_storage(driver: str) -> Iterator[Storage]:
    """A storage of our own that is removed in the end."""
    with tempfile.TemporaryDirectory(prefix="garboard-layers-", ignore_cleanup_errors=True) as folder:
        storage = Storage(Path(folder, "root"), Path(folder, "run"), driver)
        try:
            yield storage
        finally:
            subprocess.run(["umount", "--lazy", str(storage.root / driver)], capture_output=True, check=False)


def ask(engines: dict[str, Applies], layers: Sequence[Layer], name: str) -> dict[str, Tree | None]:
    """Each engine's answer about one stack; the name is the image's tag meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, f"{name}.tar")
        docker_archive(archive, archives(layers), [f"localhost/garboard-layers:{name}"])
        return {engine: applies.tree(archive) for engine, applies in engines.items()}


def record(engines: dict[str, Applies], family: str, stacks: Sequence[Stack]) -> list[Stack]:
    """The same stacks with each engine's answer."""
    tags = [f"{family}-{number}-{os.getpid()}" for number in range(len(stacks))]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda tag, stack: ask(engines, stack.layers, tag), tags, stacks))
    return [Stack(stack.name, stack.layers, answer) for stack, answer in zip(stacks, answers, strict=True)]


@contextmanager
def everyone(engines: Engines) -> Iterator[dict[str, Applies]]:
    """The engines by the names under which their answers are kept."""
    with ExitStack() as stack:
        storages = {driver: stack.enter_context(podman_storage(driver)) for driver in ("overlay", "vfs")}
        yield {
            "docker": DockerApplies(engines.classic),
            "docker-containerd": DockerApplies(engines.containerd),
            **{f"podman-{driver}": PodmanApplies(storage) for driver, storage in storages.items()},
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="the one family to record")
    parser.add_argument("--count", type=int, default=0, help="fewer stacks, for a trial")
    arguments = parser.parse_args()
    families = {name: list(generate(name, arguments.count or count)) for name, count in FAMILIES.items()}
    families["named"] = [Stack(name, layers, {}) for name, layers in NAMED.items()]
    with tempfile.TemporaryDirectory() as config, running(Path(config)) as docker, everyone(docker) as engines:
        for family, stacks in families.items():
            if arguments.only in family:
                save(family, record(engines, family, stacks))
                print(f"{family}: {len(stacks)} stacks")


if __name__ == "__main__":
    main()
