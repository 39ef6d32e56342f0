"""Which shards of a database are intact, for programs."""

from __future__ import annotations

from typing import Any

from garboard import json_text
from garboard.reporters.shards import Check, Checks


def render(checks: Checks) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed."""
    document = {"directory": checks.directory, "shards": list(map(_one, checks.shards))}
    return json_text.document(document)


def _one(check: Check) -> dict[str, Any]:
    if check.error:
        return {"shard": check.shard, "whole": False, "error": check.error}
    return {
        "shard": check.shard,
        "whole": check.whole,
        "faults": check.faults,
        "records": check.records,
        "affected": check.affected,
        "unparseable": check.unparseable,
        "without_order": check.without_order,
    }
