"""The order of Arch Linux package versions: ``[epoch:]version[-release]``, vercmp(8)."""

from __future__ import annotations

import re

from garboard.versions.invalid import InvalidVersion

NAME = "alpm"

_LONGEST = 1024
"""Characters; longer text is no version (and Python refuses integers of more than 4300 digits)."""
_VERSION = re.compile(r"(?:([0-9]+):)?([!-~]*[A-Za-z0-9])")
"""What ends with a separator has no place in any order: ``1. < 1.1``, ``1..a < 1.`` and ``1.1 < 1..a``."""
_SEGMENT = re.compile(r"([^0-9A-Za-z]*)(?:([0-9]+)|([A-Za-z]+))")
_WORD, _END, _MORE = range(3)
"""What may follow a segment, lowest first: letters at once (``1.0rc``), nothing, and anything else."""

_Part = tuple[tuple[int, int, int, int, str], ...]


def key(text: str, /) -> tuple[int, _Part, _Part]:
    """Sort key that orders as ``vercmp``, but that a missing release sorts below every release.

    There it equals each of them, which is no order. Raises `InvalidVersion` for text that is empty, ends with a separator
    or has other characters than visible ASCII.
    """
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise InvalidVersion(NAME, text)
    version, dash, release = match[2].rpartition("-")
    if not dash:
        version, release = release, ""
    if dash and not (version[-1:].isalnum() and release):
        raise InvalidVersion(NAME, text)
    return int(match[1] or 0), _part(version), _part(release) if dash else ()


def _part(text: str) -> _Part:
    """Each segment as what it begins with, how many separators, whether it is a number, and itself."""
    found = []
    for separators, number, word in _SEGMENT.findall(text):
        kind = _WORD if word and not separators else _MORE
        found.append((kind, len(separators), 1 if number else 0, int(number or 0), word))
    return (*found, (_END, 0, 0, 0, ""))
