"""What changed from one database to another, for people."""

from __future__ import annotations

from collections import Counter

from garboard.model.answers import Difference
from garboard.reporters import terminal


def render(difference: Difference) -> bytes:
    """A line for each change, then their numbers, UTF-8, ending in a line feed."""
    lines = [f"{one.kind:<7}  {one.ecosystem}  {one.package}  {one.id}" for one in difference.changes]
    counts = Counter(one.kind for one in difference.changes)
    lines.append(", ".join(f"{counts[kind]} {kind}" for kind in ("new", "gone", "changed")))
    lines += [f"{shard}: only in the old database" for shard in difference.only_old]
    lines += [f"{shard}: only in the new database" for shard in difference.only_new]
    return terminal.document(lines, color=False)
