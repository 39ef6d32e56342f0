"""Docker, which builds with BuildKit.

Source: https://docs.docker.com/reference/cli/docker/
"""

from __future__ import annotations

from typing import Final

from garboard.builders.engine import BuildEngine, Job, Words, containers, options_of


def _build(job: Job) -> Words:
    return ("docker", "build", "--quiet", *(("--pull",) if job.pull else ()), *options_of(job))


def _taken(tag: str, archive: str) -> tuple[Words, str]:
    del archive
    return (), f"docker:{tag}"


def _run(tag: str, command: str) -> tuple[Words, ...]:
    return (("docker", "run", "--rm", "--network", "none", "--entrypoint", "sh", tag, "-c", command),)


ENGINE: Final = BuildEngine(
    name="docker",
    ask=("docker", "version", "--format", "{{.Server.Version}}"),
    build=_build,
    taken=_taken,
    run=_run,
    remove=lambda tag: ("docker", "image", "rm", "--force", tag),
    containers=containers("docker", ".Config.Healthcheck"),
)
