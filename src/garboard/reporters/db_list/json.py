"""The existing shards, for programs."""

from __future__ import annotations

from garboard import json_text
from garboard.reporters.shards import Shards


def render(shards: Shards) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed."""
    document = {"known": shards.known, "installed": shards.installed}
    return json_text.document(document)
