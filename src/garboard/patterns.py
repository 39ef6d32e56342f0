"""Patterns in text: regular expressions that are compiled when they are first used, since that costs start-up time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache


def lazy(expression: str, flags: re.RegexFlag = re.RegexFlag.NOFLAG) -> Callable[[], re.Pattern[str]]:
    """Returns a function that gives the compiled expression."""
    return cache(lambda: re.compile(expression, flags))


_EMPTY_LINES = lazy(r"\n*")


def paragraphs(text: str, separator: re.Pattern[str] | None = None) -> Iterator[str]:
    """The parts of a text between empty lines, or what else parts them: ``separator`` begins with an end of line."""
    skip = _EMPTY_LINES().match
    start = 0
    while (found := skip(text, start)) and (start := found.end()) < len(text):
        if separator is None:
            end = after = text.find("\n\n", start)
        else:
            parted = separator.search(text, start)
            end, after = parted.span() if parted else (-1, -1)
        if end < 0:
            yield text[start:]
            return
        yield text[start:end]
        start = after


def of_globs(globs: Iterable[str]) -> str:
    """An expression for `fullmatch`: ``*`` stands for a part of one path component, a leading ``**/`` for any folders."""
    return "|".join(map(_of_glob, globs))


def _of_glob(glob: str) -> str:
    inner = glob.removeprefix("**/")
    return ("(?s:.*/)?" if inner != glob else "") + "[^/]*".join(map(re.escape, inner.split("*")))
