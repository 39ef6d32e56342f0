"""Lines of ``left operator right``, read and judged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

SIGNS = {"<": -1, "=": 0, "==": 0, ">": 1}


class Comparison(NamedTuple):
    left: str
    sign: int
    right: str
    line: str


def comparisons(path: Path) -> Iterator[Comparison]:
    for text in path.read_text(encoding="utf-8").splitlines():
        line = text.strip()
        if line and not line.startswith(("#", "//")):
            left, operator, right = line.split()[:3]
            yield Comparison(left, SIGNS[operator], right, line)


def sign(left: Any, right: Any) -> int:
    assert (left == right) is not (left != right)
    return (left > right) - (left < right)
