"""Which files describe packages of a language, so that the operating-system package that owns them can be named."""

from __future__ import annotations

import re

_HINTS = (b".dist-info/METADATA", b".egg-info", b"package.json")
_DESCRIBES = re.compile(r"(?:.*/)?(?:[^/]+\.dist-info/METADATA|[^/]+\.egg-info(?:/PKG-INFO)?|package\.json)")


def mentioned(data: bytes) -> bool:
    """Whether a file list may name any such file: a cheap test on its bytes, with no false negatives."""
    return any(hint in data for hint in _HINTS)


def describes(path: str) -> bool:
    """Whether a path is of a kind that the catalogers of language packages read."""
    return _DESCRIBES.fullmatch(path) is not None
