"""The report for people, in the layout of ``docker scan``.

The worst issue comes last, then the summary, then what was not covered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from garboard import ecosystems
from garboard.model.advisory import Severity
from garboard.model.attribution import Introduction, Origin
from garboard.model.finding import Finding, Vulnerability
from garboard.model.package import Location, Package
from garboard.model.report import Report
from garboard.reporters.scan.closing import SHOWN_ROOTS, WORST_FIRST, closing, limited, texts, tree_name
from garboard.reporters.scan.tree import dependency_tree
from garboard.reporters.several import Texts
from garboard.reporters.terminal import document, paint
from garboard.reporters.view import (
    Issue,
    View,
    declared_packages,
    direct_dependencies,
    headline,
    in_headers,
    labeled,
    number_of,
    shown,
)

_COLORS: Final = {Severity.CRITICAL: "35", Severity.HIGH: "31", Severity.MEDIUM: "33"}
_DESCRIPTION: Final = 160
_INSTRUCTION: Final = 300
_FROM_PROJECT: Final = 2
"""Steps of the path to a package that a project asks for itself."""
_SHOWN_INTRODUCTIONS: Final = 3


def _sentence(vulnerability: Vulnerability) -> str:
    text = headline(vulnerability, _DESCRIPTION)
    return f"{vulnerability.id}: {text}" if text else vulnerability.id


def _exploited(vulnerability: Vulnerability) -> Iterator[str]:
    if vulnerability.kev_added:
        extra = ", by ransomware too" if vulnerability.kev_ransomware else ""
        yield f"  Exploited: known since {vulnerability.kev_added} (CISA KEV){extra}"
    if vulnerability.epss is not None and vulnerability.epss >= 0.1:
        yield f"  Exploit probability: {vulnerability.epss:.0%} within 30 days (EPSS)"
    if vulnerability.malicious:
        yield "  Malicious: the package itself is malware; remove it"


def _paths(issue: Issue, labels: Mapping[str, str], projects: Container[str]) -> list[tuple[str, ...]]:
    """The paths of all affected packages, shortest first, as labels; of those that a project asks for, the way from there."""
    found = [path for finding in issue.findings for path in finding.from_paths]
    led = {path[-1:] for path in found if len(path) == _FROM_PROJECT and path[0] in projects}
    found = [path for path in found if path not in led]
    found.sort(key=len)
    return [tuple(labels.get(step, step) for step in path) for path in found]


def fix_of(finding: Finding) -> str:
    """The nearest version that ends it, or why there is none, as a line; empty if neither is known."""
    if finding.fixed_in:
        return f"  Fixed in: {finding.fixed_in}"
    status = finding.status.why_unfixed
    note = f" ({finding.note})" if finding.note and status else ""
    return f"  No fix: {status}{note}" if status else ""


def _block(issue: Issue, report: Report, view: View, known: Known) -> Iterator[str]:
    finding = issue.first
    vulnerability = finding.vulnerability
    word = vulnerability.severity.word.capitalize()
    name = ecosystems.displayed(finding.package)
    title = f"✗ {word} severity vulnerability found in "
    code = _COLORS.get(vulnerability.severity, "")
    yield paint(title, code, color=view.color) + paint(name, "4" + (";" + code if code else ""), color=view.color)
    yield f"  Description: {_sentence(vulnerability)}"
    yield from told(issue, report, view, known)
    fix = fix_of(finding)
    if fix:
        yield paint(fix, "1", color=view.color) if finding.fixed_in else fix


class Known(NamedTuple):
    """All packages of a report by id: their labels, those that are applications, and those that files declare."""

    labels: Mapping[str, str]
    projects: Container[str]
    declared: Mapping[str, Package]

    @classmethod
    def of(cls, report: Report) -> Known:
        """Of a report's packages."""
        packages = report.inventory.packages
        return cls(
            {one.id: labeled(one) for one in packages},
            frozenset(one.id for one in packages if one.application),
            declared_packages(report),
        )


def told(issue: Issue, report: Report, view: View, known: Known) -> Iterator[str]:
    """What is known of an issue beside its description and its fix, in lines that are indented."""
    yield from _exploited(issue.first.vulnerability)
    if len(issue.findings) > 1:
        yield f"  Packages: {limited((labeled(one.package) for one in issue.findings), SHOWN_ROOTS)}"
    paths = _paths(issue, known.labels, known.projects)
    more = len(paths) - view.show_paths + sum(one.more_paths for one in issue.findings)
    if paths:
        yield f"  Introduced through: {limited((path[0] for path in paths), SHOWN_ROOTS)}"
    for path in paths[: view.show_paths]:
        yield "  From: " + " > ".join(path)
    if more > 0:
        yield f"  and {more} more..."
    yield from introduced(issue, report)
    declared = tuple(dict.fromkeys(place for one in issue.findings for place in _declared(one.package)))
    if declared:
        yield f"  Declared in {limited(declared, SHOWN_ROOTS)}"
    raised = [one for one in direct_dependencies(issue.findings, known.declared) if one.place.path]
    own = {finding.package.id for finding in issue.findings}
    asked = tuple(_at(one.place) for one in raised if one.package.id in own)
    if asked:
        yield f"  Asked for in {limited(asked, SHOWN_ROOTS)}"
    through = tuple(f"{labeled(one.package)} ({_at(one.place)})" for one in raised if one.package.id not in own)
    if through:
        yield f"  Raise {limited(through, SHOWN_ROOTS)}"
    carriers = tuple(dict.fromkeys(one.package.vendored_by for one in issue.findings if one.package.vendored_by))
    if carriers:
        yield f"  Vendored by {limited(carriers, SHOWN_ROOTS)}"


def _declared(package: Package) -> Iterator[str]:
    """The files and lines that declare a package, if it is not known to be installed."""
    if package.declared:
        scope = f" ({package.scope})" if package.scope else ""
        yield from (f"{_at(place)}{scope}" for place in package.locations)


def _at(place: Location) -> str:
    return f"{place.path}:{place.line}" if place.line else place.path


def introduced(issue: Issue, report: Report) -> Iterator[str]:
    """Who brought the affected packages in, each way once."""
    lines = dict.fromkeys(
        line for one in issue.findings if one.introduced and (line := _introduced(one.introduced, report))
    )
    shown = list(lines)[:_SHOWN_INTRODUCTIONS]
    yield from (f"  {line}" for line in shown)
    if len(lines) > len(shown):
        yield f"  and by {len(lines) - len(shown)} more..."


def _introduced(one: Introduction, report: Report) -> str:
    where = f" ({one.place.file}:{one.place.line})" if one.place else ""
    if one.origin is Origin.BASE:
        return (
            f"Introduced by your base image ({report.base_image})"
            if report.base_image
            else "Introduced by your base image"
        )
    if one.copied_from:
        stage = f", brought there by `{_short(one.stage_instruction)}`" if one.stage_instruction else ""
        return f"Copied from stage {one.copied_from} by `{_short(one.instruction)}`{where}{stage}"
    if one.place:
        return f"Introduced in your Dockerfile by `{_short(one.instruction)}`{where}"
    above = " above your base image" if one.origin is Origin.DOCKERFILE else ""
    command = f": {_short(one.instruction)}" if one.instruction else ""
    return f"Introduced by layer {one.layer}{above}{command}"


def _short(instruction: str) -> str:
    """The text on one line, shortened if too long."""
    instruction = " ".join(instruction.split())
    return instruction if len(instruction) <= _INSTRUCTION else instruction[:_INSTRUCTION].rstrip() + " …"


def _in_headers(found: Sequence[Issue]) -> Iterator[str]:
    """The issues of kernel headers in one block."""
    names = dict.fromkeys(labeled(finding.package) for issue in found for finding in issue.findings)
    counts = Counter(issue.first.vulnerability.severity for issue in found)
    words = ", ".join(f"{counts[one]} {one.word}" for one in WORST_FIRST if counts[one])
    yield f"✗ {number_of(len(found), 'issue')} in headers of the kernel: {limited(names, SHOWN_ROOTS)}"
    yield f"  Nothing of them runs: a container has the kernel of its host ({words})"
    yield f"  Issues: {limited((issue.first.vulnerability.id for issue in reversed(found)), SHOWN_ROOTS)}; --json has them all"


def render(report: Report, view: View) -> bytes:
    """The whole text, UTF-8, ending in a line feed."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, at once."""
    found = shown(report, view)
    known = Known.of(report)
    lines: list[str] = []
    if view.summary:
        yield document([f"Testing {report.image.name}...", "", *closing(report, found, view)], color=view.color)
        return
    if view.dependency_tree:
        lines += [*dependency_tree(report, tree_name(report)), ""]
    lines += ["", f"Testing {report.image.name}...", ""]
    headers: list[Issue] = []
    others: list[Issue] = []
    for issue in found:
        (headers if in_headers(issue) else others).append(issue)
    lines += [*_in_headers(headers), ""] if headers else []
    for issue in others:
        lines += [*_block(issue, report, view, known), ""]
    lines += ["", ""] if found else []
    yield document([*lines, *closing(report, found, view)], color=view.color)


def several(count: int, view: View) -> Texts:
    """Such texts, and a table of the images' issues by severity."""
    return texts(parts, count, view)
