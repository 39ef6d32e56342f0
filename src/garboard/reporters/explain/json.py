"""An explanation for programs: one JSON document, every field always written."""

from __future__ import annotations

from typing import Any

from garboard import json_text
from garboard.model.attribution import Introduction
from garboard.model.base import Value
from garboard.model.explanation import Consideration, Explained, Explanation, Remedy
from garboard.model.finding import Finding, Vulnerability
from garboard.model.gap import Gap
from garboard.model.package import Location, Package
from garboard.model.report import Report
from garboard.model.timestamp import rfc3339
from garboard.reporters.explain.text import standing
from garboard.reporters.view import View


class _Out(Value, omit_defaults=False, rename="camel"):
    """A part of the document."""


class Subject(_Out):
    """An installed package, and how it came in."""

    name: str
    version: str
    type: str
    purl: str
    source_name: str
    source_version: str
    locations: tuple[Location, ...]
    layer_index: int | None
    layer_diff_id: str
    introduced: dict[str, Any] | None
    paths: tuple[tuple[str, ...], ...]


class Affected(_Out):
    """A package that an issue affects."""

    package: Subject
    status: str
    note: str
    fixed_in: str
    all_fixed_in: tuple[str, ...]
    ranges: tuple[str, ...]
    matched_by: str
    feed: str
    feeds: tuple[str, ...]


class Issue(_Out):
    """One vulnerability of one source package."""

    vulnerability: dict[str, Any]
    packages: tuple[Affected, ...]
    remedies: tuple[Remedy, ...]


class Other(_Out):
    """A record about an installed package that is not a finding."""

    ids: tuple[str, ...]
    package: str
    purl: str
    standing: str
    explanation: str
    installed: str
    fixed_in: str
    ranges: tuple[str, ...]
    reason: str
    matched_by: str
    feed: str


class Document(_Out):
    """The whole answer."""

    query: str
    found: bool
    image: str
    image_id: str
    created: str
    packages: tuple[Subject, ...]
    issues: tuple[Issue, ...]
    no_findings: tuple[Other, ...]
    near: tuple[str, ...]
    gaps: tuple[Gap, ...]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _fields(value: Value) -> dict[str, Any]:
    """All fields of a value under camel-case names, including those with default values."""
    return {
        _camel(name): {_camel(k): getattr(field, k) for k in field.__struct_fields__}
        if isinstance(field, Value)
        else field
        for name in value.__struct_fields__
        for field in (getattr(value, name),)
    }


def _vulnerability(vulnerability: Vulnerability) -> dict[str, Any]:
    return _fields(vulnerability) | {
        "severity": vulnerability.severity.word,
        "ratings": [_fields(rating) for rating in vulnerability.ratings],
    }


class _Writer:
    def __init__(self, explanation: Explanation) -> None:
        self._of = explanation
        self._report: Report = explanation.report
        self._labels = {p.id: f"{p.display_name}@{p.version}" for p in self._report.inventory.packages}

    def document(self) -> Document:
        of, image = self._of, self._report.image
        return Document(
            query=of.query,
            found=of.found,
            image=image.name,
            image_id=image.config_digest,
            created=rfc3339(self._report.created),
            packages=tuple(
                self._subject(package, self._introduced(package), paths)
                for package, paths in zip(of.packages, of.paths, strict=True)
            ),
            issues=tuple(self._issue(issue) for issue in of.issues),
            no_findings=tuple(self._other(one) for one in of.considered),
            near=of.near,
            gaps=self._report.gaps,
        )

    def _introduced(self, package: Package) -> Introduction | None:
        return next((f.introduced for f in self._report.findings if f.package.id == package.id), None)

    def _subject(
        self, package: Package, introduced: Introduction | None, paths: tuple[tuple[str, ...], ...]
    ) -> Subject:
        layers = self._report.image.layers
        known = package.layer is not None and package.layer < len(layers)
        return Subject(
            name=package.display_name,
            version=package.version,
            type=package.type,
            purl=package.purl,
            source_name=package.source,
            source_version=package.source_version_or_own,
            locations=package.locations,
            layer_index=package.layer,
            layer_diff_id=layers[package.layer].diff_id if known and package.layer is not None else "",
            introduced=_fields(introduced) if introduced else None,
            paths=tuple(tuple(self._labels.get(step, step) for step in path) for path in paths),
        )

    def _issue(self, issue: Explained) -> Issue:
        return Issue(
            vulnerability=_vulnerability(issue.findings[0].vulnerability),
            packages=tuple(self._affected(finding) for finding in issue.findings),
            remedies=issue.remedies,
        )

    def _affected(self, finding: Finding) -> Affected:
        return Affected(
            package=self._subject(finding.package, finding.introduced, finding.from_paths),
            status=finding.status.value,
            note=finding.note,
            fixed_in=finding.fixed_in,
            all_fixed_in=finding.all_fixed_in,
            ranges=finding.ranges,
            matched_by=finding.matched_by,
            feed=finding.feed,
            feeds=finding.feeds,
        )

    def _other(self, one: Consideration) -> Other:
        return Other(
            ids=one.ids,
            package=self._labels.get(one.package.id, one.package.display_name),
            purl=one.package.purl,
            standing=one.standing.value,
            explanation=standing(one),
            installed=one.installed,
            fixed_in=one.fixed_in,
            ranges=one.ranges,
            reason=one.reason,
            matched_by=one.matched_by,
            feed=one.feed,
        )


def render(explanation: Explanation, view: View | None = None) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed; a view does not change it."""
    del view
    return json_text.document(_Writer(explanation).document())
