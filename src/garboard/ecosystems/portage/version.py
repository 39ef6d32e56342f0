"""The order of Gentoo package versions, as the Package Manager Specification has it."""

from __future__ import annotations

import re

from garboard.versions.invalid import InvalidVersion

NAME = "portage"

_LONGEST = 1024
"""Characters; longer text is no version (and Python refuses integers of more than 4300 digits)."""
_VERSION = re.compile(r"([0-9]+)((?:\.[0-9]+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|p)[0-9]*)*)(?:-r([0-9]+))?")
_SUFFIX = re.compile(r"_([a-z]+)([0-9]*)")
_SUFFIXES = {"alpha": 0, "beta": 1, "pre": 2, "rc": 3, "": 4, "p": 5}
_END = (_SUFFIXES[""], 0)

_Key = tuple[int, tuple[tuple[int, int | str], ...], str, tuple[tuple[int, int], ...], int]


def key(text: str, /) -> _Key:
    """Sort key: numbers, a letter, suffixes, the revision. Raises `InvalidVersion` for any other text."""
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise InvalidVersion(NAME, text)
    first, others, letter, suffixes, revision = match.groups()
    listed = tuple((_SUFFIXES[name], int(number or 0)) for name, number in _SUFFIX.findall(suffixes))
    return int(first), tuple(map(_component, others.split(".")[1:])), letter, (*listed, _END), int(revision or 0)


def _component(text: str) -> tuple[int, int | str]:
    """With a leading zero it is a fraction, below every number without."""
    return (0, text.rstrip("0")) if text.startswith("0") else (1, int(text))
