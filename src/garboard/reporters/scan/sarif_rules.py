"""A vulnerability as a SARIF rule: one for each identifier, however many packages it is found in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from garboard.model.advisory import Severity
from garboard.model.finding import Finding, Vulnerability
from garboard.reporters.scan.sarif_document import Configuration, Message, Rule, RuleProperties
from garboard.reporters.view import headline

LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.NEGLIGIBLE: "note",
    Severity.UNKNOWN: "note",
}
_BANDS: Final = {
    Severity.CRITICAL: (9.1, 10.0),
    Severity.HIGH: (7.0, 8.9),
    Severity.MEDIUM: (4.0, 6.9),
    Severity.LOW: (0.1, 3.9),
    Severity.NEGLIGIBLE: (0.1, 0.9),
}
"""GitHub's bands of ``security-severity``: critical is above 9.0."""
TAGS: Final = 20
"""GitHub accepts no rule with more tags."""
DESCRIPTION: Final = 1024
"""GitHub accepts no longer short or full description."""
HELP: Final = 8192
"""This program's own bound: an upload is limited to 10 MB, compressed."""


def security_severity(severity: Severity, score: float | None) -> str:
    """The number by which GitHub sorts: the CVSS score, moved into the band of the severity that this program reports.

    A distribution's word may differ from the score; the word decides, as everywhere in this program. Empty if nobody
    has rated it.
    """
    band = _BANDS.get(severity)
    if band is None:
        return ""
    lowest, highest = band
    return f"{min(max(score, lowest), highest) if score is not None else lowest:.1f}"


def shortened(text: str, longest: int) -> str:
    """The text, shortened to a number of characters."""
    return text if len(text) <= longest else text[: longest - 2].rstrip() + " …"


def plain(text: str) -> str:
    """The text with nothing that could be read as a SARIF link."""
    return text.replace("](", "] (")


def tags(vulnerability: Vulnerability, types: Iterable[str]) -> list[str]:
    """The tags, most important first; there may be more than `TAGS`."""
    found = ["security", "vulnerability"]
    found += ["known-exploited"] if vulnerability.kev_added else []
    found += ["malicious"] if vulnerability.malicious else []
    found += sorted(set(types))
    found += [f"external/cwe/{cwe.lower()}" for cwe in vulnerability.cwes]
    return list(dict.fromkeys(found))


def rule(findings: Sequence[Finding]) -> Rule:
    """The rule of one vulnerability; if findings rate it differently, the worst rating counts."""
    worst = max(findings, key=lambda finding: finding.vulnerability.severity.rank).vulnerability
    packages = list(dict.fromkeys(finding.package.display_name for finding in findings))
    named = ", ".join(packages[:3]) + (f" and {len(packages) - 3} more" if len(packages) > 3 else "")
    title = plain(headline(worst, 200))
    return Rule(
        id=worst.id,
        short_description=Message(
            text=shortened(
                f"{worst.id}: {title or f'{worst.severity.word} severity vulnerability in {named}'}", DESCRIPTION
            )
        ),
        full_description=Message(text=shortened(plain(worst.description or title or worst.id), DESCRIPTION)),
        help=Message(
            text=shortened(plain("\n".join(_help(worst, findings))), HELP),
            markdown=shortened("\n".join(_markdown(worst, findings)), HELP),
        ),
        help_uri=next((url for url in worst.references if url.startswith("https://")), ""),
        default_configuration=Configuration(level=LEVELS[worst.severity]),
        properties=RuleProperties(
            tags=tuple(tags(worst, (finding.package.type for finding in findings))[:TAGS]),
            precision="very-high",
            security_severity=security_severity(worst.severity, worst.cvss_score),
            severity=worst.severity.word,
            severity_source=worst.severity_source,
            cvss_score=worst.cvss_score,
            cvss_vector=worst.cvss_vector,
            epss=worst.epss,
            kev_date_added=worst.kev_added,
            aliases=worst.aliases,
            advisories=worst.advisories,
        ),
    )


def _facts(vulnerability: Vulnerability) -> Iterator[tuple[str, str]]:
    source = f" (by {vulnerability.severity_source})" if vulnerability.severity_source else ""
    yield "Severity", vulnerability.severity.word + source
    if vulnerability.cvss_score is not None:
        yield "CVSS", f"{vulnerability.cvss_score} {vulnerability.cvss_vector}".rstrip()
    if vulnerability.kev_added:
        yield "Exploited", f"known since {vulnerability.kev_added} (CISA KEV)"
    if vulnerability.epss is not None:
        yield "Exploit probability", f"{vulnerability.epss:.2%} within 30 days (EPSS)"
    if vulnerability.cwes:
        yield "Weaknesses", ", ".join(vulnerability.cwes)
    if vulnerability.aliases:
        yield "Also known as", ", ".join(vulnerability.aliases)


def _fixes(findings: Sequence[Finding]) -> Iterator[tuple[str, str, str]]:
    """(package, installed, fixed), each once."""
    yield from dict.fromkeys(
        (finding.package.display_name, finding.package.version, finding.fixed_in or "no fix") for finding in findings
    )


def _help(vulnerability: Vulnerability, findings: Sequence[Finding]) -> Iterator[str]:
    yield from (f"{label}: {text}" for label, text in _facts(vulnerability))
    yield ""
    yield from (f"{name} {installed}: fixed in {fix}" for name, installed, fix in _fixes(findings))
    yield ""
    yield vulnerability.description or vulnerability.title or vulnerability.id


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'").replace("\n", " ")


def _markdown(vulnerability: Vulnerability, findings: Sequence[Finding]) -> Iterator[str]:
    yield "| Package | Installed | Fixed in |"
    yield "|---|---|---|"
    yield from ("| " + " | ".join(f"`{_cell(cell)}`" for cell in row) + " |" for row in _fixes(findings))
    yield ""
    yield from (f"* **{label}:** {_cell(text)}" for label, text in _facts(vulnerability))
    yield ""
    yield vulnerability.description or vulnerability.title or vulnerability.id
    if vulnerability.references:
        yield ""
        yield from (f"* <{url}>" for url in vulnerability.references if not set("<> ") & set(url))
