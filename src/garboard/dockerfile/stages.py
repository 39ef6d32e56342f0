"""Stages: which ones reach the image, what each starts from, and the variables in each.

A stage is identified by ``AS name``, in any case, or by its number; of two with the same name, the later one counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from garboard.dockerfile.lexer import Budget
from garboard.dockerfile.variables import NO_ARGUMENTS, Scope, apply, expand, global_scope
from garboard.model.dockerfile import Dockerfile, DockerfileError, Instruction, Stage, Unknown

_NUMBER = re.compile(r"[0-9]{1,6}")
_REFERENCE = re.compile(
    r"[a-z0-9](?:[\w.-]*(?::[0-9]+)?/(?=[a-z0-9]))?[a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*(?::\w[\w.-]*)?(?:@\w+:[0-9a-f]+)?"
)
"""What a builder may take for an image, at least by its shape."""


def stages(dockerfile: Dockerfile) -> tuple[Stage, ...]:
    """Return all stages in the order in which they were written; at least one."""
    return dockerfile.stages


def instructions_of(stage: Stage) -> tuple[Instruction, ...]:
    """Return the stage's instructions, its FROM first."""
    return (stage.origin, *stage.instructions)


def target_stage(dockerfile: Dockerfile, target: str = "") -> Stage:
    """Return the stage to build: the last one, or the one that ``--target`` names.

    Raises:
        DockerfileError: There is no such stage.
    """
    if not target:
        return dockerfile.stages[-1]
    found = _all(dockerfile).find(target)
    if found is None:
        known = ", ".join(stage.name or str(stage.index) for stage in dockerfile.stages)
        raise DockerfileError(f"{dockerfile.name} has no stage {target!r}", f"its stages are: {known}")
    return found


Base = Stage | str | Unknown


def bases(dockerfile: Dockerfile, build_args: Mapping[str, str] = NO_ARGUMENTS) -> tuple[Base, ...]:
    """Return what each stage starts from: an earlier stage, an image reference (``scratch`` for none), or Unknown."""
    scope = _outer(dockerfile, build_args)
    names = _Names(dockerfile.stages)
    found: list[Base] = []
    for stage in dockerfile.stages:
        base = expand(stage.base.text, scope, dockerfile.escape)
        if isinstance(base, Unknown):
            bare = expand(stage.base.text, scope, dockerfile.escape, unset_is_empty=True)
            base = bare if isinstance(bare, str) and _REFERENCE.fullmatch(bare) else base
        if base == "":
            base = Unknown(reason="the name of the base image is empty")
        found.append(base if isinstance(base, Unknown) else names.find(base) or base)
        names.add(stage)
    return tuple(found)


def base_of(dockerfile: Dockerfile, stage: Stage, build_args: Mapping[str, str] = NO_ARGUMENTS) -> Base:
    """Return what one stage starts from; see :func:`bases`."""
    return bases(dockerfile, build_args)[stage.index]


def base_image(dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] = NO_ARGUMENTS) -> str:
    """Return the image that the built stage ultimately starts from, with stages followed and variables expanded.

    ``scratch`` for FROM scratch; ``""`` if it cannot be known from the file and the build arguments.
    """
    found = bases(dockerfile, build_args)
    base = found[lineage(dockerfile, target, build_args)[0].index]
    return base if isinstance(base, str) else ""


def base_platform(dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] = NO_ARGUMENTS) -> str:
    """Return the platform that FROM asks of the image that `base_image` names; ``""`` if it asks for none that is known."""
    return platform_of(dockerfile, lineage(dockerfile, target, build_args)[0], build_args)


def platform_of(dockerfile: Dockerfile, stage: Stage, build_args: Mapping[str, str] = NO_ARGUMENTS) -> str:
    """Return the platform that the FROM of one stage asks for; ``""`` if it asks for none that is known."""
    found = expand(stage.platform, _outer(dockerfile, build_args), dockerfile.escape)
    return found if isinstance(found, str) else ""


def named_by(dockerfile: Dockerfile) -> Callable[[str], Stage | None]:
    """Return what finds a stage by its name or number."""
    return _all(dockerfile).find


def lineage(
    dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] = NO_ARGUMENTS
) -> tuple[Stage, ...]:
    """Return the stages that provide the image's own layers: the target's and those it starts from, the earliest first."""
    return _below(target_stage(dockerfile, target), bases(dockerfile, build_args))


def reaching(
    dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] = NO_ARGUMENTS
) -> tuple[Stage, ...]:
    """Return the stages that a build of the target runs, in the order in which they were written.

    These are the stages that it starts from, and those that COPY --from and RUN --mount=…,from= take files from,
    directly or indirectly.
    """
    found = bases(dockerfile, build_args)
    names = _all(dockerfile)
    waiting = [target_stage(dockerfile, target)]
    reached: dict[int, Stage] = {}
    while waiting:
        stage = waiting.pop()
        if stage.index in reached:
            continue
        reached[stage.index] = stage
        base = found[stage.index]
        if isinstance(base, Stage):
            waiting.append(base)
        for instruction in _run_in(base, stage):
            waiting += (needed for name in _sources(instruction) if (needed := names.find(name)) is not None)
    return tuple(reached[index] for index in sorted(reached))


def scoped(
    dockerfile: Dockerfile, stage: Stage, build_args: Mapping[str, str] = NO_ARGUMENTS
) -> Iterator[tuple[Instruction, Scope]]:
    """Yield each instruction that runs in a stage, with the variables as they are before it.

    The triggers of a base stage's ONBUILD run first. The scope changes with the next step: copy it to keep it.
    """
    for one, instruction, scope in _walk(dockerfile, stage, build_args):
        if one.index == stage.index:
            yield instruction, scope


def scoped_lineage(
    dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] = NO_ARGUMENTS
) -> Iterator[tuple[Instruction, Scope]]:
    """Yield what `scoped` yields for each stage of the target's `lineage`, in one walk."""
    for _, instruction, scope in _walk(dockerfile, target_stage(dockerfile, target), build_args):
        yield instruction, scope


def _walk(
    dockerfile: Dockerfile, stage: Stage, build_args: Mapping[str, str]
) -> Iterator[tuple[Stage, Instruction, Scope]]:
    found = bases(dockerfile, build_args)
    outer = _outer(dockerfile, build_args)
    chain = _below(stage, found)
    scope = Scope(is_open=found[chain[0].index] != "scratch", budget=outer.budget)
    for one in chain:
        for instruction in _run_in(found[one.index], one):
            yield one, instruction, scope
            apply(instruction, scope, outer, build_args, dockerfile.escape)


def _below(stage: Stage, found: tuple[Base, ...]) -> tuple[Stage, ...]:
    """Return the stage and those it is built on, the earliest first."""
    chain = [stage]
    while isinstance(base := found[chain[-1].index], Stage):
        chain.append(base)
    return tuple(reversed(chain))


def _run_in(base: Base, stage: Stage) -> Iterator[Instruction]:
    if isinstance(base, Stage):
        for instruction in base.instructions:
            if instruction.trigger is not None:
                yield instruction.trigger
    yield from stage.instructions


def _sources(instruction: Instruction) -> Iterator[str]:
    """Yield what an instruction takes files from: names of stages or images, or numbers of stages."""
    if instruction.name in ("COPY", "ADD"):
        yield instruction.flag("from")
    elif instruction.name == "RUN":
        for flag in instruction.flags:
            if flag.name == "mount":
                fields = (field.partition("=") for field in (flag.value or "").split(","))
                yield from (value.strip("\"'") for key, _, value in fields if key.strip().lower() == "from")


class _Names:
    """Stages by name, in any case (the later of two counts); and those added so far by number."""

    def __init__(self, among: tuple[Stage, ...]) -> None:
        self._among = among
        self._named: dict[str, Stage] = {}
        self._added = 0

    def add(self, stage: Stage) -> None:
        self._added += 1
        if stage.name:
            self._named[stage.name.lower()] = stage

    def find(self, name: str) -> Stage | None:
        named = self._named.get(name.lower())
        if named is None and _NUMBER.fullmatch(name) and int(name) < self._added:
            return self._among[int(name)]
        return named


def _all(dockerfile: Dockerfile) -> _Names:
    names = _Names(dockerfile.stages)
    for stage in dockerfile.stages:
        names.add(stage)
    return names


def _outer(dockerfile: Dockerfile, build_args: Mapping[str, str]) -> Scope:
    return global_scope(dockerfile.arguments, build_args, dockerfile.escape, Budget(len(dockerfile.data)))
