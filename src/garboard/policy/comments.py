"""Ignores in a Dockerfile: ``# garboard: ignore CVE-2024-1 [CVE-…] until 2027-01-31 reason …`` above an instruction."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from garboard.model.dockerfile import Dockerfile, PieceKind
from garboard.model.policy import Ignore, PolicyError
from garboard.policy import values
from garboard.policy.values import Unfit

_COMMENT: Final = re.compile(r"#\s*garboard:\s*(\w*)\s*(.*)", re.IGNORECASE | re.DOTALL)
_MEANT: Final = re.compile(rb"#[ \t]*garboard[ \t]*:?[ \t]*ignore\b", re.IGNORECASE)
_UNTIL: Final = re.compile(r"(?i)\b(?:until[\s=:]+(\S+)|(until-fixed))")
_UNTIL_AT_ALL: Final = re.compile(r"(?i)\buntil\b")
_REASON: Final = re.compile(r"(?i)\breason\b[\s=:]*(.*)", re.DOTALL)
_DIGIT: Final = re.compile(r"\d")
_IDENTIFIER: Final = re.compile(r"[A-Za-z]\w*-[\w.:-]+")
_HINT: Final = "as in # garboard: ignore CVE-2024-1 until 2027-01-31 reason not reachable"
_LIKE: Final = b"garboard"


def ignores(dockerfile: Dockerfile) -> Iterator[Ignore]:
    """The ignores in comments, each for what the instruction below it brings.

    Raises:
        PolicyError: such a comment lacks its identifiers or its reason, or ends with something else than a date.
    """
    for line, text in _comments(dockerfile):
        found = _COMMENT.match(text)
        if found is not None:
            yield _of_comment(found[1].lower(), found[2], dockerfile, line)


def misplaced(dockerfile: Dockerfile) -> Iterator[str]:
    """What looks like such a comment and is none: without its colon, behind an instruction or within one."""
    if _LIKE not in dockerfile.data.lower():
        return
    read = {line for line, text in _comments(dockerfile) if _COMMENT.match(text)}
    for number, line in enumerate(dockerfile.data.splitlines(), 1):
        if number not in read and _MEANT.search(line):
            yield f"{dockerfile.name}:{number}: nothing is ignored by this: it is no comment `# garboard: ignore …` above an instruction"


def _comments(dockerfile: Dockerfile) -> Iterator[tuple[int, str]]:
    """Each line of comments, with its number."""
    if _LIKE not in dockerfile.data.lower():
        return
    for piece in dockerfile.pieces:
        if piece.kind is PieceKind.COMMENT:
            text = dockerfile.written(piece.span).decode("utf-8", "replace").strip()
            for number, line in enumerate(text.splitlines()):
                yield piece.span.line + number, line.strip()


def _of_comment(verb: str, text: str, dockerfile: Dockerfile, line: int) -> Ignore:
    place = f"{dockerfile.name}:{line}"
    stated = _REASON.search(text)
    head, reason = (text[: stated.start()], stated[1].strip()) if stated else (text, "")
    first = _UNTIL.search(head)
    kept, last = _without_end(reason)
    ends = [one for one in ((first[1] or first[2]) if first else "", last) if one]
    if verb != "ignore" or not kept:
        raise PolicyError(f"{place}: a comment for garboard says what to ignore and why", _HINT)
    if _UNTIL_AT_ALL.search(kept):
        raise PolicyError(
            f"{place}: the reason says until, and no day behind it ends the comment: it would hold for good", _HINT
        )
    if len(ends) > 1:
        raise PolicyError(f"{place}: the comment names two ends", _HINT)
    until, until_fixed = _end(ends[0], place) if ends else (None, False)
    return Ignore(
        place=place,
        ids=_ids(_UNTIL.sub(" ", head, count=1), place),
        lines=(_below(dockerfile, line, place),),
        reason=kept,
        until=until,
        until_fixed=until_fixed,
    )


def _without_end(reason: str) -> tuple[str, str]:
    """A reason without an end behind it, which would be no more than a part of it, and that end; empty if there is none."""
    words = reason.rsplit(None, 2)
    last = words[-1].lower() if words else ""
    if (
        len(words) > 1
        and words[-2].lower().rstrip(":=") == "until"
        and (_DIGIT.search(last) or last == values.UNTIL_FIXED)
    ):
        return " ".join(words[:-2]).rstrip(" ,;"), last
    if last == values.UNTIL_FIXED or last.startswith(("until=", "until:")):
        return " ".join(words[:-1]).rstrip(" ,;"), last.removeprefix("until=").removeprefix("until:")
    return reason, ""


def _ids(text: str, place: str) -> tuple[str, ...]:
    found = tuple(filter(None, re.split(r"[\s,]+", text)))
    if not found:
        raise PolicyError(f"{place}: a comment for garboard says what to ignore and why", _HINT)
    wrong = next((one for one in found if not _IDENTIFIER.fullmatch(one)), "")
    if wrong:
        raise PolicyError(f"{place}: {wrong[:60]} is no identifier of a vulnerability", _HINT)
    return found


def _end(text: str, place: str) -> tuple[dt.date | None, bool]:
    word = text.lower()
    try:
        return values.UNTIL.read(word), word == values.UNTIL_FIXED
    except Unfit as error:
        raise PolicyError(f"{place}: until {error}", _HINT) from error


def _below(dockerfile: Dockerfile, line: int, place: str) -> tuple[int, int]:
    """The lines of the instruction below."""
    below = next((one.span for one in dockerfile.instructions if one.span.line > line), None)
    if below is None:
        raise PolicyError(f"{place}: no instruction is below this comment", _HINT)
    return below.line, below.last_line
