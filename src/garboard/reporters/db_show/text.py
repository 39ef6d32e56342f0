"""What the data say of a vulnerability, for people."""

from __future__ import annotations

from collections.abc import Iterator

from garboard.model.advisory import CveFacts
from garboard.model.answers import VulnerabilityAnswer
from garboard.reporters import terminal
from garboard.reporters.answers import names, rating, standing, versions


def render(answer: VulnerabilityAnswer) -> bytes:
    """The facts, then each record with what it says of each package, UTF-8, ending in a line feed."""
    lines = [line for facts in answer.facts for line in _facts(facts)]
    record = ""
    for told in answer.told:
        if record != f"{told.shard} {told.advisory.id}":
            record = f"{told.shard} {told.advisory.id}"
            lines.append(f"{told.shard}: {names(told)}")
            lines += [f"  {text}" for text in (told.advisory.summary, *map(rating, told.advisory.ratings)) if text]
            lines += [f"  withdrawn {told.advisory.withdrawn}"] if told.advisory.withdrawn else []
        if told.affected.package:
            said = "; ".join((versions(told.affected), *standing(told)))
            lines.append(f"  {told.affected.ecosystem} {told.affected.package}: {said}")
    if not answer.told and not answer.facts:
        lines.append(f"{answer.identifier}: nothing in the data that are installed; see: garboard db status")
    return terminal.document(lines, color=False)


def _facts(facts: CveFacts) -> Iterator[str]:
    yield facts.cve
    yield from (f"  {rating(one)}" for one in facts.ratings)
    if facts.cwes:
        yield f"  {', '.join(facts.cwes)}"
    if facts.published:
        yield f"  published {facts.published[:10]}, changed {facts.modified[:10] or 'never'}"
    if facts.rejected:
        yield "  rejected"
    if facts.kev_added:
        yield f"  known to be exploited since {facts.kev_added}{', by ransomware' if facts.kev_ransomware else ''}"
    if facts.epss is not None:
        yield f"  EPSS {facts.epss:.5f}"
