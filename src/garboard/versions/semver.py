"""The order of npm package versions: SemVer 2.0.0 with node-semver's loose forms."""

from __future__ import annotations

import re

from garboard.versions.invalid import InvalidVersion

NAME = "semver"

_LONGEST = 1024
"""Characters; longer text is no version (and Python refuses integers of more than 4300 digits)."""
_VERSION = re.compile(
    r"[v=\s]*([0-9]+(?:\.[0-9]+)*)"
    r"(?:-?((?<=-)[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*|[A-Za-z-][0-9A-Za-z-]*(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+\S*)?\s*",
)

_Identifier = tuple[int, int, str]
_RELEASE = (1, ())


def key(text: str, /) -> tuple[tuple[int, ...], tuple[int, tuple[_Identifier, ...]]]:
    """Sort key that orders as node-semver does in its loose mode; build metadata do not count.

    Beyond node-semver, a version with fewer than three numbers is filled up with zeros (``1.2`` is ``1.2.0``), and one
    with more is ordered by them too, as data of other ecosystems under this scheme mean it. A pre-release may follow
    without its hyphen (``1.2.3beta``). Raises `InvalidVersion` for anything else: tags, ranges, addresses.
    """
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise InvalidVersion(NAME, text)
    numbers, prerelease = match.groups()
    release = [int(number) for number in numbers.split(".")]
    while len(release) > 3 and not release[-1]:
        release.pop()
    release += [0] * (3 - len(release))
    if not prerelease:
        return tuple(release), _RELEASE
    identifiers = tuple((0, int(word), "") if word.isdigit() else (1, 0, word) for word in prerelease.split("."))
    return tuple(release), (0, identifiers)
