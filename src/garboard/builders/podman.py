"""Podman, which takes Docker's words; its images are read by an archive, since its service need not run.

Source: https://docs.podman.io/en/latest/Commands.html
"""

from __future__ import annotations

from functools import partial
from typing import Final

from garboard.builders.engine import BuildEngine, Job, Words, containers, in_container, options_of


def _build(job: Job) -> Words:
    # OCI's own format has no HEALTHCHECK
    return (
        "podman",
        "build",
        "--quiet",
        "--format",
        "docker",
        *(("--pull=newer",) if job.pull else ()),
        *options_of(job),
    )


def _taken(tag: str, archive: str) -> tuple[Words, str]:
    return ("podman", "save", "--quiet", "--format", "oci-archive", "--output", archive, tag), f"oci-archive:{archive}"


_CONTAINERS: Final = containers("podman", ".HealthCheck")
ENGINE: Final = BuildEngine(
    name="podman",
    ask=("podman", "info", "--format", "{{.Version.Version}}"),
    build=_build,
    taken=_taken,
    run=partial(in_container, "podman"),
    remove=lambda tag: ("podman", "image", "rm", "--force", tag),
    after_run=lambda tag: (_CONTAINERS.stop(tag),),
    containers=_CONTAINERS,
)
