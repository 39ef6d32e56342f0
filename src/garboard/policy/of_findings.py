"""Conditions of a rule that are about one finding.

Each returns whether it holds, or None if the fact for it is not known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from garboard import ecosystems
from garboard.matching import severity as scale
from garboard.model.advisory import Severity
from garboard.model.attribution import Origin
from garboard.model.finding import Finding
from garboard.model.timestamp import parsed
from garboard.policy import ages, values
from garboard.policy.baseline import key
from garboard.policy.facts import Facts
from garboard.policy.values import Kind

Holds = bool | None


class OfFinding(NamedTuple):
    """A condition on findings: the kind of its value, what it means, the test, and the fact that it needs.

    ``feed`` has that fact if it is one that ages (`garboard.policy.ages`).
    """

    kind: Kind
    text: str
    holds: Callable[[Any, Finding, Facts], Holds]
    fact: str = ""
    feed: str = ""

    def missing(self, facts: Facts) -> str:
        """What is not known: the fact, or that it is too old."""
        old = ages.told(self.feed, facts.report) if self.feed else ""
        if not old or ages.fresh(self.feed, facts.report, facts.stale_after):
            return self.fact
        return f"{self.fact} on the day of this report ({old}; stale-after = {facts.stale_after})"


def _severity(wanted: str, finding: Finding, facts: Facts) -> Holds:
    source = facts.rule.get("severity-by")
    found = finding.vulnerability.severity if source is None else _rated_by(source, finding)
    if found is Severity.UNKNOWN:
        return False if facts.unrated_passes else None
    return found >= values.severity_of(wanted)


def _rated_by(source: str, finding: Finding) -> Severity:
    ratings = [one for one in finding.vulnerability.ratings if one.source.lower() == source.lower()]
    worded = next((found for one in ratings if (found := scale.of_word(one.word)) is not Severity.UNKNOWN), None)
    if worded is not None:
        return worded
    score = scale.best_vector(ratings)
    return scale.of_score(score.score, score.vector) if score else Severity.UNKNOWN


def _fixable(wanted: bool, finding: Finding, facts: Facts) -> Holds:  # noqa: ARG001
    return bool(finding.fixed_in) == wanted


def _days(text: str, facts: Facts) -> int | None:
    moment = parsed(text)
    return None if moment is None else (facts.report.created - moment.astimezone(dt.UTC)).days


def _known_for(days: int, finding: Finding, facts: Facts) -> Holds:
    age = _days(finding.vulnerability.published, facts)
    return None if age is None else age >= days


def _fixed_for(days: int, finding: Finding, facts: Facts) -> Holds:
    """It is known since the record that names it last changed, or longer; and no longer than what it fixes."""
    if not finding.fixed_in:
        return False
    least, most = _days(finding.fix_known, facts), _days(finding.vulnerability.published, facts)
    if least is not None and least >= days:
        return True
    return False if most is not None and most < days else None


def _kev(wanted: bool, finding: Finding, facts: Facts) -> Holds:
    if finding.vulnerability.kev_added:
        return wanted
    return not wanted if ages.fresh("kev", facts.report, facts.stale_after) else None


def _epss(least: float, finding: Finding, facts: Facts) -> Holds:
    """An old score that is high enough holds still; one that is not may have risen."""
    score = finding.vulnerability.epss
    if score is not None and score >= least:
        return True
    return None if score is None or not ages.fresh("epss", facts.report, facts.stale_after) else False


def _cvss(parts: tuple[str, ...], finding: Finding, facts: Facts) -> Holds:  # noqa: ARG001
    vector = finding.vulnerability.cvss_vector
    return None if not vector else {*parts} <= {*vector.upper().split("/")}


def _malicious(wanted: bool, finding: Finding, facts: Facts) -> Holds:  # noqa: ARG001
    return finding.vulnerability.malicious == wanted


def _of(wanted: tuple[str, ...], finding: Finding, facts: Facts) -> Holds:  # noqa: ARG001
    origin = finding.who.origin
    return None if origin is Origin.UNKNOWN else ("base" if origin is Origin.BASE else "yours") in wanted


def _ecosystem(wanted: tuple[str, ...], finding: Finding, facts: Facts) -> Holds:  # noqa: ARG001
    return not names_of(finding).isdisjoint(one.lower() for one in wanted)


def names_of(finding: Finding) -> frozenset[str]:
    """What a user may call the ecosystem of a finding: its package URL type, its module, its manager, OSV's name."""
    known = ecosystems.of(finding.package.type)
    return frozenset(one.lower() for one in (finding.package.type, known.name, known.manager, known.osv) if one)


def _package(wanted: tuple[str, ...], finding: Finding, facts: Facts) -> Holds:  # noqa: ARG001
    return is_named(wanted, finding)


def is_named(patterns: tuple[str, ...], finding: Finding) -> bool:
    """Whether a pattern is the package's name, its full or its source package's name."""
    package = finding.package
    names = {package.name, package.full_name, ecosystems.displayed(package), package.source}
    normalize = ecosystems.of(package.type).normalize
    return any(
        fnmatchcase(name, pattern) or fnmatchcase(normalize(name), normalize(pattern))
        for pattern in patterns
        for name in names
    )


def _id(wanted: tuple[str, ...], finding: Finding, facts: Facts) -> Holds:  # noqa: ARG001
    return not ids_of(finding).isdisjoint(one.upper() for one in wanted)


def ids_of(finding: Finding) -> frozenset[str]:
    """All identifiers of a finding's vulnerability, in upper case."""
    known = finding.vulnerability
    return frozenset(one.upper() for one in (known.id, *known.aliases, *known.advisories))


def _new(wanted: bool, finding: Finding, facts: Facts) -> Holds:
    return None if facts.baseline is None else (key(finding) not in facts.baseline.known) == wanted


def _modifier(value: str, finding: Finding, facts: Facts) -> Holds:  # noqa: ARG001
    return True


CONDITIONS: Final = MappingProxyType(
    {
        "severity": OfFinding(values.SEVERITY, "This severity or a higher one.", _severity, "the severity"),
        "severity-by": OfFinding(values.TEXT, "Whose severity counts: nvd, debian, ghsa …", _modifier),
        "fixable": OfFinding(values.EITHER, "Whether a fixed version is published.", _fixable),
        "fixed-for": OfFinding(
            values.COUNT,
            "The fix has been known for so many days.",
            _fixed_for,
            "the day since which the fix is known",
        ),
        "known-for": OfFinding(
            values.COUNT, "The vulnerability has been published for so many days.", _known_for, "the day of publication"
        ),
        "kev": OfFinding(
            values.EITHER, "Whether it is known to be exploited (CISA KEV).", _kev, "CISA's list (kev)", feed="kev"
        ),
        "epss": OfFinding(
            values.SHARE, "The probability of exploitation is at least this.", _epss, "the EPSS score", feed="epss"
        ),
        "cvss": OfFinding(
            values.VECTOR_PARTS, "The CVSS vector has all of these parts: AV:N, PR:N …", _cvss, "the CVSS vector"
        ),
        "malicious": OfFinding(values.EITHER, "Whether the package itself is malware.", _malicious),
        "of": OfFinding(values.SIDES, "Who brought it: base or yours.", _of, "who brought it"),
        "ecosystem": OfFinding(values.ECOSYSTEMS, "The ecosystem: deb, npm, pypi …", _ecosystem),
        "package": OfFinding(values.PATTERNS, "The package's name, or a pattern of it.", _package),
        "id": OfFinding(values.IDS, "Any identifier of the vulnerability.", _id),
        "new": OfFinding(values.EITHER, "Whether the baseline does not have it.", _new, "a baseline (--baseline)"),
    }
)
