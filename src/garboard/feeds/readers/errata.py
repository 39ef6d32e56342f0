"""Advisories of errata that are published as updateinfo, whoever publishes them."""

from __future__ import annotations

from collections.abc import Sequence

from garboard.ecosystems.rpm.updateinfo import Erratum
from garboard.model.advisory import Advisory, Affected, Rating
from garboard.model.gap import Gap


def advisory(feed: str, erratum: Erratum, affected: Sequence[Affected], references: tuple[str, ...]) -> Advisory | Gap:
    """The advisory of an erratum; a gap if it has no identifier, or affects nothing."""
    if not erratum.id or not affected:
        reason = "it names no package with a version" if erratum.id else "it has no identifier"
        return Gap(stage="feeds", subject=f"{feed} {erratum.id or erratum.title}"[:200], reason=reason)
    return Advisory(
        id=erratum.id,
        feed=feed,
        related=erratum.cves,
        summary=erratum.title,
        details=erratum.description,
        published=erratum.issued,
        modified=erratum.updated,
        ratings=(Rating(source=feed, word=erratum.severity),) if erratum.severity else (),
        references=references,
        affected=tuple(affected),
    )
