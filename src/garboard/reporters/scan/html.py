"""The report as one self-contained page, to be searched, filtered, sorted and printed.

Nothing is loaded from anywhere, and all content is there without the script, which only hides and orders rows. Whatever an
image or an advisory says is escaped; no attribute but the address of a link holds any of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec

from garboard import ecosystems
from garboard.model.action import REMOVING
from garboard.model.advisory import Severity
from garboard.model.attribution import Origin
from garboard.model.baseimage import StepKind
from garboard.model.changes import LayerChanges
from garboard.model.policy import Level, RuleState
from garboard.model.recommendation import Recommendation, Row, Verdict
from garboard.model.report import Coverage, Report
from garboard.model.timestamp import rfc3339
from garboard.reporters.actions import text as actions_text
from garboard.reporters.layers.view import LayerView, layer_views, size
from garboard.reporters.layers.view import whose as whose_layer
from garboard.reporters.lineage import view as lineage_view
from garboard.reporters.page import safe
from garboard.reporters.policy import text as policy_text
from garboard.reporters.recommend import table as bases
from garboard.reporters.scan.closing import (
    WORST_FIRST,
    answer,
    base_lines,
    data_of,
    dockerfiles,
    facts,
    gaps_of,
    reservations,
    tree_name,
    verdict,
    whose,
)
from garboard.reporters.scan.html_issues import issues_section
from garboard.reporters.scan.html_style import EARLY, SCRIPT, STYLE, policy
from garboard.reporters.scan.tree import dependency_tree
from garboard.reporters.view import Issue, View, labeled, number_of, shown

_CHUNK: Final = 64
_TO_GAPS: Final = '<a href="#gaps-title">'
_SHORT: Final = 160
_WIDTH: Final = 1000


def render(report: Report, view: View) -> bytes:
    """The whole page, UTF-8, ending in a line feed."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same in parts, of some issues each."""
    return _encoded(_page(report, msgspec.structs.replace(view, color=False)))


def several(count: int, view: View) -> HtmlSeries:
    """One page with a part for each image, and a table of all at its end."""
    return HtmlSeries(count, msgspec.structs.replace(view, color=False))


class HtmlSeries:
    """A page of several images; the first thing in it is a list of links to their parts."""

    def __init__(self, count: int, view: View) -> None:
        self._count = count
        self._view = view
        self._rows: list[tuple[str, ...]] = []
        self._begun = False

    def report(self, name: str, report: Report, /) -> Iterator[bytes]:
        row = (verdict(report, shown(report, self._view)), *_numbers(report, self._view))
        yield self._head()
        yield from _encoded(self._part(name, _sections(report, self._view), report))
        self._add(name, row)

    def failure(self, name: str, message: str, hint: str, /) -> bytes:
        told = f"<p class=warn>No report: {safe(message)}{f' ({safe(hint)})' if hint else ''}</p>"
        written = self._head() + b"".join(_encoded(self._part(name, {"failure": ("No report", iter([told]))}, None)))
        self._add(name, (f"error: {message}", *("-" for _ in WORST_FIRST), "-"))
        return written

    def end(self) -> bytes:
        heads = ("Image", "Verdict", *(one.word.capitalize() for one in WORST_FIRST), "Not covered")
        lines = [
            '<section id=images aria-labelledby=images-title><h2 id=images-title tabindex="-1">All images</h2>',
            *table("Images", heads, self._rows, range(2, len(heads))),
            "</section>",
            *_foot("Made by garboard."),
        ]
        return self._head() + b"".join(_encoded(iter(lines)))

    def _head(self) -> bytes:
        if self._begun:
            return b""
        links = {"images": "All images", **{f"image-{one}": f"Image {one}" for one in range(1, self._count + 1)}}
        lines = _head(f"{number_of(self._count, 'image')}", "", links, "images-title")
        return b"".join(_encoded(lines))

    def _part(self, name: str, sections: _Sections, report: Report | None) -> Iterator[str]:
        place = f"image-{len(self._rows) + 1}"
        yield f'<article aria-labelledby={place}-title><h2 id={place}-title tabindex="-1">{safe(name)}</h2>'
        if report is not None:
            yield f"<p class=dim>Scanned {safe(rfc3339(report.created))}. {_made(report)}</p>"
        yield from _bodies(sections, f"{place}-", "h3")
        yield "</article>"

    def _add(self, name: str, row: tuple[str, ...]) -> None:
        """Add a row to the table; what was written so far is kept."""
        self._begun = True
        link = f'<a href="#image-{len(self._rows) + 1}-title">{safe(name)}</a>'
        self._rows.append((link, *map(safe, row)))


def _numbers(report: Report, view: View) -> Iterator[str]:
    counts = _counted(shown(report, view))
    yield from (str(counts[one]) for one in WORST_FIRST)
    yield str(len(gaps_of(report, view)))


def _encoded(lines: Iterator[str]) -> Iterator[bytes]:
    while chunk := list(islice(lines, _CHUNK)):
        yield ("\n".join(chunk) + "\n").encode("utf-8", "replace")


_Sections = Mapping[str, tuple[str, Iterator[str]]]
"""Titles and lines of sections, by their names."""


def _page(report: Report, view: View) -> Iterator[str]:
    filled = _sections(report, view)
    title = f"Scan of {report.image.name}"
    links = {name: title for name, (title, _) in filled.items()}
    yield from _head(report.image.name, f"<p>Scanned {safe(rfc3339(report.created))}</p>", links, "issues-title", title)
    yield from _bodies(filled)
    yield from _foot(_made(report))


def _bodies(sections: _Sections, before: str = "", heading: str = "h2") -> Iterator[str]:
    """The sections; ``before`` makes their names different from those of another image."""
    for name, (title, body) in sections.items():
        kind = " class=found" if name == "issues" else ""
        of = f"{before}{name}"
        yield f'<section id={of}{kind} aria-labelledby={of}-title><{heading} id={of}-title tabindex="-1">{title}</{heading}>'
        yield from (line.replace(_TO_GAPS, f'<a href="#{before}gaps-title">', 1) for line in body) if before else body
        yield "</section>"


def _foot(made: str) -> Iterator[str]:
    yield f"</main><footer><p class=dim>{made}</p></footer>"
    yield f"<script>{SCRIPT}</script></body></html>"


def _sections(report: Report, view: View) -> _Sections:
    """Those that have any content."""
    found = shown(report, view)
    sections = {
        "summary": ("Summary", _summary(report, found, view)),
        "policy": ("Policy", _policy(report)),
        "actions": ("What to do", _actions(report)),
        "base": ("Base image", _base(report)),
        "lineage": ("Lineage", _lineage(report, view)),
        "layers": ("Layers", _layers(report, view)),
        "gaps": ("Not covered", _gaps(report, view)),
        "aside": ("Set aside", _aside(report)),
        "tree": ("Dependencies", _tree(report, view)),
        "issues": ("Issues", issues_section(report, found, view)),
    }
    bodies = {name: (title, _started(body)) for name, (title, body) in sections.items()}
    return {name: (title, body) for name, (title, body) in bodies.items() if body is not None}


def _started(lines: Iterator[str]) -> Iterator[str] | None:
    """The lines, or None if there are none."""
    for first in lines:
        return _followed(first, lines)
    return None


def _followed(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _head(name: str, when: str, titles: Mapping[str, str], first: str, title: str = "") -> Iterator[str]:
    """All before the first section; ``first`` is what the link for the keyboard leads to."""
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy()}">'
    yield '<meta name="referrer" content="no-referrer">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{safe(title or f'Scan of {name}')}</title><style>{STYLE}</style><script>{EARLY}</script></head><body>"
    yield f'<a class=skip href="#{first}">Skip to the {first.removesuffix("-title")}</a>'
    yield f"<header><h1>{safe(name)}</h1>{when}</header>"
    yield '<nav aria-label="Sections"><ul>'
    yield from (f'<li><a href="#{name}-title">{title}</a></li>' for name, title in titles.items())
    yield "</ul></nav><main>"


def _made(report: Report) -> str:
    data = ", ".join(data_of(report.feeds))
    return safe(f"Data: {data}. Made by garboard." if data else "Made by garboard.")


def table(
    caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]], numbers: range = range(0), kind: str = ""
) -> Iterator[str]:
    """A table, or nothing without rows. Cells are HTML, the first of a row is its heading; ``numbers``: their columns."""
    begun, of = False, f" class={kind}" if kind else ""
    for row in rows:
        if not begun:
            begun = True
            yield f'<div class=scroll tabindex=0 role=region aria-label="Table: {caption}"><table{of}><thead><tr>'
            yield "".join(
                f"<th scope=col{' class=number' if place in numbers else ''}>{heading}</th>"
                for place, heading in enumerate(headings)
            )
            yield "</tr></thead><tbody>"
        first, *rest = row
        cells = (f"<td{' class=number' if place in numbers else ''}>{cell}</td>" for place, cell in enumerate(rest, 1))
        yield f"<tr><th scope=row>{first}</th>{''.join(cells)}</tr>"
    if begun:
        yield "</tbody></table></div>"


def _listed(lines: Iterable[str], kind: str = "ul") -> Iterator[str]:
    """Lines, which are HTML, as a list; nothing without any."""
    items = [f"<li>{line}</li>" for line in lines]
    if items:
        yield f"<{kind}>"
        yield from items
        yield f"</{kind}>"


def _counted(found: Iterable[Issue]) -> Counter[Severity]:
    return Counter(one.first.vulnerability.severity for one in found)


def _summary(report: Report, found: Sequence[Issue], view: View) -> Iterator[str]:
    clean = not found and report.coverage is Coverage.FULL
    yield f"<p class=answer>{'✔ ' if clean else ''}{safe(answer(report, found))}</p>"
    yield from (f"<p class=warn>{safe(line)}</p>" for line in reservations(report))
    gaps = len(gaps_of(report, view))
    if gaps:
        yield f"<p class=warn>{_TO_GAPS}Not covered: {number_of(gaps, 'remark')}</a></p>"
    counts = _counted(found)
    yield '<ul class=counts aria-label="Issues by severity">'
    yield from (f"<li class={one.word}><b>{counts[one]}</b> {one.word}</li>" for one in WORST_FIRST)
    yield "</ul>"
    yield from _shares(report, view)
    yield "<dl>"
    yield from (f"<dt>{safe(label.rstrip(':'))}</dt><dd>{safe(value)}</dd>" for label, value in facts(report))
    lines = list(base_lines(report))
    if lines:
        yield f"<dt>Base image known by</dt><dd>{'<br>'.join(map(safe, lines))}</dd>"
    if report.feeds:
        yield f"<dt>Data</dt><dd>{safe(', '.join(data_of(report.feeds)))}</dd>"
    yield "</dl>"
    yield from _listed(safe(line.strip()) for line in dockerfiles(report) if line)


def _shares(report: Report, view: View) -> Iterator[str]:
    """The issues by origin and severity, those too that a view leaves out as the base's."""
    labels = whose(report)
    if not labels:
        return
    groups: dict[Origin, Counter[Severity]] = {one: Counter() for one in Origin}
    for issue in shown(report, msgspec.structs.replace(view, exclude_base=False)):
        groups[issue.origin][issue.first.vulnerability.severity] += 1
    rows = [
        (
            label + (" (left out)" if view.exclude_base and one is Origin.BASE else ""),
            *(str(groups[one][severity]) for severity in WORST_FIRST),
            str(groups[one].total()),
        )
        for one, label in labels
        if one is not Origin.UNKNOWN or groups[one]
    ]
    heads = ("Whose", *(one.word.capitalize() for one in WORST_FIRST), "All")
    yield from table("Issues by origin and severity", heads, rows, range(1, len(heads)))


def _policy(report: Report) -> Iterator[str]:
    result = report.policy
    if result is None or not (result.gated or result.notes):
        return
    if result.gated:
        yield f"<p class=answer>{safe(policy_text.verdict(result))}</p>"
        yield from (f"<p class=warn>{safe(line)}</p>" for line in policy_text.reservation(report, result))
        yield from table(
            "Rules of the policy",
            ("Rule", "State", "Place", "What"),
            (
                (
                    f"<code>{safe(one.rule.text)}</code>",
                    safe(one.state.value) + (" (warning)" if one.rule.level is Level.WARN else ""),
                    safe(one.rule.place),
                    "<br>".join(map(safe, (*one.details, *(f"not known: {fact}" for fact in one.missing))))
                    if one.state is not RuleState.PASSED
                    else "",
                )
                for one in result.results
            ),
        )
    yield from _listed(map(safe, result.notes))


def _actions(report: Report) -> Iterator[str]:
    actions = report.actions
    if actions is None or not actions.total:
        return
    parted = ""
    yield "<ol>"
    for heading, action in actions_text.numbered(actions.actions):
        place = f" ({action.place.file}:{action.place.line})" if action.place else ""
        if heading:
            parted = f"<span class=dim>{safe(heading)}</span> "
        yield f"<li>{parted if action.kind in REMOVING else ''}<b>{safe(action.text + place)}</b>"
        yield f"<br>{safe(actions_text.figures(action))}"
        if action.command:
            yield f"<pre>{safe(action.command)}</pre>"
        yield f"<div class=dim>Risk: {safe(action.risk)}.</div></li>"
    yield "</ol>"
    lines = [line.strip() for line in actions_text.left(actions)]
    if lines:
        yield f"<p>{safe(lines[0])}</p>"
        yield from _listed(map(safe, lines[1:]))
    if actions.actions:
        yield f"<p class=dim>{safe(actions_text.checked(actions))}</p>"


def _base(report: Report) -> Iterator[str]:
    found = report.recommendation
    if found is None or found.base is None:
        return
    if found.verdict is Verdict.BETTER:
        yield f"<p>{safe(bases.HEADLINE)}</p>"
    else:
        yield f"<p>{safe(bases.most_secure(found) if found.verdict is Verdict.BEST else bases.NOT_TOLD)}</p>"
    predicted = found.yours is not None
    heads = (*bases.HEAD[:1], "Change", *bases.HEAD[1:], *bases.MORE[0 if predicted else 3 :], "To know")
    rows = [_base_row(found.base, "in use", found, predicted=predicted)]
    for group, some in bases.grouped(found.recommended):
        rows += [_base_row(one, bases.TITLES[group], found, predicted=predicted) for one in some[: bases.SHOWN]]
    yield from table("Base images", heads, rows)


def _base_row(row: Row, change: str, found: Recommendation, *, predicted: bool) -> tuple[str, ...]:
    reference, *counts = bases.cells(row)
    more = bases.more(row, found.created)[0 if predicted else 3 :]
    return (*map(safe, (reference, change, *counts, *more)), "<br>".join(map(safe, bases.notes(row))))


def _lineage(report: Report, view: View) -> Iterator[str]:
    steps = [one for one in lineage_view.step_views(report, view) if one.step.kind is not StepKind.ROOT]
    yield from table(
        "What the image was built on",
        ("Built on", "Layers", "Issues", "By severity", "Who can fix it"),
        (
            (
                safe(lineage_view.title(one.step)),
                str(one.step.layers),
                str(len(one.issues)),
                ", ".join(f"{count} {severity.word}" for severity, count in one.severities.items()),
                safe(one.step.maker),
            )
            for one in steps
        ),
        range(1, 3),
    )


def _layers(report: Report, view: View) -> Iterator[str]:
    count = len(report.image.layers)
    views = layer_views(report, [LayerChanges(index=place) for place in range(count)], view)
    most = max((len(one.issues) for one in views), default=0)
    brought: dict[int | None, list[str]] = {}
    for package in report.inventory.packages:
        brought.setdefault(package.layer, []).append(labeled(package))
    if views:
        yield "<p class=dim>Lowest first. An issue counts for the layer that brought its package in at its present version;"
        yield "a bar is as long as its share of the layer with the most issues.</p>"
    yield from table(
        "Layers",
        ("Layer", "Instruction, and packages", "Whose", "Size", "Issues", "By severity", "Share"),
        (_layer(place, one, report, most, brought.get(place, [])) for place, one in enumerate(views)),
        range(3, 5),
        "layers",
    )


def _layer(place: int, one: LayerView, report: Report, most: int, names: Sequence[str]) -> tuple[str, ...]:
    words = " ".join(one.instruction.split())
    short = words if len(words) <= _SHORT else words[:_SHORT] + " …"
    instruction = f"<code>{safe(short)}</code>" if words else "<span class=dim>no history of this layer</span>"
    inside = f"<pre>{safe(one.instruction)}</pre>" if short != words else ""
    inside += f"<p class=dim>{safe(one.layer.diff_id)}</p>"
    inside += "<ul>" + "".join(f"<li>{safe(name)}</li>" for name in sorted(names)) + "</ul>" if names else ""
    return (
        str(place),
        f"<details><summary>{instruction} {number_of(len(names), 'package')}</summary>{inside}</details>",
        safe(whose_layer(one, report)) or "not known",
        size(one.layer.size),
        str(len(one.issues)),
        ", ".join(f"{count} {severity.word}" for severity, count in one.severities.items() if count),
        _bar(one, most),
    )


def _bar(one: LayerView, most: int) -> str:
    """A bar of the severities; a picture of the numbers beside it."""
    rects, left = "", 0
    for severity, count in one.severities.items():
        if count:
            width = max(round(_WIDTH * count / most), 1)
            rects += f'<rect class={severity.word} x="{left}" y="0" width="{width}" height="10"></rect>'
            left += width
    return (
        f'<svg viewBox="0 0 {_WIDTH} 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">{rects}</svg>'
    )


def _gaps(report: Report, view: View) -> Iterator[str]:
    gaps = gaps_of(report, view)
    if gaps:
        yield from _listed(f"<b>{safe(one.subject)}</b>: {safe(one.reason)}" for one in gaps)
    else:
        yield "<p>Nothing that this scan knows of.</p>"


def _aside(report: Report) -> Iterator[str]:
    yield from table(
        "Findings that were set aside",
        ("Issue", "Package", "Severity", "Why", "Reason", "Until", "Owner", "By"),
        (
            (
                safe(one.finding.vulnerability.id),
                safe(f"{ecosystems.displayed(one.finding.package)}@{one.finding.package.version}"),
                one.finding.vulnerability.severity.word,
                safe(" ".join((one.by.decision.value.replace("_", " "), one.by.justification)).strip()),
                *map(safe, (one.by.reason, one.by.until, one.by.owner, one.by.place)),
            )
            for one in report.suppressed
        ),
    )
    if report.vex:
        yield "<p>VEX documents that come with the image:</p>"
        yield from _listed(safe(policy_text.vex_line(one)) for one in report.vex)


def _tree(report: Report, view: View) -> Iterator[str]:
    if view.dependency_tree:
        yield f"<pre>{safe(chr(10).join(dependency_tree(report, tree_name(report))))}</pre>"
