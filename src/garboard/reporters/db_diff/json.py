"""What changed from one database to another, for programs."""

from __future__ import annotations

from garboard import json_text
from garboard.model.answers import Difference


def render(difference: Difference) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed."""
    return json_text.document(
        {
            "changes": [
                {"kind": one.kind, "ecosystem": one.ecosystem, "package": one.package, "id": one.id}
                for one in difference.changes
            ],
            "onlyOld": difference.only_old,
            "onlyNew": difference.only_new,
            "unchanged": difference.unchanged,
        }
    )
