"""The users of an image, by ``/etc/passwd``: which names are root's.

Format: passwd(5). Of two lines with one name, a container engine takes the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Users

NAME: Final = "users"
VERSION: Final = 1
GLOBS: Final = ("etc/passwd",)
_LARGEST: Final = 1024 * 1024
_FIELDS: Final = 4


def catalog(file: File, /) -> Iterator[Fact]:
    """The names of root and of others."""
    if len(file.data) > _LARGEST:
        reason = f"has {len(file.data)} bytes and was not read: the limit is {_LARGEST}"
        yield Gap(stage="dockerfile", subject=file.path, reason=reason)
        return
    found: dict[str, bool] = {}
    for line in file.data.decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        if len(fields) >= _FIELDS and fields[0] and fields[2].isascii() and fields[2].isdigit():
            found.setdefault(fields[0], int(fields[2][:20]) == 0)
    yield Users(
        root=tuple(name for name, is_root in found.items() if is_root),
        others=tuple(name for name, is_root in found.items() if not is_root),
    )
