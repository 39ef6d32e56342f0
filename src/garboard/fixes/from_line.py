"""Another base in FROM: in the line, or in the default of the ARG that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import Base, bases, lineage
from garboard.model.dockerfile import Assignment, Dockerfile, DockerfileError, Span, Stage
from garboard.model.fix import CannotEdit, Splice
from garboard.splices import spliced

_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)(?::?[-+?][^{}]*)?\}|(\w+))")
_PLAIN: Final = re.compile(r"[\w./:@+-]+")


def rebasing(dockerfile: Dockerfile, target: str, build_args: Mapping[str, str], reference: str) -> Splice:
    """What makes ``reference`` the base of what is built.

    The value stays where it stands: in the default of an ARG, if changing it alone gives the reference, and in FROM
    otherwise. Stages with the same base that the same ARG names change with it.

    Raises:
        CannotEdit: no change of the file alone gives that base.
    """
    if not _PLAIN.fullmatch(reference):
        raise CannotEdit(f"{reference!r} is no plain name of an image")
    stage = lineage(dockerfile, target, build_args)[0]
    before = bases(dockerfile, build_args)
    for splice in (*_in_arguments(dockerfile, stage, build_args, reference), _in_line(dockerfile, stage, reference)):
        data = spliced(dockerfile.data, (splice,))
        if _names(data, dockerfile.name, build_args, stage.index, reference, before):
            return splice
    raise CannotEdit("what FROM names depends on build arguments or variables that the file alone does not decide")


def _in_line(dockerfile: Dockerfile, stage: Stage, reference: str) -> Splice:
    """The image's word in FROM, with the quotes that it has."""
    span = stage.base.span
    written = dockerfile.written(span)
    quote = written[:1] if written[:1] in (b'"', b"'") and written[-1:] == written[:1] and len(written) > 1 else b""
    return Splice(start=span.start, end=span.end, new=quote + reference.encode() + quote)


def _in_arguments(
    dockerfile: Dockerfile, stage: Stage, build_args: Mapping[str, str], reference: str
) -> Iterator[Splice]:
    """Defaults of variables in FROM, each such that it alone makes the line name the reference."""
    text = stage.base.text.strip("\"'")
    defaults = {one.name: one for one in dockerfile.arguments if one.value is not None}
    for found in _VARIABLE.finditer(text):
        name = found[1] or found[2]
        default = defaults.get(name)
        if default is None or name in build_args:
            continue
        known = _around(text, found, defaults, build_args)
        if known is None or not (reference.startswith(known[0]) and reference.endswith(known[1])):
            continue
        value = reference[len(known[0]) : len(reference) - len(known[1]) or None]
        if value and len(known[0]) + len(known[1]) <= len(reference):
            yield _default(dockerfile, default, value)


def _around(
    text: str, found: re.Match[str], defaults: Mapping[str, Assignment], build_args: Mapping[str, str]
) -> tuple[str, str] | None:
    """What stands before and after a variable, with the values of others; None if one has none."""
    before, after = text[: found.start()], text[found.end() :]
    names = {one[1] or one[2] for part in (before, after) for one in _VARIABLE.finditer(part)}
    values = {name: build_args.get(name) or _value(defaults.get(name)) for name in names}
    if not all(values.values()):
        return None

    def value(one: re.Match[str]) -> str:
        return values[one[1] or one[2]]

    return _VARIABLE.sub(value, before), _VARIABLE.sub(value, after)


def _value(default: Assignment | None) -> str:
    value = (default.value or "").strip("\"'") if default else ""
    return value if _PLAIN.fullmatch(value) else ""


def _default(dockerfile: Dockerfile, default: Assignment, value: str) -> Splice:
    """The value of an ARG's default, with the quotes that it has."""
    span: Span = default.span
    written = dockerfile.written(span)
    start = written.index(b"=") + 1
    old = written[start:]
    quote = old[:1] if old[:1] in (b'"', b"'") and old[-1:] == old[:1] and len(old) > 1 else b""
    return Splice(start=span.start + start, end=span.end, new=quote + value.encode() + quote)


def _names(
    data: bytes, name: str, build_args: Mapping[str, str], index: int, reference: str, before: tuple[Base, ...]
) -> bool:
    """Whether a changed file names the reference there, and elsewhere what it named, or moved from the same base to it."""
    try:
        after = bases(parse(data, name), build_args)
    except DockerfileError:
        return False
    if len(after) != len(before) or after[index] != reference:
        return False
    moved = (before[index], reference)
    return all(_same(old, new) or (old, new) == moved for old, new in zip(before, after, strict=True))


def _same(old: Base, new: Base) -> bool:
    if isinstance(old, Stage) and isinstance(new, Stage):
        return old.index == new.index
    return old == new
