"""The base images of a catalog for programs."""

from __future__ import annotations

from garboard.reporters.bases import Bases, document, encoded


def render(bases: Bases) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed."""
    approvals = [{"pattern": one.pattern, "reason": one.reason, "until": one.until} for one in bases.approvals]
    return encoded({"images": list(map(document, bases.bases)), "approvals": approvals})
