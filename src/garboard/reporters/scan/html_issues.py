"""The issues of a scan's page: the filters, and a row for each issue, the worst first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from garboard.model.advisory import Severity
from garboard.model.attribution import Origin
from garboard.model.finding import Finding, Vulnerability
from garboard.model.report import Report
from garboard.reporters.page import safe
from garboard.reporters.scan.closing import WORST_FIRST
from garboard.reporters.scan.rows import line_of
from garboard.reporters.scan.text import Known, fix_of, told
from garboard.reporters.terminal import plain
from garboard.reporters.view import Issue, View, headline, in_headers, labeled

_WHOSE: Final = {Origin.BASE: "base image", Origin.DOCKERFILE: "yours", Origin.UNKNOWN: "not known"}
_LINK: Final = re.compile(r"https?://[!#-;=?-Z_a-z~%\[\]]{1,500}")
_TITLE: Final = 110
_DESCRIPTION: Final = 1_500
_LINKS: Final = 3
_SHOWN_PACKAGES: Final = 4
_HEADINGS: Final = ("Severity", "Issue", "Package", "Fixed in", "Whose", "Exploited")


def issues_section(report: Report, found: Sequence[Issue], view: View) -> Iterator[str]:
    """The section's content."""
    if not found:
        yield "<p>None is shown.</p>"
        return
    types = {kind: str(place) for place, kind in enumerate(dict.fromkeys(one.first.package.type for one in found))}
    yield from _filters(found, types)
    yield '<p role=status aria-live=polite></p><table class=issues role=table aria-label="Issues"><thead role=rowgroup>'
    yield "<tr role=row>"
    for place, heading in enumerate(_HEADINGS):
        yield f"<th scope=col role=columnheader{' aria-sort=descending' if not place else ''}>{heading}</th>"
    yield "</tr></thead><tbody role=rowgroup>"
    known = Known.of(report)
    unlisted = "not listed" if any(state.shard.partition(":")[0] == "kev" for state in report.feeds) else "not known"
    for issue in reversed(found):
        lines = [line.strip() for line in told(issue, report, view, known)]
        yield _row(issue, types[issue.first.package.type], lines, unlisted)
    yield "</tbody></table><button type=button class=more hidden>Show more</button>"


def _filters(found: Sequence[Issue], types: Mapping[str, str]) -> Iterator[str]:
    """The form, hidden until the script shows it: without that it would do nothing."""
    severities: set[Severity] = {one.first.vulnerability.severity for one in found}
    yield '<form hidden aria-label="Filters"><label>Search <input type=search name=words autocomplete=off></label>'
    yield "<fieldset><legend>Severity</legend>"
    for one in WORST_FIRST:
        if one in severities:
            yield f'<label><input type=checkbox name=severity value="{one.rank}" checked> {one.word}</label>'
    yield "</fieldset><fieldset><legend>Only</legend>"
    yield "<label><input type=checkbox name=fixed> with a fix</label>"
    yield "<label><input type=checkbox name=known> exploited</label></fieldset>"
    yield '<label>Whose <select name=whose><option value="">all</option>'
    yield from (f'<option value="{one.value}">{word}</option>' for one, word in _WHOSE.items())
    yield '</select></label><label>Ecosystem <select name=type><option value="">all</option>'
    yield from (f'<option value="{value}">{safe(kind)}</option>' for kind, value in sorted(types.items()))
    yield "</select></label><button type=reset>Show all</button></form>"


def _row(issue: Issue, kind: str, lines: Sequence[str], unlisted: str) -> str:
    first = issue.first
    vulnerability, word = first.vulnerability, first.vulnerability.severity.word
    origin = issue.origin
    marks = f"{' data-f=1' if first.fixed_in else ''}{' data-k=1' if vulnerability.kev_added else ''}"
    place = next(filter(None, (line_of(one.package, one.who.place) for one in issue.findings)), "")
    weight = (1 if vulnerability.kev_added else 0) + (vulnerability.epss or 0)
    return (
        f"<tr role=row data-s={vulnerability.severity.rank} data-w={origin.value} data-t={kind} data-e={weight:.4f}{marks}>"
        f'<td role=cell><span class="tag {word}">{word}</span></td>'
        f"<th scope=row role=rowheader>{_details(first, lines)}</th>"
        f"<td role=cell>{_packages(issue)}</td>"
        f"<td role=cell>{safe(first.fixed_in) or 'no fix'}</td>"
        f"<td role=cell>{_WHOSE[origin]}{f'<br> <code>{safe(place)}</code>' if place else ''}</td>"
        f"<td role=cell>{_exploited(vulnerability, unlisted)}</td></tr>"
    )


def _packages(issue: Issue) -> str:
    names = list(dict.fromkeys(labeled(one.package) for one in issue.findings))
    more = f"<br> and {len(names) - _SHOWN_PACKAGES} more" if len(names) > _SHOWN_PACKAGES else ""
    kind = safe(issue.first.package.type) + (", headers, of which nothing runs" if in_headers(issue) else "")
    return f"{'<br> '.join(map(safe, names[:_SHOWN_PACKAGES]))}{more} <span class=dim>({kind})</span>"


def _exploited(vulnerability: Vulnerability, unlisted: str) -> str:
    told = [f"yes, known since {vulnerability.kev_added}" if vulnerability.kev_added else unlisted]
    told += [f"{vulnerability.epss:.1%} (EPSS)"] if vulnerability.epss is not None else []
    return "<br> ".join(map(safe, told))


def _details(finding: Finding, lines: Sequence[str]) -> str:
    vulnerability = finding.vulnerability
    title = headline(vulnerability, _TITLE)
    description = vulnerability.description
    if len(description) > _DESCRIPTION:
        description = description[:_DESCRIPTION] + " …"
    names = dict.fromkeys(one for one in (*vulnerability.aliases, *vulnerability.advisories) if one != vulnerability.id)
    score = "" if vulnerability.cvss_score is None else f"CVSS {vulnerability.cvss_score} {vulnerability.cvss_vector}"
    facts = [
        f"Also known as: {', '.join(names)}" if names else "",
        f"Severity by: {vulnerability.severity_source}" if vulnerability.severity_source else "",
        score.strip(),
        *lines,
        fix_of(finding).strip(),
    ]
    links = [url for url in vulnerability.references if _LINK.fullmatch(url)][:_LINKS]
    return (
        f"<details><summary><b>{safe(vulnerability.id)}</b>{safe(title)}</summary>"
        + (f"<p class=told>{safe(description)}</p>" if description else "")
        + f"<p class=told>{safe(chr(10).join(plain(fact) for fact in facts if fact))}</p>"
        + "".join(f'<p><a href="{safe(url)}" rel="noopener noreferrer">{safe(url)}</a></p>' for url in links)
        + "</details>"
    )
