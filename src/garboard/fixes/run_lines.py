"""Other versions on a RUN line: the word that names the package, or where its version is written.

A change is tried in each place that could be the right one, and taken if the file as it would then be asks for exactly
what it asked for before, except for the version: no place is taken by its looks alone.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from garboard import ecosystems
from garboard.dockerfile.parser import parse
from garboard.fixes.asked import PlacedRequest, asked, only
from garboard.fixes.words import occurrences
from garboard.model.action import WantedVersion
from garboard.model.dockerfile import (
    Assignment,
    Dockerfile,
    DockerfileError,
    Instruction,
    PackageRequest,
    Span,
    UnknownRequest,
)
from garboard.model.fix import CannotEdit, Splice
from garboard.splices import spliced

_VERSION: Final = re.compile(r"\d[\w.+~^:-]*")
_VARIABLE: Final = re.compile(r"\$\{?(\w+)")


def raising(dockerfile: Dockerfile, build_args: Mapping[str, str], wanted: WantedVersion) -> tuple[Splice, ...]:
    """What makes the line of ``wanted`` ask for that version.

    Raises:
        CannotEdit: no change of the file alone is certain to do so.
    """
    if wanted.place is None:
        raise CannotEdit("which line asks for it is not known")
    line = wanted.place.line
    before = list(asked(dockerfile, build_args))
    here = [one for one in before if one.instruction.span.line == line]
    own = [one for one in here if one.is_for(wanted)]
    tried = _reworded(dockerfile, build_args, own, wanted) if own else _added(dockerfile, here, wanted)
    for splices in tried:
        if _does(dockerfile, build_args, splices, (wanted, line, before), added=not own):
            return splices
    said = f"`{_written(own[0])}`" if own else ""
    raise CannotEdit(f"where its version is written ({said}) is not certain" if said else _why_not(here, wanted))


def _written(one: PlacedRequest) -> str:
    return one.request.written if isinstance(one.request, PackageRequest) else ""


def _why_not(here: Iterable[PlacedRequest], wanted: WantedVersion) -> str:
    """Why a package that the line does not name cannot be added to it."""
    unnamed = next((one.request for one in here if isinstance(one.request, UnknownRequest)), None)
    if unnamed is not None:
        return f"the line does not name it: {unnamed.reason} (`{unnamed.text}`)"
    if not wanted.asked_for:
        return "the line does not name it, nor what needs it"
    return f"{wanted.asked_for} needs it, and asking for it beside that one may not replace what that one gets"


def _does(
    dockerfile: Dockerfile,
    build_args: Mapping[str, str],
    splices: tuple[Splice, ...],
    expected: tuple[WantedVersion, int, list[PlacedRequest]],
    *,
    added: bool,
) -> bool:
    wanted, line, before = expected
    try:
        changed = parse(spliced(dockerfile.data, splices), dockerfile.name)
    except (DockerfileError, ValueError):
        return False
    return only(wanted, line, before, list(asked(changed, build_args)), added=added)


def _reworded(
    dockerfile: Dockerfile, build_args: Mapping[str, str], own: list[PlacedRequest], wanted: WantedVersion
) -> Iterator[tuple[Splice, ...]]:
    """Changes of words that name the package, nearest first."""
    instruction, request = own[0].instruction, own[0].request
    version = ecosystems.commands(wanted.type).marked(wanted.version)
    assert isinstance(request, PackageRequest)
    found = list(occurrences(dockerfile, instruction.span, request.written))
    new = _new_word(request, wanted, exec_form=instruction.exec_form is not None)
    if new:
        yield from _each_and_all(found, new)
    if request.version:
        yield from _each_and_all(list(occurrences(dockerfile, instruction.span, request.version)), version)
        for assignment in _assignments(dockerfile, request.written, build_args):
            if (assignment.value or "").strip("\"'") == request.version:
                yield from _each_and_all(list(occurrences(dockerfile, assignment.span, request.version)), version)


def _new_word(request: PackageRequest, wanted: WantedVersion, *, exec_form: bool) -> str:
    """The word with the version in the place of its own; empty if its own is not in it, or it names several."""
    written = request.written
    if not request.specifier:
        bare = written.strip("\"'")
        word = ecosystems.commands(wanted.type).word(bare, wanted.version)
        if exec_form:
            return json.dumps(word)[1:-1]
        return written.replace(bare, word) if bare != written else shlex.quote(word)
    if request.specifier not in written:
        return ""
    versions = _VERSION.findall(request.specifier)
    if len(versions) != 1:
        return ""
    mark = ecosystems.commands(wanted.type).version_mark
    version = wanted.version.removeprefix(mark)
    return written.replace(request.specifier, request.specifier.replace(versions[0], version))


def _added(dockerfile: Dockerfile, here: list[PlacedRequest], wanted: WantedVersion) -> Iterator[tuple[Splice, ...]]:
    """The package behind the one that needs it, where both cannot be there in two versions."""
    commands = ecosystems.commands(wanted.type)
    word = commands.word(wanted.name, wanted.version)
    for one in here:
        request = one.request
        if not isinstance(request, PackageRequest) or request.manager not in commands.one_version:
            continue
        if not wanted.asked_for or request.name != wanted.asked_for:
            continue
        exec_form = one.instruction.exec_form is not None
        for span in occurrences(dockerfile, one.instruction.span, _written(one)):
            new = f'", {json.dumps(word)[:-1]}' if exec_form else f" {shlex.quote(word)}"
            at = span.end + (0 if exec_form else _closing(dockerfile.data, span))
            yield (Splice(start=at, end=at, new=new.encode()),)


def _closing(data: bytes, span: Span) -> int:
    """One where a quote that the word does not have itself closes behind it, else none."""
    before, after = data[span.start - 1 : span.start], data[span.end : span.end + 1]
    return 1 if before == after and before in (b'"', b"'") else 0


def _each_and_all(found: list[Span], new: str) -> Iterator[tuple[Splice, ...]]:
    splices = [Splice(start=one.start, end=one.end, new=new.encode()) for one in found]
    yield from ((one,) for one in splices)
    if len(splices) > 1:
        yield tuple(splices)


def _assignments(dockerfile: Dockerfile, written: str, build_args: Mapping[str, str]) -> Iterator[Assignment]:
    """Those of ARG and ENV that set a variable of a word, unless a build argument decides it."""
    names = {one[1] for one in _VARIABLE.finditer(written)} - build_args.keys()
    instructions: Iterable[Instruction] = dockerfile.instructions
    for instruction in instructions:
        if instruction.name in ("ARG", "ENV"):
            yield from (one for one in instruction.assignments if one.name in names)
