"""The layers of an image for programs: one JSON document, every field always written."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from garboard import ecosystems, json_text
from garboard.model.attribution import Place
from garboard.model.base import Value
from garboard.model.changes import LayerChanges
from garboard.model.gap import Gap
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.model.timestamp import rfc3339
from garboard.reporters.layers.view import LayerView, layer_views
from garboard.reporters.lineage.json import StepOf, steps
from garboard.reporters.view import View, shown


class _Out(Value, omit_defaults=False, rename="camel"):
    """A part of the document."""


class Item(_Out):
    """A package."""

    type: str
    name: str
    version: str
    arch: str


class Change(_Out):
    """A package at another version; ``from`` is the version below."""

    type: str
    name: str
    arch: str
    from_: str = msgspec.field(name="from")
    to: str


class Found(_Out):
    """An issue in a package of the layer."""

    id: str
    severity: str
    packages: tuple[str, ...]
    fixed_in: str


class OneLayer(_Out):
    """One layer."""

    index: int
    diff_id: str
    digest: str
    size: int | None
    instruction: str
    origin: str
    place: Place | None
    copied_from: str
    added: tuple[Item, ...]
    changed: tuple[Change, ...]
    removed: tuple[Item, ...]
    severities: dict[str, int]
    issues: tuple[Found, ...]


class Document(_Out):
    """The whole answer."""

    image: str
    image_id: str
    platform: str
    created: str
    base_image: str
    base_layers: int | None
    dependency_count: int
    issue_count: int
    layers: tuple[OneLayer, ...]
    lineage: list[StepOf]
    gaps: tuple[Gap, ...]


def _item(package: Package) -> Item:
    return Item(type=package.type, name=ecosystems.spelled(package), version=package.version, arch=package.arch)


def _layer(one: LayerView) -> OneLayer:
    return OneLayer(
        index=one.changes.index,
        diff_id=one.layer.diff_id,
        digest=one.layer.digest or "",
        size=one.layer.size,
        instruction=one.instruction,
        origin=one.origin.value,
        place=one.place,
        copied_from=one.copied_from,
        added=tuple(map(_item, one.changes.added)),
        changed=tuple(
            Change(
                type=u.after.type,
                name=ecosystems.spelled(u.after),
                arch=u.after.arch,
                from_=u.before.version,
                to=u.after.version,
            )
            for u in one.changes.changed
        ),
        removed=tuple(map(_item, one.changes.removed)),
        severities={severity.word: count for severity, count in one.severities.items()},
        issues=tuple(
            Found(
                id=issue.first.vulnerability.id,
                severity=issue.first.vulnerability.severity.word,
                packages=tuple(
                    dict.fromkeys(f"{ecosystems.displayed(f.package)}@{f.package.version}" for f in issue.findings)
                ),
                fixed_in=issue.first.fixed_in,
            )
            for issue in one.issues
        ),
    )


def render(report: Report, changes: Sequence[LayerChanges], view: View) -> bytes:
    """One JSON document, lowest layer first, UTF-8, indented, ending in a line feed."""
    base = report.attribution.base if report.attribution else None
    document = Document(
        image=report.image.name,
        image_id=report.image.config_digest,
        platform=str(report.image.platform),
        created=rfc3339(report.created),
        base_image=(base.name if base else "") or report.base_image,
        base_layers=base.layers if base else None,
        dependency_count=report.tested,
        issue_count=len(shown(report, view)),
        layers=tuple(map(_layer, layer_views(report, changes, view))),
        lineage=steps(report, view),
        gaps=(*report.gaps, *view.hidden(report)),
    )
    return json_text.document(document)
