"""Regular expressions that are compiled when they are first used: compiling is a good part of a command's start."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache


def lazy(expression: str, flags: re.RegexFlag = re.RegexFlag.NOFLAG) -> Callable[[], re.Pattern[str]]:
    """Returns a function that gives the compiled expression."""
    return cache(lambda: re.compile(expression, flags))
