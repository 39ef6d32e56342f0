"""The order of NuGet versions: SemVer 2.0.0 with a fourth number, without regard to case."""

from __future__ import annotations

from typing import Any, Final

from garboard.versions import semver
from garboard.versions.invalid import InvalidVersion

NAME: Final = "nuget"
SPELLINGS = True


def key(text: str, /) -> Any:
    """Sort key that orders as ``NuGetVersion``.

    Raises:
        InvalidVersion: the text is anything else.
    """
    try:
        return semver.key(text.lower())
    except InvalidVersion:
        raise InvalidVersion(NAME, text) from None
