"""The existing shards, for people."""

from __future__ import annotations

from garboard.reporters import terminal
from garboard.reporters.shards import Shards


def render(shards: Shards) -> bytes:
    """A line for each shard, UTF-8, ending in a line feed."""
    lines = [f"{shard:<44}{'installed' if shard in shards.installed else ''}".rstrip() for shard in shards.known]
    lines += [f"{shard:<44}installed" for shard in shards.installed if shard not in shards.known]
    return terminal.document(lines, color=False)
