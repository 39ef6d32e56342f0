"""The existing shards, for programs."""

from __future__ import annotations

import msgspec

from garboard.reporters.shards import Shards


def render(shards: Shards) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed."""
    document = {"known": shards.known, "installed": shards.installed}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
