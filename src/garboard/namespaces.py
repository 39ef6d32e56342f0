"""The packages in a namespace of Python, a folder without an ``__init__`` of its own that several distributions share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_PACKAGE: Final = b"__init__."


def packages(namespace: bytes, paths: Sequence[bytes]) -> dict[bytes, bytes]:
    """Of the modules at paths in a namespace, the outermost packages that they are of, each with one of their paths.

    What is of none, as what lies in the namespace itself, is its own.
    """
    initialized = {path[: path.rfind(b"/")] for path in paths if path.startswith(_PACKAGE, path.rfind(b"/") + 1)}
    found: dict[bytes, bytes] = {}
    for path in paths:
        at = len(namespace)
        while at >= 0 and path[:at] not in initialized:
            at = path.find(b"/", at + 1)
        found.setdefault(path[:at] if at >= 0 else path, path)
    return found
