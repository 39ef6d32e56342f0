"""The report for people, in the layout of ``docker scan``.

The worst issue comes last, then the summary, then what was not covered.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final

from garboard import ecosystems
from garboard.model.advisory import FeedState, Severity, Status
from garboard.model.attribution import Introduction, Origin
from garboard.model.finding import Finding, Vulnerability
from garboard.model.gap import Gap
from garboard.model.package import Location, Package
from garboard.model.report import Coverage, Report
from garboard.reporters.actions import text as actions_text
from garboard.reporters.lineage import text as lineage_text
from garboard.reporters.lineage import view as lineage_view
from garboard.reporters.policy import text as policy_text
from garboard.reporters.recommend import table
from garboard.reporters.scan.tree import dependency_tree
from garboard.reporters.several import Texts
from garboard.reporters.terminal import document, paint
from garboard.reporters.view import (
    Issue,
    View,
    direct_dependencies,
    headline,
    is_source_tree,
    labeled,
    shown,
    subject,
    tested,
    unjudged,
)

_COLORS: Final = {Severity.CRITICAL: "35", Severity.HIGH: "31", Severity.MEDIUM: "33"}
_WORST_FIRST: Final = tuple(sorted(Severity, key=lambda severity: -severity.rank))
_LABEL: Final = 19
_SHOWN_ROOTS: Final = 5
_DESCRIPTION: Final = 160
_INSTRUCTION: Final = 300
_SUBJECTS: Final = {"image": "Docker image:", "tree": "Source tree:", "file": "File:"}
_FROM_PROJECT: Final = 2
"""Steps of the path to a package that a project asks for itself."""
_SHOWN_INTRODUCTIONS: Final = 3
_STATUS: Final = {
    Status.DEFERRED: "the distribution has put the fix off",
    Status.WILL_NOT_FIX: "the distribution will not fix it",
    Status.END_OF_LIFE: "the package has no security support in this release",
    Status.SUBSCRIBERS: "its fix is only for those who pay for support",
}


def manager_of(kind: str) -> str:
    """The package manager of a package URL type, as reports name it."""
    return ecosystems.of(kind).manager or kind


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


def _limited(items: Iterable[str], limit: int) -> str:
    unique = list(dict.fromkeys(items))
    more = len(unique) - limit
    return ", ".join(unique[:limit]) + (f" and {more} more" if more > 0 else "")


def _fix(finding: Finding) -> str:
    if finding.fixed_in:
        return f"  Fixed in: {finding.fixed_in}"
    status = _STATUS.get(finding.status, "")
    note = f" ({finding.note})" if finding.note and status else ""
    return f"  No fix: {status}{note}" if status else ""


def _block(
    issue: Issue, report: Report, view: View, labels: Mapping[str, str], projects: Container[str]
) -> Iterator[str]:
    finding = issue.first
    vulnerability = finding.vulnerability
    word = vulnerability.severity.word.capitalize()
    name = ecosystems.displayed(finding.package)
    title = f"✗ {word} severity vulnerability found in "
    code = _COLORS.get(vulnerability.severity, "")
    yield paint(title, code, color=view.color) + paint(name, "4" + (";" + code if code else ""), color=view.color)
    yield f"  Description: {_sentence(vulnerability)}"
    yield from _exploited(vulnerability)
    if len(issue.findings) > 1:
        yield f"  Packages: {_limited((labeled(one.package) for one in issue.findings), _SHOWN_ROOTS)}"
    paths = _paths(issue, labels, projects)
    more = len(paths) - view.show_paths + sum(one.more_paths for one in issue.findings)
    if paths:
        yield f"  Introduced through: {_limited((path[0] for path in paths), _SHOWN_ROOTS)}"
    for path in paths[: view.show_paths]:
        yield "  From: " + " > ".join(path)
    if more > 0:
        yield f"  and {more} more..."
    yield from introduced(issue, report)
    declared = tuple(dict.fromkeys(place for one in issue.findings for place in _declared(one.package)))
    if declared:
        yield f"  Declared in {_limited(declared, _SHOWN_ROOTS)}"
    raised = [one for one in direct_dependencies(issue.findings, report) if one.place.path]
    own = {finding.package.id for finding in issue.findings}
    asked = tuple(_at(one.place) for one in raised if one.package.id in own)
    if asked:
        yield f"  Asked for in {_limited(asked, _SHOWN_ROOTS)}"
    through = tuple(f"{labeled(one.package)} ({_at(one.place)})" for one in raised if one.package.id not in own)
    if through:
        yield f"  Raise {_limited(through, _SHOWN_ROOTS)}"
    carriers = tuple(dict.fromkeys(one.package.vendored_by for one in issue.findings if one.package.vendored_by))
    if carriers:
        yield f"  Vendored by {_limited(carriers, _SHOWN_ROOTS)}"
    fix = _fix(finding)
    if fix:
        yield paint(fix, "1", color=view.color) if finding.fixed_in else fix


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


def _severities(found: list[Issue]) -> str:
    counts = Counter(issue.first.vulnerability.severity for issue in found)
    words = [
        f"{counts[severity]} {severity.word}"
        for severity in sorted(Severity, reverse=True)
        if counts[severity] or severity >= Severity.LOW
    ]
    return ", ".join(words)


def _managers(report: Report) -> str:
    types = Counter(package.type for package in report.inventory.packages if not package.owner)
    return ", ".join(manager_of(kind) for kind, _ in types.most_common()) or "none"


def project_name(report: Report) -> str:
    """``docker-image|NAME`` without tag or digest, as ``docker scan`` names it; of a source tree its folder's name."""
    if is_source_tree(report):
        return report.image.name.rstrip("/").rpartition("/")[2] or report.image.name
    name = report.image.name.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return "docker-image|" + (head if colon and "/" not in tag else name).rpartition("/")[2]


def tree_name(report: Report) -> str:
    """What paths and the tree of dependencies begin with: the image with its tag; of a source tree its folder's name."""
    return project_name(report) if is_source_tree(report) else f"docker-image|{report.image.name}"


def _manifests(report: Report) -> tuple[str, ...]:
    """The files that declare the packages of a source tree; none of an image."""
    packages = report.inventory.packages
    if report.image.layers or not any(one.declared for one in packages):
        return ()
    return tuple(dict.fromkeys(place.path for one in packages if one.declared for place in one.locations))


def _summary(report: Report, found: list[Issue], view: View) -> Iterator[str]:
    rows = [
        ("Package manager:", _managers(report)),
        ("Target file:", report.target_file or _limited(_manifests(report), _SHOWN_ROOTS)),
        ("Project name:", project_name(report)),
        (_SUBJECTS[subject(report)], report.image.name),
        ("Platform:", str(report.image.platform) if report.image.layers else ""),
        (
            "Target OS:",
            report.inventory.distro.pretty_name or report.inventory.distro.id if report.inventory.distro else "",
        ),
        ("Base image:", report.base_image or _unnamed(report)),
    ]
    yield from (f"{label:<{_LABEL}}{value}" for label, value in rows if value)
    yield from _base(report)
    if report.lineage:
        yield f"{'Lineage:':<{_LABEL}}{lineage_view.line(report)}"
    yield ""
    if found:
        count = f"{len(found)} issue{'s' if len(found) != 1 else ''}"
        yield f"Tested {tested(report)} for known issues, found {count}."
        yield _severities(found)
    else:
        clean = report.coverage is Coverage.FULL
        text = f"{'✔ ' if clean else ''}Tested {tested(report)} for known vulnerabilities, {_none(report)}."
        yield paint(text, "32" if clean else "33", color=view.color)
    if report.judged and report.unjudged:
        yield paint(f"Could not be judged: {unjudged(report)}.", "33", color=view.color)
    if any(gap.unread for gap in report.gaps):
        yield paint(
            f"Not all of the {subject(report)} could be read: see what was not covered, below.", "33", color=view.color
        )
    yield from _shares(report, view)


def _none(report: Report) -> str:
    """What it means that nothing was found."""
    if not report.judged:
        return "but none of them could be judged" if report.tested else "as none was found"
    return "no published update is missing" if report.updates_only else "no vulnerable paths found"


def _unnamed(report: Report) -> str:
    return "not known" if report.attribution is not None and report.attribution.base.stated else ""


def _base(report: Report) -> Iterator[str]:
    """How the base image is known, and where it ends."""
    base = report.attribution.base if report.attribution else None
    if base is None or not (base.name or base.stated or base.layers is not None):
        return
    if base.edited:
        yield f"{'':<{_LABEL}}your Dockerfile now says FROM {base.stated}: rebuild first"
    if base.layers is None:
        yield f"{'':<{_LABEL}}{base.how.value}: {base.evidence}"
    else:
        total = len(report.image.layers)
        yield f"{'':<{_LABEL}}{base.layers} of {total} layers, {base.how.value}: {base.evidence}"


def _shares(report: Report, view: View) -> Iterator[str]:
    """The origin of the issues, if the base image is known."""
    base = report.attribution.base if report.attribution else None
    if base is None or base.layers is None:
        return
    shares = view.shares(report)
    rows = [("Base image", shares.base), ("Your Dockerfile" if report.target_file else "Above it", shares.dockerfile)]
    rows += [("Not known", shares.unknown)] if shares.unknown else []
    width = max(len(label) for label, _ in rows) + 2
    yield ""
    for label, count in rows:
        excluded = "  (left out)" if view.exclude_base and label == "Base image" and count else ""
        yield f"{label:<{width}}{count} issue{'s' if count != 1 else ''}{excluded}"


def _gaps(report: Report, view: View) -> tuple[Gap, ...]:
    about_base = report.recommendation.gaps if report.recommendation else ()
    return tuple(dict.fromkeys((*report.gaps, *about_base, *view.hidden(report))))


def _coverage(report: Report, view: View) -> Iterator[str]:
    """What was not covered, and how old the data are: the end of every report."""
    gaps = _gaps(report, view)
    yield ""
    if report.feeds:
        yield "Data: " + ", ".join(_data(report.feeds))
    if not gaps:
        yield "Not covered: nothing that this scan knows of."
        return
    yield paint("Not covered:", "33", color=view.color)
    for gap in gaps:
        yield f"  - {gap.subject}: {gap.reason}"


def _data(states: Iterable[FeedState]) -> Iterator[str]:
    """The data and how old they are; parts of one feed that are of one day are named together."""
    parts: dict[tuple[str, str], list[str]] = {}
    for state in states:
        feed, colon, part = state.shard.partition(":")
        when = f"of {state.data_date[:10]}" if state.data_date else f"fetched {state.fetched[:10]}"
        parts.setdefault((feed if part.isdecimal() else state.shard, when), []).append(part if colon else "")
    for (name, when), found in parts.items():
        if not all(part.isdecimal() for part in found):
            yield f"{name} {when}"
        elif len(found) < 3:
            yield from (f"{name}:{part} {when}" for part in found)
        else:
            yield f"{name} ({len(found)} parts, {found[0]} to {found[-1]}) {when}"


def _dockerfiles(report: Report) -> Iterator[str]:
    """How the images are judged that a source tree's Dockerfiles build."""
    paths = report.inventory.dockerfiles
    if not paths:
        return
    yield ""
    yield "The image of a Dockerfile in this tree, once built, is judged by:"
    yield from (f"  garboard scan IMAGE -f {shlex.quote(path)}" for path in paths[:_SHOWN_ROOTS])
    if len(paths) > _SHOWN_ROOTS:
        yield f"  and {len(paths) - _SHOWN_ROOTS} more"


def render(report: Report, view: View) -> bytes:
    """The whole text, UTF-8, ending in a line feed."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, at once."""
    found = shown(report, view)
    labels = {package.id: labeled(package) for package in report.inventory.packages}
    projects = frozenset(package.id for package in report.inventory.packages if package.application)
    lines: list[str] = []
    if view.dependency_tree:
        lines += [*dependency_tree(report, tree_name(report)), ""]
    lines += ["", f"Testing {report.image.name}...", ""]
    for issue in found:
        lines += [*_block(issue, report, view, labels, projects), ""]
    lines += ["", ""] if found else []
    lines += [*_summary(report, found, view), *lineage_text.block(report, view), *table.block(report, view)]
    lines += [*actions_text.block(report.actions), *policy_text.block(report, view)]
    lines += [*_dockerfiles(report), *_coverage(report, view)]
    yield document(lines, color=view.color)


def several(count: int, view: View) -> Texts:
    """Such texts, and a table of the images' issues by severity."""
    headings = (*(severity.word.upper() for severity in _WORST_FIRST), "GAPS", "VERDICT")
    return Texts(parts, headings, _cells, count, view)


def _cells(report: Report, view: View) -> list[str]:
    found = shown(report, view)
    counts = Counter(issue.first.vulnerability.severity for issue in found)
    numbers = [str(counts[severity]) for severity in _WORST_FIRST]
    return [*numbers, str(len(_gaps(report, view))), _verdict(report, found)]


def _verdict(report: Report, found: list[Issue]) -> str:
    """In the terms of the exit code: issues come first, and only what was fully judged is clean."""
    if report.coverage is Coverage.FULL:
        return "issues" if found else "clean"
    if not report.judged and not found:
        return "nothing could be judged"
    return f"{'issues' if found else 'no issues'}, but not everything could be judged"
