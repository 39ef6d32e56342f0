"""Copies of other distributions that one carries among its own modules (``pip/_vendor``), and their lists (``vendor.txt``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text
from garboard.ecosystems.python.names import normalize
from garboard.model.gap import Gap
from garboard.model.package import Fact, Package

_HOMES: Final = ("site-packages", "dist-packages")
_FOLDERS: Final = frozenset({"_vendor", "_vendored", "vendored"})
_IN_A_HOME: Final = _FOLDERS | {"vendor"}
_PINNED: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)[ \t]*(?:\[[^\]]*\])?[ \t]*===?[ \t]*([^\s;#]+)")
_SHOWN: Final = 3


def carrier(path: str) -> str:
    """What carries the distribution that a file at this path describes, by the folder of its modules; empty if nothing."""
    parts = path.split("/")[:-1]
    first = max(
        (number + 1 for number, part in enumerate(parts) if part in _HOMES or part.endswith(("!", ".whl"))), default=0
    )
    for number in range(first + 1, len(parts)):
        if parts[number] in (_IN_A_HOME if first else _FOLDERS):
            return "/".join(parts[first:number]) if first else parts[number - 1]
    return ""


def listed(path: str, data: bytes) -> Iterator[Fact]:
    """The copies that a list names with their versions; nothing where it does not lie in a folder of copies."""
    by = carrier(path)
    if not by:
        return
    left = []
    for number, line in enumerate(lock_text.legible(data).splitlines(), 1):
        text = line.partition(" #")[0].strip().removesuffix("\\").rstrip()
        if not text or text.startswith(("#", "--hash")):
            continue
        found = _PINNED.match(text)
        if found is None:
            left.append(text)
            continue
        yield Package(
            type="pypi", name=normalize(found[1]), version=found[2], scheme="pep440", line=number, vendored_by=by
        )
    if left:
        more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        reason = f"names copies without their version, which were not judged: {', '.join(left[:_SHOWN])}{more}"
        yield Gap(stage="catalog", subject=path, reason=reason)
