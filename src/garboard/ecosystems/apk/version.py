"""The order of Alpine package versions: ``digits{.digits}{letter}{_suffix{digits}}{~hash}{-rN}``, apk-tools 3."""

from __future__ import annotations

import re
from typing import Any

from garboard.versions.invalid import InvalidVersion

NAME = "apk"

_LONGEST = 1024
"""Characters; longer text is no version (and Python refuses integers of more than 4300 digits)."""
_UNFIT = re.compile(r"[^!-~]")
_VERSION = re.compile(
    r"(?P<first>[0-9]+)(?P<digits>(?:\.[0-9]+)*)(?P<letter>[a-z]?)"
    r"(?P<suffixes>(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])[0-9]*)*)"
    r"(?:~(?P<hash>[0-9a-fA-F]+))?(?:-r(?P<revision>[0-9]*)(?=-|$))?",
)
_SUFFIX = re.compile(r"_([a-z]+)([0-9]*)")
_PIECE = re.compile(r"([0-9]+)|([^0-9]+)")
_SUFFIXES = {word: n for n, word in enumerate(("alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"))}
_FIRST_POST = _SUFFIXES["cvs"]

# What may come next, lowest first: with equal beginnings, a pre-release suffix is least, then text that apk cannot
# read, then the end, and the earlier a part stands in the grammar the more it counts.
_PRE, _UNREADABLE, _END, _REVISION, _HASH, _NUMBER, _POST, _LETTER, _DIGITS, _FIRST = range(10)


def key(text: str, /) -> tuple[Any, ...]:
    """Sort key that orders as ``apk version -t`` (apk-tools 3) orders valid versions.

    After the first dot, a number with a leading zero is compared as text and below those without one, as apk does.

    apk also compares text outside its grammar, and all of it as equal from the first character that it cannot read.
    Here such a tail sorts in the same place, and two of them by their numbers and words, so that ``1.r1`` is below
    ``1.r2``; from a ``-`` on they stay equal. Raises `InvalidVersion` for empty text, spaces and text outside ASCII.
    """
    if not text or len(text) > _LONGEST or _UNFIT.search(text):
        raise InvalidVersion(NAME, text)
    match = _VERSION.match(text)
    if match is None:
        return (_UNREADABLE, _tail(text))
    end = match.end()
    last = (_END,) if end == len(text) else (_UNREADABLE, _tail(text[end:]))
    return (*_numbers(match), *_suffixes(match["suffixes"]), *_build(match), *last)


def _numbers(match: re.Match[str]) -> list[Any]:
    """The dotted numbers and the letter."""
    found: list[Any] = [_FIRST, int(match["first"])]
    for number in match["digits"].split(".")[1:]:
        found += (_DIGITS, (0, number) if number[0] == "0" else (1, int(number)))
    if match["letter"]:
        found += (_LETTER, match["letter"])
    return found


def _suffixes(text: str) -> list[Any]:
    found: list[Any] = []
    for word, number in _SUFFIX.findall(text) if text else ():
        rank = _SUFFIXES[word]
        found += (_POST if rank >= _FIRST_POST else _PRE, rank)
        if number:
            found += (_NUMBER, int(number))
    return found


def _build(match: re.Match[str]) -> list[Any]:
    """The commit's hash and the package's revision; apk before version 3 wrote revision 0 as ``-r`` too."""
    found: list[Any] = [_HASH, match["hash"]] if match["hash"] else []
    if match["revision"] is not None:
        found += (_REVISION, int(match["revision"] or 0))
    return found


def _tail(text: str) -> tuple[tuple[tuple[int, int, str], ...], ...]:
    """Order among texts that apk cannot read: between dots, numbers above words."""
    if text[0] == "-":
        return ()
    return tuple(
        tuple((1, int(number), "") if number else (0, 0, word) for number, word in _PIECE.findall(part))
        for part in text.split(".")
    )


def last(text: str, /) -> str:
    """The newest build of what is named as the last version: of one without a revision, any."""
    return text if "-r" in text else f"{text}-r999999999"
