"""The layers of an image for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from garboard import ecosystems
from garboard.model.changes import LayerChanges
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.reporters.layers.view import LayerView, layer_views, size, whole_size, whose
from garboard.reporters.lineage import text
from garboard.reporters.lineage import view as lineage_view
from garboard.reporters.terminal import document, paint, plain
from garboard.reporters.view import View, number_of, shown, tested

_LISTED: Final = 12
"""How many packages a line of text names; the JSON has all."""
_DIFF_ID: Final = 12
_LONGEST: Final = 200


def _label(package: Package) -> str:
    return f"{ecosystems.spelled(package)} {package.version}".rstrip()


def _listed(sign: str, what: str, texts: Iterable[str]) -> Iterator[str]:
    found = list(texts)
    if found:
        more = f", and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        yield plain(f"   {sign} {len(found)} {what}: {', '.join(found[:_LISTED])}{more}")


def _issues(one: LayerView) -> str:
    words = [f"{count} {severity.word}" for severity, count in one.severities.items() if count]
    return f"{len(one.issues)} issue{'s' if len(one.issues) != 1 else ''}: {', '.join(words)}"


def _layer(one: LayerView, report: Report, view: View) -> Iterator[str]:
    digest = one.layer.diff_id.partition(":")[2][:_DIFF_ID]
    words = " ".join(one.instruction.split())
    words = words if len(words) <= _LONGEST else words[: _LONGEST - 2] + " …"
    heading = f"{one.changes.index:>2} {digest}  {size(one.layer.size)}"
    yield paint(heading, "1", color=view.color)
    yield plain(f"   {words or '(the image has no history of this layer)'}")
    owner = whose(one, report)
    if owner:
        yield plain(f"   of the {owner}" + (f", copied from {one.copied_from}" if one.copied_from else ""))
    yield from _listed("+", "added", map(_label, one.changes.added))
    yield from _listed(
        "~",
        "changed",
        (f"{ecosystems.spelled(u.after)} {u.before.version} → {u.after.version}" for u in one.changes.changed),
    )
    yield from _listed("-", "removed", map(_label, one.changes.removed))
    if one.issues:
        yield f"   ! {_issues(one)}"
    yield ""


def render(report: Report, changes: Sequence[LayerChanges], view: View) -> bytes:
    """The whole text, lowest layer first, UTF-8, ending in a line feed."""
    layers = layer_views(report, changes, view)
    lines = [f"Layers of {plain(report.image.name)}, lowest first", ""]
    for one in layers:
        lines += _layer(one, report, view)
    total = len(shown(report, view))
    lines.append(
        f"{number_of(len(layers), 'layer')}, {whole_size(layers)}, {tested(report)}, {number_of(total, 'issue')}."
    )
    if report.lineage:
        lines += ["", f"Lineage: {plain(lineage_view.line(report))}", *map(plain, text.block(report, view))]
    gaps = (*report.gaps, *view.hidden(report))
    lines += (
        ["", "Not covered:", *(plain(f"  - {gap.subject}: {gap.reason}") for gap in gaps)]
        if gaps
        else ["", "Not covered: nothing that this scan knows of."]
    )
    return document(lines, color=view.color)
