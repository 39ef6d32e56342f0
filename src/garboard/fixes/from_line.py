"""Another base in FROM: in the line, or in the default of the ARG that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import Base, bases, lineage
from garboard.fixes.asked import asked
from garboard.model.dockerfile import Assignment, Dockerfile, DockerfileError, Stage
from garboard.model.fix import CannotEdit, Splice
from garboard.splices import spliced

_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)(?::?-([^{}$]*))?\}|(\w+))")
"""A variable, and the text that stands for it where it is not set."""
PLAIN: Final = re.compile(r"[\w./:@+-]+")
"""What may be written as the name of an image, or as a part of one."""
_DEEPEST: Final = 10
_HUB: Final = re.compile(r"^(?:(?:(?:index|registry-1)\.)?docker\.io/)?(?:library/)?")
_TAGGED: Final = re.compile(r"(?s)(.*?)((?::[\w.-]+)?(?:@\w+:[0-9a-f]+)?)\Z")


def rebasing(dockerfile: Dockerfile, target: str, build_args: Mapping[str, str], reference: str) -> Splice:
    """What makes ``reference`` the base of what is built.

    The value stays where it stands: in the default of an ARG, if changing it alone gives the reference and nothing that
    lines install goes by it, and in FROM otherwise; there too if a stage uses the ARG again, which would say something else
    then. Stages with the same base that the same ARG names change with it.

    Raises:
        CannotEdit: no change of the file alone gives that base.
    """
    if not PLAIN.fullmatch(reference):
        raise CannotEdit(f"{reference!r} is no plain name of an image")
    stage = lineage(dockerfile, target, build_args)[0]
    before = bases(dockerfile, build_args)
    base = before[stage.index]
    wanted = spelled_like(base, reference) if isinstance(base, str) else reference
    places = (*_in_variables(dockerfile, stage, build_args, wanted), *_in_line(dockerfile, stage, build_args, wanted))
    for splice in places:
        if _does(dockerfile, splice, build_args, stage.index, wanted, before):
            return splice
    if again := _declared_again(dockerfile, stage, build_args):
        raise CannotEdit(
            f"a stage uses {again} again: another default changes what its lines install or other bases, and another name in "
            f"FROM would leave {again} as it is"
        )
    raise CannotEdit("what FROM names depends on build arguments or variables that the file alone does not decide")


def spelled_like(old: str, reference: str) -> str:
    """The reference with its repository as the old one spells it, if they name the same (``docker.io/library/ruby``)."""
    before, after = _TAGGED.match(old), _TAGGED.match(reference)
    assert before is not None
    assert after is not None
    same = _HUB.sub("", before[1]) == _HUB.sub("", after[1])
    return f"{before[1]}{after[2]}" if same else reference


def _in_line(dockerfile: Dockerfile, stage: Stage, build_args: Mapping[str, str], reference: str) -> Iterator[Splice]:
    """The image's word in FROM, with the quotes that it has: what stands behind its variables, else all of it."""
    span = stage.base.span
    found = _instead(span.start, dockerfile.written(span), reference, _defaults(dockerfile), build_args)
    again = _declared_again(dockerfile, stage, build_args)
    yield from (one for one in found if not again or one.start > span.start)


def _instead(
    start: int, written: bytes, value: str, defaults: Mapping[str, Assignment], build_args: Mapping[str, str]
) -> Iterator[Splice]:
    """Another value in the place of a text, of which as much stays as is variables."""
    text = written.decode("utf-8", "replace")
    last = next(iter(reversed([*_VARIABLE.finditer(text)])), None)
    known = _around(text, last, defaults, build_args) if last else None
    if last is not None and known is not None and len(text) == len(written):
        name = last[1] or last[3]
        begun = known[0].lstrip("\"'") + (build_args.get(name) or _value(_deciding(name, defaults)) or (last[2] or ""))
        end = len(written.rstrip(b"\"'"))
        if value.startswith(begun) and last.end() < end:
            yield Splice(start=start + last.end(), end=start + end, new=value[len(begun) :].encode())
    yield _between_quotes(start, written, value)


def _defaults(dockerfile: Dockerfile) -> dict[str, Assignment]:
    return {one.name: one for one in dockerfile.arguments if one.value is not None}


def _in_variables(
    dockerfile: Dockerfile, stage: Stage, build_args: Mapping[str, str], reference: str
) -> Iterator[Splice]:
    """What stands for variables in FROM, each such that it alone makes the line name the reference."""
    text = stage.base.text.strip("\"'")
    defaults, again = _defaults(dockerfile), _declared_again(dockerfile, stage, build_args)
    for found in _VARIABLE.finditer(text):
        name = found[1] or found[3]
        known = _around(text, found, defaults, build_args)
        if name in build_args or known is None or len(known[0]) + len(known[1]) >= len(reference):
            continue
        if not (reference.startswith(known[0]) and reference.endswith(known[1])):
            continue
        value = reference[len(known[0]) : len(reference) - len(known[1]) or None]
        default = _deciding(name, defaults)
        if default is not None and not ("@" in value and again and "@" not in (default.value or "")):
            written = dockerfile.written(default.span)
            start = written.index(b"=") + 1
            yield from _instead(default.span.start + start, written[start:], value, defaults, build_args)
        elif name not in defaults and found[2]:
            yield from _in_line_default(dockerfile, stage, found[2], value)


def _deciding(name: str, defaults: Mapping[str, Assignment]) -> Assignment | None:
    """The default that decides a variable: its own, or that of the one variable which it consists of."""
    found = defaults.get(name)
    for _ in range(_DEEPEST):
        inner = _VARIABLE.fullmatch((found.value or "").strip("\"'")) if found is not None else None
        if inner is None:
            return found
        found = defaults.get(inner[1] or inner[3])
    return None


def _in_line_default(dockerfile: Dockerfile, stage: Stage, old: str, value: str) -> Iterator[Splice]:
    """The text that stands for a variable which nothing sets, in FROM itself: ``${V:-1}``."""
    span = stage.base.span
    written = dockerfile.written(span)
    at = written.find(f"-{old}}}".encode())
    if at >= 0:
        start = span.start + at + 1
        yield Splice(start=start, end=start + len(old.encode()), new=value.encode())


def _declared_again(dockerfile: Dockerfile, stage: Stage, build_args: Mapping[str, str]) -> str:
    """A variable of FROM that the build does not set and that a stage uses again, for other things than its base."""
    defaults = _defaults(dockerfile)
    again = {
        one.name
        for stage in dockerfile.stages
        for instruction in stage.instructions
        if instruction.name == "ARG"
        for one in instruction.assignments
        if one.value is None
    }
    names = [one[1] or one[3] for one in _VARIABLE.finditer(stage.base.text) if (one[1] or one[3]) not in build_args]
    found = ((one, each.name) for one in names if (each := _deciding(one, defaults)) is not None)
    return next((one for pair in found for one in pair if one in again), "")


def _around(
    text: str, found: re.Match[str], defaults: Mapping[str, Assignment], build_args: Mapping[str, str]
) -> tuple[str, str] | None:
    """What stands before and after a variable, with the values of others; None if one has none."""
    before, after = text[: found.start()], text[found.end() :]
    values = {}
    for one in (*_VARIABLE.finditer(before), *_VARIABLE.finditer(after)):
        name = one[1] or one[3]
        values[one[0]] = build_args.get(name) or _value(_deciding(name, defaults)) or (one[2] or "")
    if not all(values.values()):
        return None

    def value(one: re.Match[str]) -> str:
        return values[one[0]]

    return _VARIABLE.sub(value, before), _VARIABLE.sub(value, after)


def _value(default: Assignment | None) -> str:
    value = (default.value or "").strip("\"'") if default else ""
    return value if PLAIN.fullmatch(value) else ""


def _between_quotes(start: int, written: bytes, value: str) -> Splice:
    """A value in the place of another one, with the quotes that it has."""
    quote = written[:1] if written[:1] in (b'"', b"'") and written[-1:] == written[:1] and len(written) > 1 else b""
    return Splice(start=start, end=start + len(written), new=quote + value.encode() + quote)


def _does(
    dockerfile: Dockerfile,
    splice: Splice,
    build_args: Mapping[str, str],
    index: int,
    reference: str,
    before: tuple[Base, ...],
) -> bool:
    """Whether the changed file names the reference there, and elsewhere what it named, or moved from the same base to it.

    What its lines ask for has to stay too.
    """
    try:
        changed = parse(spliced(dockerfile.data, (splice,)), dockerfile.name)
    except DockerfileError:
        return False
    after = bases(changed, build_args)
    if len(after) != len(before) or after[index] != reference:
        return False
    moved = (before[index], reference)
    if not all(_same(old, new) or (old, new) == moved for old, new in zip(before, after, strict=True)):
        return False
    if splice.start >= dockerfile.stages[0].origin.span.start:  # no value that lines go by
        return True
    requests = ([one.meaning for one in asked(each, build_args)] for each in (dockerfile, changed))
    return next(requests) == next(requests)


def _same(old: Base, new: Base) -> bool:
    if isinstance(old, Stage) and isinstance(new, Stage):
        return old.index == new.index
    return old == new
