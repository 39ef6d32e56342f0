"""Which shards of a database are intact, for people."""

from __future__ import annotations

from garboard.reporters import terminal
from garboard.reporters.shards import Check, Checks


def render(checks: Checks) -> bytes:
    """A line for each intact shard; the others are errors, which are not part of the report."""
    lines = [_line(check) for check in checks.shards if check.whole]
    return terminal.document(lines, color=False) if lines else b""


def _line(check: Check) -> str:
    text = f"{check.shard}: whole, {check.records} records"
    if check.affected:
        text += f", {check.affected} affected packages, {check.unparseable} with a version that does not parse"
    return text + (f", {check.without_order} of a kind that cannot be ordered yet" if check.without_order else "")
