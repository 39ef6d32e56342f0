"""Which RUN lines may make what a line brings: itself, or those of the stage that a COPY takes files from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from garboard.dockerfile.stages import lineage
from garboard.model.dockerfile import Dockerfile, DockerfileError, Instruction

_CONTINUED: Final = re.compile(r"[\\`][ \t]*\r?\n")


def build_lines(dockerfile: Dockerfile, build_args: Mapping[str, str], line: int) -> Iterator[int]:
    """The lines of these instructions, the line itself first."""
    yield line
    own = next((one for stage in dockerfile.stages for one in stage.instructions if one.span.line == line), None)
    source = own.flag("from") if own is not None and own.name in ("COPY", "ADD") else ""
    if not source:
        return
    try:
        stages = lineage(dockerfile, source, build_args)
    except DockerfileError:  # another image
        return
    yield from (one.span.line for stage in stages for one in stage.instructions if one.name == "RUN")


def text_at(dockerfile: Dockerfile, line: int) -> str:
    """What an instruction says, its continued lines in one; empty where none begins on the line."""
    found = next((one for stage in dockerfile.stages for one in stage.instructions if one.span.line == line), None)
    return "" if found is None else _joined(dockerfile, found)


def _joined(dockerfile: Dockerfile, instruction: Instruction) -> str:
    return _CONTINUED.sub(" ", dockerfile.written(instruction.span).decode("utf-8", "replace"))
