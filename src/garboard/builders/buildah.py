"""Buildah, which needs no service.

Source: https://github.com/containers/buildah/tree/main/docs
"""

from __future__ import annotations

from typing import Final

from garboard.builders.engine import BuildEngine, Job, Words, container_name, options_of


def _build(job: Job) -> Words:
    return ("buildah", "build", "--quiet", *(("--pull=newer",) if job.pull else ()), *options_of(job))


def _taken(tag: str, archive: str) -> tuple[Words, str]:
    return ("buildah", "push", "--quiet", tag, f"oci-archive:{archive}"), f"oci-archive:{archive}"


def _run(tag: str, command: str) -> tuple[Words, ...]:
    name = container_name(tag)
    return (
        ("buildah", "from", "--quiet", "--name", name, tag),
        ("buildah", "run", "--network", "none", name, "--", "sh", "-c", command),
    )


ENGINE: Final = BuildEngine(
    name="buildah",
    ask=("buildah", "info"),
    build=_build,
    taken=_taken,
    run=_run,
    remove=lambda tag: ("buildah", "rmi", "--force", tag),
    after_run=lambda tag: (("buildah", "rm", container_name(tag)),),
)
