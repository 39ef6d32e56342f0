"""Patterns of paths in policies: ``*`` stands for a part of one name, ``**`` for any folders, as in ``.gitignore``."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

_WILD: Final = frozenset("*?[")
_ANY_FOLDERS: Final = "**"


def matches(pattern: str, path: str) -> bool:
    """Whether a path, which is relative to the root, is the pattern's, or lies in its folder.

    A pattern without a slash is of names in any folder. ``/`` has everything in it.
    """
    literal, parts = _read(pattern)
    if literal is not None:
        return not literal or path == literal or path.startswith(f"{literal}/")
    return _fits(parts, path.split("/"))


@lru_cache(maxsize=4096)
def _read(pattern: str) -> tuple[str | None, tuple[str, ...]]:
    """The path or folder that it names, if it has no wildcards; else its parts."""
    clean = posixpath.normpath(f"/{pattern}").lstrip("/")
    if _WILD.isdisjoint(clean):
        return clean, ()
    anywhere = "/" not in pattern
    parts = (_ANY_FOLDERS, clean) if anywhere else clean.split("/")
    return None, tuple(parts)


def _fits(parts: Sequence[str], names: Sequence[str]) -> bool:
    """Whether the parts stand for all the names, by which parts may be next after each name."""
    reached = _past({0}, parts)
    for name in names:
        stay = {at for at in reached if at < len(parts) and parts[at] == _ANY_FOLDERS}
        on = {at + 1 for at in reached - stay if at < len(parts) and fnmatchcase(name, parts[at])}
        reached = _past(stay | on, parts)
    return len(parts) in reached


def _past(reached: set[int], parts: Sequence[str]) -> set[int]:
    """With what comes after parts that may stand for nothing."""
    every = set(reached)
    for at in sorted(reached):
        while at < len(parts) and parts[at] == _ANY_FOLDERS:
            at += 1  # noqa: PLW2901
            every.add(at)
    return every
