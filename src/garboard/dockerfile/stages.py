"""Stages: which of them reach the image, what each of them starts from, and the variables in each.

A stage is named by ``AS name``, in any case, or by its number; of two with one name, the later one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from garboard.dockerfile.expansion import NO_ARGUMENTS, Scope, apply, expand, global_scope
from garboard.model.dockerfile import Dockerfile, DockerfileError, Instruction, Stage, Unknown

_NUMBER = re.compile(r"[0-9]{1,6}")


def stages(dockerfile: Dockerfile) -> tuple[Stage, ...]:
    """All stages in the order they were written; at least one."""
    return dockerfile.stages


def instructions_of(stage: Stage) -> tuple[Instruction, ...]:
    """The stage's instructions, its FROM first."""
    return (stage.origin, *stage.instructions)


def target_stage(dockerfile: Dockerfile, target: str = "") -> Stage:
    """The stage that is built: the last one, or the one that ``--target`` names. Raises DockerfileError without it."""
    if not target:
        return dockerfile.stages[-1]
    found = _find(dockerfile.stages, target)
    if found is None:
        names = ", ".join(stage.name or str(stage.index) for stage in dockerfile.stages)
        raise DockerfileError(f"{dockerfile.name} has no stage {target!r}", f"its stages are: {names}")
    return found


def base_of(
    dockerfile: Dockerfile, stage: Stage, build_args: Mapping[str, str] = NO_ARGUMENTS
) -> Stage | str | Unknown:
    """What a stage starts from: an earlier stage, or an image's reference (``scratch`` for none), or Unknown."""
    base = expand(stage.base.text, _outer(dockerfile, build_args), dockerfile.escape)
    if isinstance(base, Unknown):
        return base
    if not base:
        return Unknown(reason="the name of the base image is empty")
    return _find(dockerfile.stages[: stage.index], base) or base


def base_image(dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] = NO_ARGUMENTS) -> str:
    """The image that the built stage starts from in the end, stages followed and variables expanded.

    ``scratch`` for FROM scratch; ``""`` where it cannot be known from the file and the build arguments.
    """
    base: Stage | str | Unknown = target_stage(dockerfile, target)
    while isinstance(base, Stage):
        base = base_of(dockerfile, base, build_args)
    return base if isinstance(base, str) else ""


def reaching(
    dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] = NO_ARGUMENTS
) -> tuple[Stage, ...]:
    """The stages that a build of the target runs, in the order they were written.

    Those it starts from, and those that COPY --from and RUN --mount=…,from= take files from, over any distance.
    """
    waiting = [target_stage(dockerfile, target)]
    reached: dict[int, Stage] = {}
    while waiting:
        stage = waiting.pop()
        if stage.index not in reached:
            reached[stage.index] = stage
            waiting += _needed(dockerfile, stage, build_args)
    return tuple(reached[index] for index in sorted(reached))


def lineage(
    dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] = NO_ARGUMENTS
) -> tuple[Stage, ...]:
    """The stages whose layers are the image's own: the target's and those it starts from, the earliest first."""
    found: list[Stage] = []
    base: Stage | str | Unknown = target_stage(dockerfile, target)
    while isinstance(base, Stage):
        found.append(base)
        base = base_of(dockerfile, base, build_args)
    return tuple(reversed(found))


def scoped(
    dockerfile: Dockerfile, stage: Stage, build_args: Mapping[str, str] = NO_ARGUMENTS
) -> Iterator[tuple[Instruction, Scope]]:
    """Each instruction that runs in a stage, with the variables as they are before it.

    The triggers of a base stage's ONBUILD run first. The scope is a copy; keep it or change it freely.
    """
    outer = _outer(dockerfile, build_args)
    base = base_of(dockerfile, stage, build_args)
    scope = _scope_after(dockerfile, base, build_args)
    for instruction in _run_in(base, stage):
        yield instruction, scope.copy()
        apply(instruction, scope, outer, build_args, dockerfile.escape)


def _scope_after(dockerfile: Dockerfile, base: Stage | str | Unknown, build_args: Mapping[str, str]) -> Scope:
    """The variables at the end of what a stage starts from."""
    chain: list[tuple[Stage | str | Unknown, Stage]] = []
    while isinstance(base, Stage):
        below = base_of(dockerfile, base, build_args)
        chain.append((below, base))
        base = below
    outer = _outer(dockerfile, build_args)
    scope = Scope(is_open=base != "scratch")
    for below, stage in reversed(chain):
        for instruction in _run_in(below, stage):
            apply(instruction, scope, outer, build_args, dockerfile.escape)
    return scope


def _run_in(base: Stage | str | Unknown, stage: Stage) -> Iterator[Instruction]:
    if isinstance(base, Stage):
        for instruction in base.instructions:
            if instruction.trigger is not None:
                yield instruction.trigger
    yield from stage.instructions


def _needed(dockerfile: Dockerfile, stage: Stage, build_args: Mapping[str, str]) -> Iterator[Stage]:
    base = base_of(dockerfile, stage, build_args)
    if isinstance(base, Stage):
        yield base
    for instruction in _run_in(base, stage):
        for name in _sources(instruction):
            found = _find(dockerfile.stages, name)
            if found is not None:
                yield found


def _sources(instruction: Instruction) -> Iterator[str]:
    """What an instruction takes files from: names of stages, of images, or numbers of stages."""
    if instruction.name in ("COPY", "ADD"):
        yield instruction.flag("from")
    elif instruction.name == "RUN":
        for flag in instruction.flags:
            if flag.name == "mount":
                fields = (field.partition("=") for field in (flag.value or "").split(","))
                yield from (value.strip("\"'") for key, _, value in fields if key.strip().lower() == "from")


def _find(among: tuple[Stage, ...], name: str) -> Stage | None:
    """The stage that a name or a number means; names first, in any case, and the later of two."""
    wanted = name.lower()
    for stage in reversed(among):
        if stage.name and stage.name.lower() == wanted:
            return stage
    if _NUMBER.fullmatch(name) and int(name) < len(among):
        return among[int(name)]
    return None


def _outer(dockerfile: Dockerfile, build_args: Mapping[str, str]) -> Scope:
    return global_scope(dockerfile.arguments, build_args, dockerfile.escape)
