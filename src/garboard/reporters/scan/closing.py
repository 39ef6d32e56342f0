"""What every text about a scan ends with: the summary, what to do, the gate, and what was not covered."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from garboard import ecosystems
from garboard.model.advisory import FeedState, Severity
from garboard.model.attribution import Origin
from garboard.model.gap import Gap
from garboard.model.report import Coverage, Report
from garboard.reporters.actions import text as actions_text
from garboard.reporters.lineage import text as lineage_text
from garboard.reporters.lineage import view as lineage_view
from garboard.reporters.policy import text as policy_text
from garboard.reporters.recommend import table
from garboard.reporters.several import Parts, Texts
from garboard.reporters.terminal import paint
from garboard.reporters.view import Issue, View, is_source_tree, number_of, shown, subject, tested, unjudged

WORST_FIRST: Final = tuple(sorted(Severity, key=lambda severity: -severity.rank))
_LABEL: Final = 19
SHOWN_ROOTS: Final = 5
_SUBJECTS: Final = {"image": "Docker image:", "tree": "Source tree:", "file": "File:"}


def manager_of(kind: str) -> str:
    """The package manager of a package URL type, as reports name it."""
    return ecosystems.of(kind).manager or kind


def limited(items: Iterable[str], limit: int) -> str:
    """The first of them, each once, and how many more there are."""
    unique = list(dict.fromkeys(items))
    more = len(unique) - limit
    return ", ".join(unique[:limit]) + (f" and {more} more" if more > 0 else "")


def _severities(found: list[Issue]) -> str:
    counts = Counter(issue.first.vulnerability.severity for issue in found)
    words = [
        f"{counts[severity]} {severity.word}"
        for severity in sorted(Severity, reverse=True)
        if counts[severity] or severity >= Severity.LOW
    ]
    return ", ".join(words)


def _managers(report: Report) -> str:
    counted = (one for one in report.inventory.packages if not (one.owner or one.only_named))
    types = Counter(package.type for package in counted)
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


def facts(report: Report) -> list[tuple[str, str]]:
    """What was scanned: labels, and what is known of each."""
    rows = [
        ("Package manager:", _managers(report)),
        ("Target file:", report.target_file or limited(_manifests(report), SHOWN_ROOTS)),
        ("Project name:", project_name(report)),
        (_SUBJECTS[subject(report)], report.image.name),
        ("Platform:", str(report.image.platform) if report.image.layers else ""),
        (
            "Target OS:",
            report.inventory.distro.pretty_name or report.inventory.distro.id if report.inventory.distro else "",
        ),
        ("Base image:", report.base_image or _unnamed(report)),
    ]
    return [(label, value) for label, value in rows if value]


def _summary(report: Report, found: list[Issue], view: View) -> Iterator[str]:
    yield from (f"{label:<{_LABEL}}{value}" for label, value in facts(report))
    yield from (f"{'':<{_LABEL}}{line}" for line in base_lines(report))
    if report.lineage:
        yield f"{'Lineage:':<{_LABEL}}{lineage_view.line(report)}"
    yield ""
    clean = report.coverage is Coverage.FULL
    text = answer(report, found)
    yield text if found else paint(f"✔ {text}" if clean else text, "32" if clean else "33", color=view.color)
    if found:
        yield _severities(found)
    yield from (paint(line, "33", color=view.color) for line in reservations(report))
    yield from _shares(report, view)


def answer(report: Report, found: Sequence[Issue]) -> str:
    """What was tested and found, in a sentence."""
    if found:
        return f"Tested {tested(report)} for known issues, found {number_of(len(found), 'issue')}."
    return f"Tested {tested(report)} for known vulnerabilities, {_none(report)}."


def reservations(report: Report) -> Iterator[str]:
    """What limits that answer, in sentences."""
    if report.judged and report.unjudged:
        yield f"Could not be judged: {unjudged(report)}."
    if any(gap.unread for gap in report.gaps):
        yield f"Not all of the {subject(report)} could be read: see what was not covered, below."


def _none(report: Report) -> str:
    """What it means that nothing was found."""
    if not report.judged:
        return "but none of them could be judged" if report.tested else "as none was found"
    return "no published update is missing" if report.updates_only else "no vulnerable paths found"


def _unnamed(report: Report) -> str:
    return "not known" if report.attribution is not None and report.attribution.base.stated else ""


def base_lines(report: Report) -> Iterator[str]:
    """How the base image is known, and where it ends."""
    base = report.attribution.base if report.attribution else None
    if base is None or not (base.name or base.stated or base.layers is not None):
        return
    if base.edited:
        yield f"your Dockerfile now says FROM {base.stated}: rebuild first"
    if base.layers is None:
        yield f"{base.how.value}: {base.evidence}"
    else:
        total = len(report.image.layers)
        yield f"{base.layers} of {total} layers, {base.how.value}: {base.evidence}"


def whose(report: Report) -> list[tuple[Origin, str]]:
    """The origins that issues of this report may have, in words; none if where the base image ends is not known."""
    base = report.attribution.base if report.attribution else None
    if base is None or base.layers is None:
        return []
    ours = "Your Dockerfile" if report.target_file else "Above it"
    return [(Origin.BASE, "Base image"), (Origin.DOCKERFILE, ours), (Origin.UNKNOWN, "Not known")]


def _shares(report: Report, view: View) -> Iterator[str]:
    """The origin of the issues, if the base image is known."""
    counts = view.shares(report).by_origin
    rows = [(one, label) for one, label in whose(report) if counts[one] or one is not Origin.UNKNOWN]
    if not rows:
        return
    width = max(len(label) for _, label in rows) + 2
    yield ""
    for one, label in rows:
        excluded = "  (left out)" if view.exclude_base and one is Origin.BASE and counts[one] else ""
        yield f"{label:<{width}}{number_of(counts[one], 'issue')}{excluded}"


def gaps_of(report: Report, view: View) -> tuple[Gap, ...]:
    """What was not covered, and what the view leaves out."""
    about_base = report.recommendation.gaps if report.recommendation else ()
    return tuple(dict.fromkeys((*report.gaps, *about_base, *view.hidden(report))))


def _coverage(report: Report, view: View) -> Iterator[str]:
    """What was not covered, and how old the data are: the end of every report."""
    gaps = gaps_of(report, view)
    yield ""
    if report.feeds:
        yield "Data: " + ", ".join(data_of(report.feeds))
    if not gaps:
        yield "Not covered: nothing that this scan knows of."
        return
    yield paint("Not covered:", "33", color=view.color)
    for gap in gaps:
        yield f"  - {gap.subject}: {gap.reason}"


def data_of(states: Iterable[FeedState]) -> Iterator[str]:
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


def dockerfiles(report: Report) -> Iterator[str]:
    """How the images are judged that a source tree's Dockerfiles build."""
    paths = report.inventory.dockerfiles
    if not paths:
        return
    yield ""
    yield "The image of a Dockerfile in this tree, once built, is judged by:"
    yield from (f"  garboard scan IMAGE -f {shlex.quote(path)}" for path in paths[:SHOWN_ROOTS])
    if len(paths) > SHOWN_ROOTS:
        yield f"  and {len(paths) - SHOWN_ROOTS} more"


def closing(report: Report, found: list[Issue], view: View, *, measured: bool = False) -> Iterator[str]:
    """The lines, for the issues that are shown; ``measured``: with what bases have and how large they are."""
    yield from _summary(report, found, view)
    yield from lineage_text.block(report, view)
    yield from table.block(report, view, measured=measured)
    yield from actions_text.block(report.actions)
    yield from policy_text.block(report, view)
    yield from dockerfiles(report)
    yield from _coverage(report, view)


def texts(parts: Parts, count: int, view: View) -> Texts:
    """Such texts of several images, and a table of their issues by severity."""
    headings = (*(severity.word.upper() for severity in WORST_FIRST), "GAPS", "VERDICT")
    return Texts(parts, headings, _cells, count, view)


def _cells(report: Report, view: View) -> list[str]:
    found = shown(report, view)
    counts = Counter(issue.first.vulnerability.severity for issue in found)
    numbers = [str(counts[severity]) for severity in WORST_FIRST]
    return [*numbers, str(len(gaps_of(report, view))), verdict(report, found)]


def verdict(report: Report, found: Sequence[Issue]) -> str:
    """In the terms of the exit code: issues come first, and only what was fully judged is clean."""
    if report.coverage is Coverage.FULL:
        return "issues" if found else "clean"
    if not report.judged and not found:
        return "nothing could be judged"
    return f"{'issues' if found else 'no issues'}, but not everything could be judged"
