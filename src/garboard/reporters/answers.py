"""How reports write what a database says, whoever asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from garboard.model.advisory import Affected, Rating, Status
from garboard.model.answers import DataRecord

_WORDS: Final = {Status.UNDETERMINED: "not yet determined", Status.NOT_AFFECTED: "not affected"}


def versions(affected: Affected) -> str:
    """The versions that a record is about, in words."""
    if affected.status is Status.NOT_AFFECTED:
        return "no version is affected"
    texts = []
    for one in affected.ranges:
        start = "" if one.introduced in {"", "0"} else f"from {one.introduced} "
        first = one.fixed or one.before
        end = f"before {first}" if first else f"up to {one.last_affected}" if one.last_affected else ""
        texts.append(f"{start}{end}".strip() or "all versions")
    if affected.versions:
        count = len(affected.versions)
        texts.append(f"{count} version{'s' if count != 1 else ''} by name")
    return "; ".join(texts) or affected.unmatchable or "no versions are named"


def standing(told: DataRecord) -> Iterator[str]:
    """What else a record says: its status, its module, its reason, and what came of a comparison."""
    affected = told.affected
    if affected.module:
        yield f"module {affected.module}"
    if affected.status.why_unfixed or affected.status in _WORDS:
        yield affected.status.why_unfixed or _WORDS[affected.status]
    if affected.note:
        yield affected.note
    if told.verdict is not None:
        yield f"{told.verdict}{f', fixed in {told.fixed}' if told.fixed else ''}{f': {told.reason}' if told.reason else ''}"


def rating(one: Rating) -> str:
    """A rating as its source gives it."""
    return f"{one.source}: {' '.join(filter(None, (one.word, one.vector)))}"


def names(told: DataRecord) -> str:
    """A record's identifier, and the others that it goes by or is about."""
    others = (*told.advisory.aliases, *told.advisory.related, *told.advisory.errata)
    return f"{told.advisory.id} ({', '.join(others)})" if others else told.advisory.id


def document(told: DataRecord) -> dict[str, Any]:
    """A record for programs."""
    advisory, affected = told.advisory, told.affected
    return {
        "shard": told.shard,
        "id": advisory.id,
        "aliases": advisory.aliases,
        "related": (*advisory.related, *advisory.errata),
        "summary": advisory.summary,
        "published": advisory.published,
        "modified": advisory.modified,
        "withdrawn": advisory.withdrawn,
        "ratings": [{"source": one.source, "word": one.word, "vector": one.vector} for one in advisory.ratings],
        "ecosystem": affected.ecosystem,
        "package": affected.package,
        "module": affected.module,
        "status": affected.status if affected.package else "",
        "ranges": [
            {"introduced": one.introduced, "fixed": one.fixed, "lastAffected": one.last_affected}
            | ({"before": one.before} if one.before else {})
            for one in affected.ranges
        ],
        "versions": affected.versions,
        "note": affected.note,
        "subscription": affected.subscription,
        "verdict": told.verdict,
        "fixedIn": told.fixed,
        "reason": told.reason,
        "references": advisory.references,
    }
