"""Instructions that are put into a Dockerfile, as lines of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import instructions_of, lineage, target_stage
from garboard.model.dockerfile import Dockerfile, DockerfileError, Instruction
from garboard.model.fix import CannotEdit, Splice
from garboard.splices import newline, spliced

_LINES: Final = re.compile(r"(?:USER root\n)?RUN [^\n]+(?:\nUSER [A-Za-z0-9_][\w.:-]*)?")
"""What is put in: a RUN, as root where it has to be, and as whom it goes on. That last name is an image's own word."""


def after_from(dockerfile: Dockerfile, target: str, build_args: Mapping[str, str], lines: str) -> Splice:
    """Puts the lines after the FROM that names the base of what is built."""
    return _after(dockerfile, lineage(dockerfile, target, build_args)[0].origin, lines)


def at_end(dockerfile: Dockerfile, target: str, lines: str) -> Splice:
    """Puts the lines at the end of the stage that is built."""
    return _after(dockerfile, instructions_of(target_stage(dockerfile, target))[-1], lines)


def _after(dockerfile: Dockerfile, instruction: Instruction, lines: str) -> Splice:
    if not _LINES.fullmatch(lines):
        raise CannotEdit("the USER of the base is no plain name, so how to go on behind the line is not certain")
    end = newline(dockerfile.data)
    new = b"".join(end + line.encode() for line in lines.splitlines())
    at = instruction.span.end
    splice = Splice(start=at, end=at, new=new)
    try:
        after = parse(spliced(dockerfile.data, (splice,)), dockerfile.name)
    except DockerfileError as error:
        raise CannotEdit("the line does not fit behind the one before it") from error
    if len(after.instructions) != len(dockerfile.instructions) + len(lines.splitlines()):
        raise CannotEdit("the line would not stand alone behind the one before it")
    return splice
