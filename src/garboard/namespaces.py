"""The packages in a namespace of Python, a folder without an ``__init__`` of its own that several distributions share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

DEEPEST: Final = 32
"""Folders below one another that are looked at: more have no package."""
_PACKAGE: Final = b"__init__."


def packages(namespace: bytes, paths: Sequence[bytes]) -> dict[bytes, bytes]:
    """Of the modules at paths in a namespace, the outermost packages that they are of, each with one of their paths.

    What is of none, as what lies in the namespace itself, is its own.
    """
    initialized = {path[: path.rfind(b"/")] for path in paths if path.startswith(_PACKAGE, path.rfind(b"/") + 1)}
    found: dict[bytes, bytes] = {}
    for path in paths:
        at = len(namespace)
        for _ in range(DEEPEST):
            if at < 0 or path[:at] in initialized:
                break
            at = path.find(b"/", at + 1)
        found.setdefault(path[:at] if path[: max(at, 0)] in initialized else path, path)
    return found
