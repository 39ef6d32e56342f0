"""What the data say of a vulnerability, for programs."""

from __future__ import annotations

from typing import Any

from garboard import json_text
from garboard.model.advisory import CveFacts
from garboard.model.answers import VulnerabilityAnswer
from garboard.reporters.answers import document


def render(answer: VulnerabilityAnswer) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed."""
    return json_text.document(
        {
            "identifier": answer.identifier,
            "facts": list(map(_facts, answer.facts)),
            "records": list(map(document, answer.told)),
        }
    )


def _facts(facts: CveFacts) -> dict[str, Any]:
    return {
        "cve": facts.cve,
        "ratings": [{"source": one.source, "word": one.word, "vector": one.vector} for one in facts.ratings],
        "cwes": facts.cwes,
        "published": facts.published,
        "modified": facts.modified,
        "rejected": facts.rejected,
        "kevAdded": facts.kev_added,
        "kevRansomware": facts.kev_ransomware,
        "epss": facts.epss,
        "epssPercentile": facts.epss_percentile,
    }
