"""What the data say of a package, for programs."""

from __future__ import annotations

from garboard import json_text
from garboard.model.answers import PackageAnswer
from garboard.reporters.answers import document


def render(answer: PackageAnswer) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed."""
    return json_text.document(
        {
            "package": answer.package,
            "version": answer.version,
            "ecosystems": answer.ecosystems,
            "records": list(map(document, answer.told)),
        }
    )
