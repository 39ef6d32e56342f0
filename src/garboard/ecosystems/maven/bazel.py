"""What Bazel's rules_jvm_external locks (``maven_install.json``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garboard import lock_text
from garboard.lock_text import Pinned, Remark

_OPENED: Final = r'\s*"([^"]+)"\s*:\s*\{'
_COORDINATES: Final = r'\s*"coord"\s*:\s*"([^"]+)"'
_GROUP_AND_NAME: Final = 2


def locked(text: str) -> Iterator[Pinned | Remark]:
    """Both forms, of which the first has a tree."""
    document = msgspec.json.decode(text)
    lock_text.listed(document, "dependency_tree", "artifacts")
    if "dependency_tree" in document:
        yield from _by_tree(document["dependency_tree"], lock_text.lines(text, _COORDINATES))
    else:
        yield from lock_text.newer(document.get("version"), ("2", "3"))
        lines = lock_text.lines(text, _OPENED)
        needs = lock_text.mapping(document.get("dependencies"))
        for key, entry in document["artifacts"].items():
            yield Pinned(
                _name(key), entry.get("version", ""), tuple(map(_name, needs.get(key, ()))), line=lines.get(key, 0)
            )


def _by_tree(tree: Mapping[str, Any], lines: Mapping[str, int]) -> Iterator[Pinned]:
    for one in lock_text.listed(tree, "dependencies"):
        name, version = _name(one["coord"]), one["coord"].rpartition(":")[2]
        needs = tuple(_name(need) for need in one.get("directDependencies") or ())
        yield Pinned(name, version, needs, line=lines.get(one["coord"], 0))


def _name(coordinates: str) -> str:
    """Group and artifact, of coordinates with a type, a classifier or a version too."""
    return ":".join(coordinates.split(":")[:_GROUP_AND_NAME])
