"""The wildcards of ``${X#pattern}`` and related forms: ``*`` and ``?``, no brackets.

Matching follows all possible states at once, so no pattern takes more than pattern times text steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

STAR: Final = "*any*"
ONE: Final = "?one?"


def pattern(text: str) -> tuple[str, ...]:
    """Return the pattern's parts: STAR, ONE, or a character.

    Raises:
        ValueError: An escape character precedes something that it cannot escape.
    """
    parts: list[str] = []
    at = 0
    while at < len(text):
        one = text[at]
        at += 1
        if one == "\\":
            one = text[at : at + 1]
            if one not in ("*", "?", "\\", "}", "/"):
                raise ValueError(f"bad escape \\{one} in a pattern")
            parts.append(one)
            at += 1
        else:
            parts.append(STAR if one == "*" else ONE if one == "?" else one)
    return tuple(parts)


def ends(parts: tuple[str, ...], text: str, start: int) -> Iterator[int]:
    """Yield, in order, every position at which a match that begins at ``start`` can end."""
    states = _over_stars(parts, {0})
    at = start
    while states:
        if len(parts) in states:
            yield at
        if at == len(text):
            return
        states = _over_stars(parts, _step(parts, states, text[at]))
        at += 1


def _step(parts: tuple[str, ...], states: set[int], one: str) -> set[int]:
    after = set()
    for state in states:
        if state == len(parts):
            continue
        part = parts[state]
        if part == STAR and one != "\n":
            after.add(state)
        elif part == one or (part == ONE and one != "\n"):
            after.add(state + 1)
    return after


def _over_stars(parts: tuple[str, ...], states: set[int]) -> set[int]:
    """Return the states, and those reached when a star matches nothing."""
    reached = set()
    for first in states:
        state = first
        reached.add(state)
        while state < len(parts) and parts[state] == STAR:
            state += 1
            reached.add(state)
    return reached


def without_prefix(parts: tuple[str, ...], value: str, *, longest: bool) -> str:
    """Return the value without its shortest or longest matching prefix."""
    end = 0
    for end in ends(parts, value, 0):  # noqa: B007  (the last one is the longest)
        if not longest:
            break
    return value[end:]


def without_suffix(parts: tuple[str, ...], value: str, *, longest: bool) -> str:
    """Return the value without its shortest or longest matching suffix."""
    return without_prefix(parts[::-1], value[::-1], longest=longest)[::-1]


def replace(parts: tuple[str, ...], value: str, text: str, *, every: bool, limit: int) -> str:
    """Return the value with its first, or every, longest match replaced; at most ``limit`` characters are built."""
    out: list[str] = []
    at = size = 0
    while at <= len(value) and size <= limit:
        end = max(ends(parts, value, at), default=-1)
        if end < 0 or (end == at and at == len(value) and out):
            out.append(value[at : at + 1])
            at += 1
            continue
        out.append(text)
        size += len(text)
        if not every:
            out.append(value[end:])
            break
        if end == at:
            out.append(value[at : at + 1])
        at = max(end, at + 1)
    return "".join(out)
