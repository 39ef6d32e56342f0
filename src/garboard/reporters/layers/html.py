"""The layers of an image as one self-contained page: no script, no font, no picture from anywhere.

Everything that the image or an advisory says is escaped; the page's own policy forbids it to load or run anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from garboard import ecosystems
from garboard.model.advisory import Severity
from garboard.model.changes import LayerChanges
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.model.timestamp import rfc3339
from garboard.reporters.layers.style import STYLE
from garboard.reporters.layers.view import SHOWN, LayerView, layer_views, size, whole_size, whose
from garboard.reporters.page import safe
from garboard.reporters.view import Issue, View, headline, number_of, shown, tested

_TITLE: Final = 110
_DIFF_ID: Final = 12


def _severities(counts: dict[Severity, int]) -> str:
    return " ".join(
        f'<span class="tag {severity.word}">{count} {severity.word}</span>'
        for severity, count in counts.items()
        if count
    )


def _bar(one: LayerView, most: int) -> str:
    """A bar: its width is the layer's share of the largest number of issues; its parts are the severities."""
    if not one.issues:
        return '<span class="bar"></span>'
    parts = "".join(
        f'<i class="{severity.word}" style="flex:{count}"></i>' for severity, count in one.severities.items() if count
    )
    width = max(100 * len(one.issues) / most, 1)
    return f'<span class="bar"><span style="width:{width:.1f}%">{parts}</span></span>'


def _table(title: str, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table, or nothing without rows; cells are HTML."""
    found = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    if found:
        yield f"<h3>{len(found)} {title}</h3><div class=scroll><table><thead><tr>"
        yield "".join(f"<th>{heading}</th>" for heading in headings) + "</tr></thead><tbody>"
        yield from found
        yield "</tbody></table></div>"


def _package(package: Package) -> tuple[str, str, str]:
    return safe(ecosystems.spelled(package)), safe(package.version), safe(package.type)


def _issue(issue: Issue) -> tuple[str, ...]:
    vulnerability = issue.first.vulnerability
    labels = dict.fromkeys(f"{ecosystems.displayed(one.package)}@{one.package.version}" for one in issue.findings)
    exploited = ' <span class="tag critical">exploited</span>' if vulnerability.kev_added else ""
    return (
        f'<span class="tag {vulnerability.severity.word}">{vulnerability.severity.word}</span>{exploited}',
        f"<b>{safe(vulnerability.id)}</b>",
        "<br>".join(map(safe, labels)),
        safe(issue.first.fixed_in) or "<span class=dim>no fix</span>",
        safe(headline(vulnerability, _TITLE)),
    )


def _details(one: LayerView) -> Iterator[str]:
    yield f"<p class=dim>{safe(one.layer.diff_id)}</p>"
    if one.instruction:
        yield f"<pre>{safe(one.instruction)}</pre>"
    yield from _table("issues", ("Severity", "Issue", "Package", "Fixed in", ""), map(_issue, one.issues))
    yield from _table("packages added", ("Name", "Version", "Type"), map(_package, one.changes.added))
    yield from _table(
        "packages changed",
        ("Name", "From", "To"),
        (
            (safe(ecosystems.spelled(u.after)), safe(u.before.version), safe(u.after.version))
            for u in one.changes.changed
        ),
    )
    yield from _table("packages removed", ("Name", "Version", "Type"), map(_package, one.changes.removed))
    if not (one.issues or one.changes.added or one.changes.changed or one.changes.removed):
        yield "<p class=dim>No package was added, changed or removed here.</p>"


def _counts(one: LayerView) -> str:
    parts = [
        f"{sign}{len(found)}"
        for sign, found in (("+", one.changes.added), ("~", one.changes.changed), ("\u2212", one.changes.removed))
        if found
    ]
    total = len(one.changes.added) + len(one.changes.changed) + len(one.changes.removed)
    return " ".join([*parts, "package" if total == 1 else "packages"]) if parts else "no packages"


def _layer(one: LayerView, most: int, report: Report) -> Iterator[str]:
    owner = whose(one, report)
    words = safe(" ".join(one.instruction.split())) or "<span class=dim>no history of this layer</span>"
    yield f"<details><summary><span class=index>{one.changes.index}</span><span class=body>"
    yield f"<code>{words}</code><span class=facts>"
    yield f"<span>{safe(one.layer.diff_id.partition(':')[2][:_DIFF_ID])}</span><span>{size(one.layer.size)}</span>"
    yield f"<span>{_counts(one)}</span>"
    if owner:
        yield f'<span class="owner {one.origin.value}">{safe(owner)}</span>'
    yield f"</span>{_bar(one, most)}<span class=tags>{_severities(one.severities) or '<span class=dim>no issues</span>'}</span>"
    yield "</span></summary><div class=inside>"
    yield from _details(one)
    yield "</div></details>"


def _head(report: Report, layers: Sequence[LayerView], view: View) -> Iterator[str]:
    name = safe(report.image.name)
    found = shown(report, view)
    counted = Counter(issue.first.vulnerability.severity for issue in found)
    totals = {severity: counted[severity] for severity in SHOWN}
    distro = report.inventory.distro
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Layers of {name}</title><style>{STYLE}</style></head><body><header><h1>{name}</h1><p>"
    facts = [
        f"{number_of(len(layers), 'layer')}, {whole_size(layers)}",
        tested(report),
        number_of(len(found), "issue"),
        safe(distro.pretty_name or distro.id) if distro else "",
        safe(str(report.image.platform)),
        safe(rfc3339(report.created)[:10]),
    ]
    yield " · ".join(fact for fact in facts if fact)
    yield f"</p><p class=tags>{_severities(totals)}</p></header><main>"


def _foot(report: Report, view: View) -> Iterator[str]:
    gaps = (*report.gaps, *view.hidden(report))
    yield "</main><footer>"
    if gaps:
        yield "<h2>Not covered</h2><ul>"
        yield from (f"<li><b>{safe(gap.subject)}</b>: {safe(gap.reason)}</li>" for gap in gaps)
        yield "</ul>"
    else:
        yield "<h2>Not covered</h2><p>Nothing that this scan knows of.</p>"
    yield "<p class=dim>Lowest layer first. An issue counts for the layer that brought the package in at its present "
    yield "version; a bar is as long as its share of the layer with the most issues.</p></footer></body></html>"


def render(report: Report, changes: Sequence[LayerChanges], view: View) -> bytes:
    """The whole page, UTF-8, ending in a line feed."""
    layers = layer_views(report, changes, view)
    most = max((len(one.issues) for one in layers), default=0)
    parts = list(_head(report, layers, view))
    for one in layers:
        parts += _layer(one, most, report)
    parts += _foot(report, view)
    return ("\n".join(parts) + "\n").encode("utf-8", "replace")
