"""Has real engines load an image of each archive of `tests.vectors.raw_tars`, and writes down what they made of it.

``python -m tests.e2e.record_tar_vectors`` writes ``tests/vectors/tars/headers.json`` anew. Needs root and ``.ci/engine.sh``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.e2e.engines import Engines, running
from tests.e2e.record_layer_vectors import Applies, DockerApplies
from tests.unit.image.layers.builders import docker_archive
from tests.vectors.layer_stacks import Tree
from tests.vectors.raw_tars import BELOW, Archive, generate, save, written


def dockers(engines: Engines) -> dict[str, Applies]:
    """The engines by the names under which their answers are kept."""
    return {"docker": DockerApplies(engines.classic), "docker-containerd": DockerApplies(engines.containerd)}


def _ask(engines: dict[str, Applies], archive: Archive, name: str) -> dict[str, Tree | None]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.tar")
        docker_archive(path, [BELOW, written(archive.blocks)], [f"localhost/garboard-layers:{name}"])
        return {engine: applies.tree(path) for engine, applies in engines.items()}


def record(engines: dict[str, Applies], archives: Sequence[Archive]) -> list[Archive]:
    """The same archives with each engine's answer."""
    names = [f"tar-{number}-{os.getpid()}" for number in range(len(archives))]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda archive, name: _ask(engines, archive, name), archives, names))
    return [Archive(one.name, one.blocks, answer) for one, answer in zip(archives, answers, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="one archive of so many, for a trial")
    archives = list(generate())[:: parser.parse_args().every]
    with tempfile.TemporaryDirectory() as config, running(Path(config)) as engines:
        save(record(dockers(engines), archives))
    print(f"{len(archives)} archives")


if __name__ == "__main__":
    main()
