"""Docker, which builds with BuildKit.

Source: https://docs.docker.com/reference/cli/docker/
"""

from __future__ import annotations

from functools import partial
from typing import Final

from garboard.builders.engine import BuildEngine, Job, Words, containers, in_container, options_of


def _build(job: Job) -> Words:
    # BuildKit leaves no containers; Docker's classic builder does where a step fails
    return ("docker", "build", "--quiet", "--force-rm", *(("--pull",) if job.pull else ()), *options_of(job))


def _taken(tag: str, archive: str) -> tuple[Words, str]:
    del archive
    return (), f"docker:{tag}"


_CONTAINERS: Final = containers("docker", ".Config.Healthcheck")
ENGINE: Final = BuildEngine(
    name="docker",
    ask=("docker", "version", "--format", "{{.Server.Version}}"),
    build=_build,
    taken=_taken,
    run=partial(in_container, "docker"),
    remove=lambda tag: ("docker", "image", "rm", "--force", tag),
    after_run=lambda tag: (_CONTAINERS.stop(tag),),
    containers=_CONTAINERS,
)
