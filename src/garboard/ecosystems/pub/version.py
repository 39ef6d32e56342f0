"""The order of Dart package versions: SemVer 2.0.0, where build metadata count too."""

from __future__ import annotations

from typing import Any, Final

from garboard.versions import semver
from garboard.versions.invalid import InvalidVersion

NAME: Final = "pub"


def key(text: str, /) -> Any:
    """Sort key that orders as ``pub_semver``: a version with build metadata is above the same without.

    Raises:
        InvalidVersion: the text is anything else.
    """
    try:
        version = semver.key(text)
    except InvalidVersion:
        raise InvalidVersion(NAME, text) from None
    build = text.strip().partition("+")[2]
    identifiers = build.split(".") if build else []
    return version, tuple((0, int(one), "") if one.isdecimal() else (1, 0, one) for one in identifiers)
