"""How fresh a database is, for people."""

from __future__ import annotations

import shlex

from garboard.reporters import terminal
from garboard.reporters.shards import Status, Statuses, size


def render(statuses: Statuses) -> bytes:
    """A line for each shard, UTF-8, ending in a line feed."""
    lines = [f"Database: {statuses.directory}", *map(_line, statuses.shards)]
    if not statuses.shards:
        lines.append(
            f"No shards. hint: garboard db update --db {shlex.quote(statuses.directory)} debian osv:PyPI kev epss"
        )
    return terminal.document(lines, color=False)


def _line(status: Status) -> str:
    state = status.state
    if state is None:
        return f"{status.shard:<24} UNUSABLE: {status.error}"
    age = "age unknown" if status.age is None else f"{status.age} days old"
    parts = [f"{status.shard:<24}", f"{state.records:>8} records", f"{size(status.bytes):>9}", age]
    parts += [f"data of {state.data_date}"] if state.data_date else []
    parts += [f"{state.skipped} unreadable"] if state.skipped else []
    parts += [f"{one.ecosystem} kept of {one.date[:10]}" for one in state.kept]
    parts += ["STALE"] if status.stale else []
    return "  ".join(parts)
