"""Rules and ignores as the command line and comments of a Dockerfile write them."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from garboard.model.dockerfile import Dockerfile, PieceKind
from garboard.model.errors import UsageError
from garboard.model.policy import Ignore, Level, PolicyError, Rule, Wanted
from garboard.policy import of_images, values
from garboard.policy.document import CONDITIONS
from garboard.policy.values import Unfit

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_COMMENT: Final = re.compile(r"#\s*garboard:\s*(\w*)\s*(.*)", re.IGNORECASE | re.DOTALL)
_UNTIL: Final = re.compile(r"(?i)\buntil[\s=:]+(\S+)")
_REASON: Final = re.compile(r"(?i)\breason\b[\s=:]*(.*)", re.DOTALL)


def fail_on(text: str) -> Rule:
    """``high``, ``high,fixable``, ``kev``, ``epss=0.5``, ``root-user``: all of what commas separate have to hold.

    Raises:
        UsageError: it names no condition, or a value that the condition does not take.
    """
    wanted = tuple(_condition(one.strip()) for one in text.split(",") if one.strip())
    twice = [name for name, count in Counter(one.name for one in wanted).items() if count > 1]
    if twice:
        hint = "a severity stands for all higher ones too; for any of several, repeat the option"
        raise UsageError(f"--fail-on {text} has {twice[0]} twice, and all of its conditions have to hold", hint)
    about = {one.name in of_images.CONDITIONS for one in wanted}
    if len(about) != 1:
        what = "mixes conditions of findings and of the image" if wanted else "names no condition"
        raise UsageError(f"--fail-on {text} {what}", "as in --fail-on high,fixable")
    return Rule(place=f"--fail-on {text}", level=Level.FAIL, conditions=wanted)


def _condition(text: str) -> Wanted:
    name, equals, value = text.partition("=")
    name = name.strip().lower()
    if name in values.SEVERITIES and not equals:
        return Wanted(name="severity", value=name)
    kind = CONDITIONS.get(name)
    if kind is None:
        known = (*values.SEVERITIES, *(one for one in CONDITIONS if one != "severity"))
        near = difflib.get_close_matches(name, known, 1)
        raise UsageError(
            f"--fail-on knows no {name}", f"did you mean {near[0]}?" if near else f"it takes any of {', '.join(known)}"
        )
    try:
        return Wanted(name=name, value=kind.read(_value(value) if equals else True))
    except Unfit as error:
        raise UsageError(f"--fail-on: {name} {error}", f"as in --fail-on {name}=…") from error


def _value(text: str) -> object:
    text = text.strip()
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def ignore(text: str) -> Ignore:
    """``ID=REASON`` or ``ID=REASON@UNTIL``.

    Raises:
        UsageError: it has no reason, or another end than a date or ``until-fixed``.
    """
    name, _, rest = text.partition("=")
    reason, at, end = rest.rpartition("@")
    until, until_fixed = _end(end.strip(), f"--ignore {name}") if at else (None, False)
    reason = (reason if at else rest).strip()
    if not name.strip() or not reason:
        raise UsageError(
            "--ignore takes ID=REASON, or ID=REASON@UNTIL", 'as in --ignore "CVE-2024-1=not reachable@2027-01-31"'
        )
    return Ignore(
        place=f"--ignore {name.strip()}", ids=(name.strip(),), reason=reason, until=until, until_fixed=until_fixed
    )


def _end(text: str, what: str) -> tuple[dt.date | None, bool]:
    try:
        return values.UNTIL.read(text), text == "until-fixed"
    except Unfit as error:
        raise UsageError(f"{what}: what follows @ {error}, not {text or 'nothing'}") from error


def inline(dockerfile: Dockerfile) -> Iterator[Ignore]:
    """The ignores in comments, each for what the instruction below it brings.

    ``# garboard: ignore CVE-2024-1 [CVE-…] until 2027-01-31 reason …``

    Raises:
        PolicyError: such a comment lacks its identifiers or its reason, or ends with something else than a date.
    """
    for piece in dockerfile.pieces:
        if piece.kind is not PieceKind.COMMENT:
            continue
        text = dockerfile.written(piece.span).decode("utf-8", "replace").strip()
        for number, line in enumerate(text.splitlines()):
            found = _COMMENT.match(line.strip())
            if found is not None:
                yield _of_comment(found[1].lower(), found[2], dockerfile, piece.span.line + number)


def _of_comment(verb: str, text: str, dockerfile: Dockerfile, line: int) -> Ignore:
    place = f"{dockerfile.name}:{line}"
    hint = "as in # garboard: ignore CVE-2024-1 until 2027-01-31 reason not reachable"
    reason = _REASON.search(text)
    head = text[: reason.start()] if reason else text
    until = _UNTIL.search(head)
    ids = tuple(re.split(r"[\s,]+", (head[: until.start()] if until else head).strip()))
    if verb != "ignore" or not ids[0] or reason is None or not reason[1].strip():
        raise PolicyError(f"{place}: a comment for garboard says what to ignore and why", hint)
    try:
        end = values.UNTIL.read(until[1]) if until else None
    except Unfit as error:
        raise PolicyError(f"{place}: until {error}", hint) from error
    below = next((one.span for one in dockerfile.instructions if one.span.line > line), None)
    if below is None:
        raise PolicyError(f"{place}: no instruction is below this comment", hint)
    return Ignore(
        place=place,
        ids=ids,
        lines=((below.line, below.last_line),),
        reason=reason[1].strip(),
        until=end,
        until_fixed=bool(until) and until[1] == "until-fixed" if until else False,
    )
