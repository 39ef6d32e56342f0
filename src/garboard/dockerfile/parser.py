"""Bytes to a Dockerfile: every instruction, every stage, and every byte accounted for.

Follows the Dockerfile reference, and BuildKit in what it tolerates: blank lines and comments inside a continued line,
lower-case keywords, unknown flags.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import NamedTuple

from garboard.dockerfile import heredocs
from garboard.dockerfile.instructions import FORMS, Form, Writing
from garboard.dockerfile.lines import LineReader
from garboard.dockerfile.source import Source
from garboard.dockerfile.words import Logical, cut, flags
from garboard.model.dockerfile import Dockerfile, DockerfileError, Flag, Heredoc, Instruction, Piece, PieceKind, Stage
from garboard.model.limits import DEFAULT, Limits

_WITH_HEREDOCS = ("ADD", "COPY", "RUN")
_NEVER_TRIGGERED = ("FROM", "MAINTAINER", "ONBUILD")


def parse(data: bytes, name: str = "Dockerfile", limits: Limits = DEFAULT) -> Dockerfile:
    """Parse a Dockerfile; its pieces join to ``data``. ``name`` is only displayed.

    Raises:
        DockerfileError: No builder accepts the file; the error has line and column. Examples are an unknown
            instruction, a heredoc without end, an instruction before the first FROM, no FROM at all, and arguments that
            an instruction refuses. Or it passes a limit.
    """
    if len(data) > limits.dockerfile_bytes:
        raise DockerfileError(
            f"{name} is longer than the limit of {limits.dockerfile_bytes} bytes",
            "is it a Dockerfile? if so, raise GARBOARD_LIMIT_DOCKERFILE_BYTES",
        )
    source = Source(data, name)
    reader = LineReader(source)
    before: list[Instruction] = []
    stages: list[list[Instruction]] = []
    for instruction, start in _instructions(reader):
        if instruction.name == "FROM":
            if len(stages) == limits.dockerfile_stages:
                message = f"more than {limits.dockerfile_stages} stages, the limit"
                raise source.error(
                    message, start, start + 4, "if it is to be trusted, raise GARBOARD_LIMIT_DOCKERFILE_STAGES"
                )
            stages.append([instruction])
        elif stages:
            stages[-1].append(instruction)
        elif instruction.name == "ARG":
            before.append(instruction)
        else:
            raise source.error(
                f"{instruction.name} before the first FROM",
                start,
                start + len(instruction.keyword),
                "only ARG may stand before FROM",
            )
    if not stages:
        raise source.error("no FROM", max(0, len(source.text) - 1), len(source.text), "start a stage: FROM debian:12")
    return Dockerfile(
        name=name,
        data=data,
        escape=reader.escape,
        pieces=tuple(_with_space(reader.pieces, source)),
        directives=tuple(reader.directives),
        instructions=(*before, *(one for stage in stages for one in stage)),
        stages=tuple(_stage(index, stage) for index, stage in enumerate(stages)),
        arguments=tuple(one for instruction in before for one in instruction.assignments),
    )


def _stage(index: int, instructions: list[Instruction]) -> Stage:
    origin = instructions[0]
    return Stage(
        index=index,
        name=origin.values[2] if len(origin.arguments) == 3 else "",
        base=origin.arguments[0],
        platform=origin.flag("platform"),
        origin=origin,
        instructions=tuple(instructions[1:]),
    )


class _Read(NamedTuple):
    """An instruction's logical line, split into its parts."""

    line: Logical
    keyword: Logical
    name: str
    flags: tuple[Flag, ...]
    form: Form
    trigger: _Read | None


def _instructions(reader: LineReader) -> Iterator[tuple[Instruction, int]]:
    """Yield each instruction, and the character at which it starts."""
    source = reader.source
    while (found := reader.next_logical()) is not None:
        joined, end = found
        line = joined.strip()
        if not line.text:
            raise source.error("a continued line without an instruction", max(0, end - 1), end, "remove it")
        read = _take_apart(line, source, reader.escape)
        inner = read.trigger or read
        bodies: tuple[Heredoc, ...] = ()
        if inner.name in _WITH_HEREDOCS and inner.form.exec_form is None:
            bodies, end = heredocs.read(line, reader, end)
        start = line.places[0]
        reader.note_instruction(start, end)
        yield _built(read, bodies, source, end), start


def _take_apart(line: Logical, source: Source, escape: str, *, triggered: bool = False) -> _Read:
    keyword, rest = cut(line)
    name = keyword.text.upper()
    found, rest = flags(rest, source)
    writing = Writing(name, keyword, rest.strip(), source, escape)
    if name == "ONBUILD":
        return _Read(line, keyword, name, found, Form(), _trigger(writing))
    form = FORMS.get(name)
    if form is not None:
        return _Read(line, keyword, name, found, form(writing), None)
    if triggered:  # builders check a trigger only when it fires
        return _Read(line, keyword, name, found, Form(), None)
    near = difflib.get_close_matches(name, [*FORMS, "ONBUILD"], n=1)
    hint = f"did you mean {near[0]}?" if near else "does the line before it lack a \\ at its end?"
    return writing.refuse(f"unknown instruction {keyword.text}", hint)


def _trigger(writing: Writing) -> _Read:
    if not writing.rest.text:
        writing.refuse("ONBUILD without an instruction", "ONBUILD RUN command")
    name = cut(writing.rest)[0].text.upper()
    if name in _NEVER_TRIGGERED:
        writing.refuse(f"ONBUILD cannot trigger {name}", at=writing.rest)
    return _take_apart(writing.rest, writing.source, writing.escape, triggered=True)


def _built(read: _Read, bodies: tuple[Heredoc, ...], source: Source, end: int) -> Instruction:
    start = read.line.places[0]
    trigger = _built(read.trigger, bodies, source, end) if read.trigger is not None else None
    return Instruction(
        keyword=read.keyword.text,
        name=read.name,
        original=source.text[start:end],
        span=source.span(start, end),
        flags=read.flags,
        arguments=read.form.arguments,
        assignments=read.form.assignments,
        heredocs=() if trigger is not None else bodies,
        exec_form=read.form.exec_form,
        trigger=trigger,
    )


def _with_space(pieces: list[Piece], source: Source) -> Iterator[Piece]:
    """Yield the pieces in order, with everything between them: indents, blank lines and line endings."""
    at = 0
    for piece in pieces:
        start, end = source.characters(piece.span)
        if start > at:
            yield Piece(kind=PieceKind.SPACE, span=source.span(at, start))
        yield piece
        at = end
    if at < len(source.text):
        yield Piece(kind=PieceKind.SPACE, span=source.span(at, len(source.text)))
