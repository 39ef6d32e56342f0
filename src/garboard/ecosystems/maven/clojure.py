"""What the files of Clojure's tools ask for: ``project.clj`` (Leiningen) and ``deps.edn``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.lock_text import Pinned

_VECTOR: Final = re.compile(r'\[\s*+([A-Za-z][\w.-]*+(?:/[\w.-]++)?)\s++"([^"]+)"')
_MAP: Final = re.compile(
    r'(?<![\w./-])([A-Za-z][\w.-]*+/[\w.$-]++)\s++\{\s*+(?::mvn/version\s++"([^"]+)"|:(?:git|local)/)'
)
_COMMENT: Final = re.compile(r";[^\n]*")


def leiningen(text: str) -> Iterator[Pinned]:
    """Vectors of a name and a version."""
    return _found(text, _VECTOR)


def deps(text: str) -> Iterator[Pinned]:
    """Names with maps that state a version, or a source repository."""
    return _found(text, _MAP)


def _found(text: str, pattern: re.Pattern[str]) -> Iterator[Pinned]:
    """A name without a group is that of its group, too."""
    for number, line in enumerate(text.splitlines(), 1):
        for found in pattern.finditer(_COMMENT.sub("", line)):
            group, _, artifact = found[1].rpartition("/")
            yield Pinned(f"{group or artifact}:{artifact}", found[2] or "", asked=True, line=number)
