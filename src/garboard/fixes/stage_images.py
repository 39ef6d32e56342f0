"""The images that a Dockerfile names beside the base of what is built: bases of other stages, and what files are taken from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import bases, lineage, named_by, platform_of
from garboard.fixes import from_line
from garboard.fixes.named_images import PutTogether
from garboard.model.dockerfile import Dockerfile, DockerfileError, Flag, Instruction, Stage, Unknown
from garboard.model.fix import CannotEdit, Splice
from garboard.splices import spliced

SCRATCH: Final = "scratch"
_COPIES: Final = ("COPY", "ADD")


class StageImage(NamedTuple):
    """An image that the built one does not start from.

    ``stage`` is the stage that it stands in, ``source`` the word that takes files from it; None where it is the stage's base.
    """

    reference: str
    line: int
    stage: Stage
    platform: str = ""
    source: Flag | None = None

    @property
    def use(self) -> str:
        """What it is there for, in words."""
        if self.source is not None:
            return f", from which line {self.line} takes files"
        return f" in stage {self.stage.name or self.stage.index}, which the image does not start from"


def others(dockerfile: Dockerfile, target: str, build_args: Mapping[str, str]) -> Iterator[StageImage | PutTogether]:
    """The images of other stages, in written order, and names that the file alone does not decide."""
    own = lineage(dockerfile, target, build_args)[0].index
    find = named_by(dockerfile)
    for stage, base in zip(dockerfile.stages, bases(dockerfile, build_args), strict=True):
        line = stage.origin.span.line
        if isinstance(base, Unknown) and stage.index != own:
            yield PutTogether(stage.base.text, line)
        elif isinstance(base, str) and base != SCRATCH and stage.index != own:
            yield StageImage(base, line, stage, platform_of(dockerfile, stage, build_args))
        yield from _sources(stage, find)


def _sources(stage: Stage, find: Callable[[str], Stage | None]) -> Iterator[StageImage | PutTogether]:
    for name, line, flag in _taken(stage):
        if "$" in name:
            yield PutTogether(name, line)
        elif name and name != SCRATCH and find(name) is None:
            yield StageImage(name, line, stage, source=flag)


def _taken(stage: Stage) -> Iterator[tuple[str, int, Flag]]:
    """What a stage's lines take files from, as it is written: stages, their numbers, and images."""
    for one in stage.instructions:
        instruction: Instruction | None = one
        while instruction is not None:
            for flag in instruction.flags:
                yield from ((name, one.span.line, flag) for name in _from(instruction, flag))
            instruction = instruction.trigger


def _from(instruction: Instruction, flag: Flag) -> Iterator[str]:
    if instruction.name in _COPIES and flag.name == "from":
        yield flag.value or ""
    elif instruction.name == "RUN" and flag.name == "mount":
        fields = (field.partition("=") for field in (flag.value or "").split(","))
        yield from (value.strip("\"'") for key, _, value in fields if key.strip(" \"'").lower() == "from")


def is_moved(
    dockerfile: Dockerfile, image: StageImage, build_args: Mapping[str, str], made: tuple[Splice, ...]
) -> bool:
    """Whether changes of other places make a stage start from another image: one value may name several."""
    if image.source is not None or not made:
        return False
    after = parse(spliced(dockerfile.data, made), dockerfile.name)
    return bases(after, build_args)[image.stage.index] != image.reference


def moved(dockerfile: Dockerfile, image: StageImage, build_args: Mapping[str, str], reference: str) -> Splice:
    """What makes the file name another image in this place.

    Raises:
        CannotEdit: no change of the file alone does that.
    """
    if image.source is None:
        return from_line.rebasing(dockerfile, str(image.stage.index), build_args, reference)
    wanted = from_line.spelled_like(image.reference, reference)
    if not from_line.PLAIN.fullmatch(wanted) or named_by(dockerfile)(wanted):
        raise CannotEdit(f"{wanted!r} is no plain name of an image")
    written = dockerfile.written(image.source.span)
    for found in re.finditer(
        rb"(?i:from)=[\"']?(" + re.escape(image.reference.encode()) + rb")(?=[,\"'\s]|\Z)", written
    ):
        start = image.source.span.start
        splice = Splice(start=start + found.start(1), end=start + found.end(1), new=wanted.encode())
        if _does(dockerfile, splice, build_args, image, wanted):
            return splice
    raise CannotEdit(f"where {image.reference} is written is not certain")


def _does(
    dockerfile: Dockerfile, splice: Splice, build_args: Mapping[str, str], image: StageImage, reference: str
) -> bool:
    """Whether the changed file takes files from the reference there, and names all else that it named."""
    try:
        changed = parse(spliced(dockerfile.data, (splice,)), dockerfile.name)
    except DockerfileError:
        return False
    before, after = (_all_taken(one) for one in (dockerfile, changed))
    expected = [(reference if flag == image.source else name, line) for name, line, flag in before]
    bases_now, bases_then = (
        [base.index if isinstance(base, Stage) else base for base in bases(one, build_args)]
        for one in (dockerfile, changed)
    )
    return [(name, line) for name, line, _ in after] == expected and bases_now == bases_then


def _all_taken(dockerfile: Dockerfile) -> list[tuple[str, int, Flag]]:
    return [each for stage in dockerfile.stages for each in _taken(stage)]


def base_that_is_unknown(dockerfile: Dockerfile, target: str, build_args: Mapping[str, str]) -> PutTogether | None:
    """What names the base of what is built, if the file alone does not decide it."""
    stage = lineage(dockerfile, target, build_args)[0]
    known = isinstance(bases(dockerfile, build_args)[stage.index], str)
    return None if known else PutTogether(stage.base.text, stage.origin.span.line)
