"""The layers of an image as every format shows them: their origin, what each changed, and the issues it brought."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from garboard.model.advisory import Severity
from garboard.model.attribution import LayerOrigin, Origin, Place
from garboard.model.changes import LayerChanges
from garboard.model.finding import Finding
from garboard.model.image import Image, Layer
from garboard.model.report import Report
from garboard.reporters.view import Issue, View, issues

SHOWN: Final = tuple(sorted(Severity, key=lambda one: -one.rank))
_BUILDER: Final = re.compile(r"^/bin/sh -c (#\(nop\)\s*)?|^RUN (\|\d+ .*?)?/bin/sh -c (?=\S)|\s*# buildkit$")


@dataclass(frozen=True, slots=True)
class LayerView:
    """One layer.

    ``instruction`` is the Dockerfile's if that is known, else the image's own history; empty if neither covers the
    layer. ``issues`` are those of packages that this layer brought in at their present version, the worst first.
    """

    layer: Layer
    changes: LayerChanges
    instruction: str
    origin: Origin
    place: Place | None
    copied_from: str
    issues: tuple[Issue, ...]

    @property
    def severities(self) -> dict[Severity, int]:
        """Issues by severity, the worst first; every severity is there."""
        counted = Counter(issue.first.vulnerability.severity for issue in self.issues)
        return {severity: counted[severity] for severity in SHOWN}


def histories(image: Image) -> tuple[str, ...]:
    """For each layer the history's command without the builder's words; empty if history and layers disagree."""
    commands = [entry.created_by for entry in image.history if not entry.empty_layer]
    if len(commands) != len(image.layers):
        return ("",) * len(image.layers)
    return tuple(_bare(command) for command in commands)


def _bare(command: str) -> str:
    """``/bin/sh -c #(nop) COPY …`` is a COPY; everything else that a shell runs is a RUN."""
    bare = _BUILDER.sub("", command).strip()
    shell = command.startswith("/bin/sh -c ") and "#(nop)" not in command
    return f"RUN {bare}" if shell or command.startswith("RUN ") else bare


def layer_views(report: Report, changes: Sequence[LayerChanges], view: View) -> tuple[LayerView, ...]:
    """One for each layer, lowest first."""
    by_layer: dict[int, list[Finding]] = {}
    for finding in report.findings:
        if view.shows(finding) and finding.package.layer is not None:
            by_layer.setdefault(finding.package.layer, []).append(finding)
    origins = {origin.index: origin for origin in report.attribution.layers} if report.attribution else {}
    commands = histories(report.image)
    found = []
    for index, (layer, change) in enumerate(zip(report.image.layers, changes, strict=True)):
        origin = origins.get(index, LayerOrigin(index=index))
        found.append(
            LayerView(
                layer=layer,
                changes=change,
                instruction=origin.text or commands[index],
                origin=origin.origin,
                place=origin.place,
                copied_from=origin.copied_from,
                issues=tuple(reversed(issues(by_layer.get(index, [])))),
            )
        )
    return tuple(found)


def size(count: int | None) -> str:
    """Bytes for display, in decimal units as registries print them."""
    if count is None:
        return "size not known"
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"


def whole_size(layers: Sequence[LayerView]) -> str:
    """The size of all layers together, for display; unknown unless each is known."""
    sizes = [one.layer.size for one in layers]
    known = [count for count in sizes if count is not None]
    return size(sum(known)) if len(known) == len(sizes) else size(None)


def whose(one: LayerView, report: Report) -> str:
    """A layer's origin, in words; empty if it is not known."""
    if one.origin is Origin.BASE:
        name = (report.attribution.base.name if report.attribution else "") or report.base_image
        return f"base image {name}".rstrip()
    if one.origin is Origin.DOCKERFILE:
        return "Dockerfile" + (f" ({one.place.file}:{one.place.line})" if one.place else "")
    return ""
