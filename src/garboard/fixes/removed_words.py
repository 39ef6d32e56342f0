"""Less on RUN lines: packages that they need not name, and what is installed only because others recommend it.

As in `run_lines`, a change is tried, and taken if the file as it would then be asks for exactly the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from garboard import ecosystems
from garboard.dockerfile.parser import parse
from garboard.fixes.asked import PlacedRequest, asked
from garboard.fixes.words import occurrences
from garboard.model.action import WantedVersion
from garboard.model.attribution import Place
from garboard.model.dockerfile import Dockerfile, DockerfileError, Instruction, PackageRequest, Span
from garboard.model.fix import CannotEdit, Splice
from garboard.shellcommands.recommended import is_fat
from garboard.splices import spliced

_REST: Final = re.compile(rb"[ \t]*+[\\`][ \t]*+\r?\n")
_SPACE: Final = b" \t"


def trimming(dockerfile: Dockerfile, build_args: Mapping[str, str], place: Place | None) -> tuple[Splice, ...]:
    """What keeps a line from installing what is only recommended.

    Raises:
        CannotEdit: no change of the file alone is certain to do so.
    """
    before = list(asked(dockerfile, build_args))
    here = [one for one in before if place is not None and one.instruction.span.line == place.line]
    fat = [one for one in here if _lacking(one)]
    if not fat:
        raise CannotEdit("where the line installs packages is not certain")
    instruction = fat[0].instruction
    option = _lacking(fat[0])
    new = f'", {json.dumps(option)[:-1]}' if instruction.exec_form is not None else f" {option}"
    taken: tuple[Splice, ...] = ()
    left = len(fat)
    for span in occurrences(dockerfile, instruction.span, "install"):
        tried = (*taken, Splice(start=span.end, end=span.end, new=new.encode()))
        after = _asked(dockerfile, build_args, tried, instruction)
        if after is None or [one.meaning for one in after] != [one.meaning for one in before]:
            continue
        still = sum(bool(_lacking(one)) for one in after if one.instruction.span.line == instruction.span.line)
        if still < left:
            taken, left = tried, still
    if left:
        raise CannotEdit("where the line installs packages is not certain")
    return taken


def _lacking(one: PlacedRequest) -> str:
    """The option that a request's command lacks; empty if it lacks none."""
    request = one.request
    if not isinstance(request, PackageRequest) or not is_fat(request.command, request.ecosystem):
        return ""
    return ecosystems.commands(request.ecosystem).lean.get(request.manager, "")


def dropping(dockerfile: Dockerfile, build_args: Mapping[str, str], dropped: WantedVersion) -> tuple[Splice, ...]:
    """What makes a line name a package no longer.

    Raises:
        CannotEdit: the line names nothing besides, or no change of the file alone is certain to do so.
    """
    line = dropped.place.line if dropped.place else 0
    before = list(asked(dockerfile, build_args))
    own = [one for one in before if one.instruction.span.line == line and one.is_for(dropped)]
    if not own:
        raise CannotEdit("the line does not name it by a word of its own")
    rest = [one.meaning for one in before if one not in own]
    for one in own:
        commands = [other.request.command for other in before if other not in own]
        if one.request.command not in commands:
            raise CannotEdit("its command installs nothing else: the whole command has to go")
    written = {one.request.written for one in own if isinstance(one.request, PackageRequest)}
    spans = [span for word in sorted(written) for span in occurrences(dockerfile, own[0].instruction.span, word)]
    for splices in _removals(dockerfile, spans):
        after = _asked(dockerfile, build_args, splices, own[0].instruction)
        if after is not None and [one.meaning for one in after] == rest:
            return splices
    raise CannotEdit("which words of the line name it is not certain")


def _removals(dockerfile: Dockerfile, spans: list[Span]) -> Iterator[tuple[Splice, ...]]:
    """One place each, then all of them."""
    splices = [_removal(dockerfile.data, one) for one in spans]
    yield from ((one,) for one in splices)
    if len(splices) > 1:
        yield tuple(splices)


def _removal(data: bytes, span: Span) -> Splice:
    """Without a word, with the line that it stands alone on, or with the blanks before it."""
    start, end = span.start, span.end
    if data[start - 1 : start] == data[end : end + 1] and data[end : end + 1] in (b'"', b"'"):
        start, end = start - 1, end + 1
    if data[start - 1 : start] in (b",", b" ") and data[:start].rstrip(b" \t").endswith(b","):  # of the exec form
        return Splice(start=len(data[:start].rstrip(b" \t")) - 1, end=end, new=b"")
    first = data.rfind(b"\n", 0, start) + 1
    rest = _REST.match(data, end)
    if rest and not data[first:start].strip(_SPACE):
        return Splice(start=first, end=rest.end(), new=b"")
    return Splice(start=_before(data, start), end=end, new=b"")


def _before(data: bytes, start: int) -> int:
    """Where the blanks and escaped line ends before a word begin."""
    while True:
        bare = len(data[:start].rstrip(_SPACE)) if data[start - 1 : start] in (b" ", b"\t") else start
        if data[bare - 1 : bare] == b"\n":
            end = bare - (2 if data[bare - 2 : bare - 1] == b"\r" else 1)
            escaped = len(data[:end].rstrip(_SPACE))
            if data[escaped - 1 : escaped] in (b"\\", b"`"):
                start = escaped - 1
                continue
            return start
        if bare == start:
            return start
        start = bare


def _asked(
    dockerfile: Dockerfile, build_args: Mapping[str, str], splices: tuple[Splice, ...], instruction: Instruction
) -> list[PlacedRequest] | None:
    """What the changed file asks for; None if it is none, or if more changes than one instruction."""
    try:
        changed = parse(spliced(dockerfile.data, splices), dockerfile.name)
    except (DockerfileError, ValueError):
        return None
    at = dockerfile.instructions.index(instruction)
    if _others(changed, at) != _others(dockerfile, at):
        return None
    return list(asked(changed, build_args))


def _others(dockerfile: Dockerfile, at: int) -> list[bytes]:
    spans = [one.span for one in dockerfile.instructions]
    return [dockerfile.written(one) for one in (*spans[:at], *spans[at + 1 :])]
