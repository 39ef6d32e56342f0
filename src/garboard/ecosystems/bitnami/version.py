"""The order of Bitnami component versions: the component's own, then Bitnami's revision."""

from __future__ import annotations

import re
from typing import Any, Final

from garboard.versions import semver
from garboard.versions.invalid import InvalidVersion

NAME: Final = "bitnami"

_NEWEST = "999999999"
_REVISION = re.compile(r"(.*[^-])-([0-9]{1,9})", re.ASCII)


def key(text: str, /) -> Any:
    """Sort key: ``6.2.0-5`` is revision 5 of 6.2.0, and above it, where SemVer has a pre-release; the first one is 0.

    Raises:
        InvalidVersion: the text is anything else.
    """
    match = _REVISION.fullmatch(text)
    version, revision = match.groups() if match else (text, "")
    try:
        return semver.key(version), int(revision or 0)
    except InvalidVersion:
        raise InvalidVersion(NAME, text) from None


def last(text: str, /) -> str:
    """The newest build of what is named as the last version: of one without a revision, any."""
    return text if _REVISION.fullmatch(text) else f"{text}-{_NEWEST}"
