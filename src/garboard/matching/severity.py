"""Severity: the distribution's own rating, else CVSS by vector (v4, v3.1, v3.0, v2), else unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.model.advisory import Rating, Severity

_WORDS: Final = MappingProxyType(
    {
        "negligible": Severity.NEGLIGIBLE,
        "unimportant": Severity.NEGLIGIBLE,
        "none": Severity.NEGLIGIBLE,
        "low": Severity.LOW,
        "minor": Severity.LOW,
        "medium": Severity.MEDIUM,
        "moderate": Severity.MEDIUM,
        "high": Severity.HIGH,
        "important": Severity.HIGH,
        "critical": Severity.CRITICAL,
    }
)
_PREFIXES: Final = ("CVSS:4.0/", "CVSS:3.1/", "CVSS:3.0/")


class Score(NamedTuple):
    """A base score with its vector."""

    score: float
    vector: str


def of_word(word: str) -> Severity:
    """A source's own word as a `Severity`; ``low**`` counts as low, "not yet assigned" as unknown."""
    return _WORDS.get(word.strip("* ").lower(), Severity.UNKNOWN)


def of_score(score: float, vector: str) -> Severity:
    """CVSS's qualitative scale; version 2 has no critical (NVD's scale for it ends at high)."""
    if score >= 9.0 and vector.startswith("CVSS:"):
        return Severity.CRITICAL
    if score >= 7.0:
        return Severity.HIGH
    if score >= 4.0:
        return Severity.MEDIUM
    return Severity.LOW if score > 0 else Severity.NEGLIGIBLE


@lru_cache(16384)
def base_score(vector: str) -> float | None:
    """The base score of a vector of any version; ``None`` if it is malformed."""
    from cvss import CVSS2, CVSS3, CVSS4
    from cvss.exceptions import CVSSError

    kind = CVSS4 if vector.startswith("CVSS:4") else CVSS3 if vector.startswith("CVSS:3") else CVSS2
    try:
        return float(kind(vector).scores()[0])
    except (CVSSError, ValueError, KeyError, IndexError):
        return None


def _rank(vector: str) -> int:
    return next((rank for rank, prefix in enumerate(_PREFIXES) if vector.startswith(prefix)), len(_PREFIXES))


def best_vector(ratings: Iterable[Rating]) -> Score | None:
    """The vector of the newest CVSS version, the first if there are several; malformed ones are skipped."""
    vectors = sorted((rating.vector for rating in ratings if rating.vector), key=_rank)
    for vector in vectors:
        score = base_score(vector)
        if score is not None:
            return Score(score, vector)
    return None


class Assessment(NamedTuple):
    """A severity and its source, along with the best CVSS."""

    severity: Severity
    source: str
    cvss: Score | None


def assess(own: Sequence[Rating], ratings: Sequence[Rating]) -> Assessment:
    """The severity to show, and who rated it.

    Args:
        own: ratings by the distribution or for the package itself, which come first.
        ratings: all others, the best source first.
    """
    cvss = best_vector((*own, *ratings))
    for rating in own:
        severity = of_word(rating.word)
        if severity is not Severity.UNKNOWN:
            return Assessment(severity, rating.source, cvss)
    for group in (own, ratings):
        score = best_vector(group)
        if score is not None:
            source = next(rating.source for rating in group if rating.vector == score.vector)
            return Assessment(of_score(score.score, score.vector), source, cvss)
    for rating in ratings:
        severity = of_word(rating.word)
        if severity is not Severity.UNKNOWN:
            return Assessment(severity, rating.source, cvss)
    return Assessment(Severity.UNKNOWN, "", cvss)
