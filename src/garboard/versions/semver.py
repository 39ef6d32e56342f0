"""The order of npm package versions: SemVer 2.0.0 with node-semver's loose forms."""

from __future__ import annotations

import re

from garboard.versions.invalid import InvalidVersion

NAME = "semver"

_LONGEST = 1024
"""In characters. Longer text is not a version (and Python refuses integers of more than 4300 digits)."""
_VERSION = re.compile(
    r"[v=\s]*([0-9]+(?:\.[0-9]+)*)"
    r"(?:-?((?<=-)[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*|[A-Za-z-][0-9A-Za-z-]*(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+\S*)?\s*",
)

_Identifier = tuple[int, int, str]
_RELEASE = (1, ())


def key(text: str, /) -> tuple[tuple[int, ...], tuple[int, tuple[_Identifier, ...]]]:
    """Return a sort key that orders like node-semver in its loose mode; build metadata are ignored.

    Unlike node-semver, a version with fewer than three numbers is padded with zeros (``1.2`` is ``1.2.0``), and
    additional numbers count too, as data of other ecosystems under this scheme expect. A pre-release may follow without
    its hyphen (``1.2.3beta``).

    Raises:
        InvalidVersion: The text is anything else: a tag, a range, an address.
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
