"""Regular expressions that are compiled when they are first used: compiling is a good part of a command's start."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache


def lazy(expression: str, flags: re.RegexFlag = re.RegexFlag.NOFLAG) -> Callable[[], re.Pattern[str]]:
    """Returns a function that gives the compiled expression."""
    return cache(lambda: re.compile(expression, flags))


def of_globs(globs: Iterable[str]) -> str:
    """An expression for `fullmatch`: ``*`` stands for a part of one path component, a leading ``**/`` for any folders."""
    return "|".join(map(_of_glob, globs))


def _of_glob(glob: str) -> str:
    inner = glob.removeprefix("**/")
    return ("(?:.*/)?" if inner != glob else "") + "[^/]*".join(map(re.escape, inner.split("*")))
