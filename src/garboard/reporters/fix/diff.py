"""The changes as one unified diff, as ``patch`` and ``git apply`` take it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from garboard.model.fix import FileChange, Fixes

_NO_END: Final = b"\n\\ No newline at end of file\n"


def render(fixes: Fixes, *, color: bool = False) -> bytes:
    """All changes together, file by file."""
    del color
    return b"".join(part for one in fixes.files for part in unified(one))


def unified(change: FileChange) -> Iterator[bytes]:
    """The lines of one file's diff, with the line ends that the file has."""
    name = change.file.encode("utf-8", "surrogateescape").lstrip(b"/")
    names = (b"a/" + name, b"b/" + name)
    for line in difflib.diff_bytes(difflib.unified_diff, _lines(change.before), _lines(change.after), *names):
        yield line if line.endswith(b"\n") else line + _NO_END


def _lines(data: bytes) -> list[bytes]:
    """The lines, each with its line feed: a carriage return alone ends none."""
    return [one for one in data.replace(b"\n", b"\n\0").split(b"\0") if one] if b"\0" not in data else [data]
