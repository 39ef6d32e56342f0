"""Adds what is known about a CVE apart from packages to the findings: NVD's ratings, KEV, EPSS."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from garboard.matching.severity import assess
from garboard.model.advisory import CveFacts, Severity
from garboard.model.finding import Finding, Vulnerability


def names(vulnerability: Vulnerability) -> list[str]:
    """The CVE identifiers of a vulnerability."""
    return [name for name in (vulnerability.id, *vulnerability.aliases) if name.startswith("CVE-")]


def _enriched(vulnerability: Vulnerability, facts: list[CveFacts]) -> Vulnerability:
    ratings = tuple(dict.fromkeys((*vulnerability.ratings, *(rating for fact in facts for rating in fact.ratings))))
    changes: dict[str, object] = {
        "ratings": ratings,
        "cwes": tuple(dict.fromkeys((*vulnerability.cwes, *(cwe for fact in facts for cwe in fact.cwes)))),
        "description": vulnerability.description or next((f.description for f in facts if f.description), ""),
        "published": vulnerability.published or next((f.published for f in facts if f.published), ""),
        "modified": vulnerability.modified or next((f.modified for f in facts if f.modified), ""),
        "kev_added": min((fact.kev_added for fact in facts if fact.kev_added), default=""),
        "kev_ransomware": any(fact.kev_ransomware for fact in facts),
    }
    best = max((fact for fact in facts if fact.epss is not None), key=lambda fact: fact.epss or 0.0, default=None)
    if best is not None:
        changes |= {"epss": best.epss, "epss_percentile": best.epss_percentile}
    assessed = assess((), ratings)
    if vulnerability.severity is Severity.UNKNOWN:
        changes |= {"severity": assessed.severity, "severity_source": assessed.source}
    if vulnerability.cvss_score is None and assessed.cvss is not None:
        changes |= {"cvss_score": assessed.cvss.score, "cvss_vector": assessed.cvss.vector}
    return msgspec.structs.replace(vulnerability, **changes)


def enrich(findings: tuple[Finding, ...], facts: Mapping[str, CveFacts]) -> tuple[Finding, ...]:
    """The same findings with more facts. Their number and order do not change."""
    done: dict[Vulnerability, Vulnerability] = {}
    result = []
    for finding in findings:
        vulnerability = finding.vulnerability
        known = [facts[name] for name in names(vulnerability) if name in facts]
        if not known:
            result.append(finding)
            continue
        if vulnerability not in done:
            done[vulnerability] = _enriched(vulnerability, known)
        result.append(msgspec.structs.replace(finding, vulnerability=done[vulnerability]))
    return tuple(result)
