"""The order of versions of GitHub actions: SemVer tags; others name no certain version."""

from __future__ import annotations

import re
from typing import Any, Final

from garboard.versions import semver
from garboard.versions.invalid import InvalidVersion

NAME: Final = "githubactions"

_TAG = re.compile(r"v?[0-9]+\.[0-9].*", re.ASCII)


def key(text: str, /) -> Any:
    """Sort key of a tag with two numbers or more.

    Raises:
        InvalidVersion: the text is a commit, a branch, or a tag that moves with later versions (``v4``).
    """
    if not _TAG.fullmatch(text):
        raise InvalidVersion(NAME, text)
    try:
        return semver.key(text)
    except InvalidVersion:
        raise InvalidVersion(NAME, text) from None
