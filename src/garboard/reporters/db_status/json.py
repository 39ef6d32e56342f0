"""How fresh a database is, for programs."""

from __future__ import annotations

from typing import Any

from garboard import json_text
from garboard.reporters.shards import Status, Statuses


def render(statuses: Statuses) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed."""
    document = {"directory": statuses.directory, "shards": list(map(_one, statuses.shards))}
    return json_text.document(document)


def _one(status: Status) -> dict[str, Any]:
    state = status.state
    if state is None:
        return {"shard": status.shard, "error": status.error}
    return {
        "shard": status.shard,
        "records": state.records,
        "skipped": state.skipped,
        "gaps": state.gaps,
        "ecosystems": status.ecosystems,
        "file_bytes": status.bytes,
        "fetched": state.fetched,
        "age_days": status.age,
        "stale": status.stale,
        "data_date": state.data_date,
        "kept": {one.ecosystem: one.date for one in state.kept},
        "url": state.url,
        "sha256": state.sha256,
    }
