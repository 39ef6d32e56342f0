"""The report for programs, with the field names of ``docker scan --json`` and additional ones of this program.

``vulnerabilities`` has one element for each issue and path, or with grouping one for each issue. Unlike ``docker scan``
it includes the language packages' issues, so one list is the whole answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from garboard import ecosystems, json_text
from garboard.model.advisory import FeedState, Rating
from garboard.model.attribution import Origin
from garboard.model.base import Value
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.package import SYSTEM_TYPES, Location, Package
from garboard.model.report import Coverage, Report
from garboard.model.timestamp import rfc3339
from garboard.reporters.actions import json as actions_json
from garboard.reporters.actions.json import ActionsOf
from garboard.reporters.lineage import json as lineage_json
from garboard.reporters.lineage.json import StepOf
from garboard.reporters.policy import json as policy_json
from garboard.reporters.policy.json import PolicyOf, SuppressedOf, VexOf
from garboard.reporters.recommend import json as recommendation_json
from garboard.reporters.recommend.json import Recommendations, Remediation
from garboard.reporters.scan.closing import manager_of, project_name, tree_name
from garboard.reporters.several import JsonArray
from garboard.reporters.view import (
    Issue,
    View,
    declared_packages,
    direct_dependencies,
    headline,
    labeled,
    number_of,
    shown,
)

_TITLE = 120


class _Out(Value, omit_defaults=False, rename="camel"):
    """A part of the document; every field is always written."""


class Identifiers(_Out, rename={"cve": "CVE", "cwe": "CWE", "alternative": "ALTERNATIVE", "ghsa": "GHSA"}):
    """Names of a vulnerability, by kind."""

    cve: list[str]
    cwe: list[str]
    ghsa: list[str]
    alternative: list[str]


class Semver(_Out):
    """Affected ranges as text."""

    vulnerable: list[str]


class Link(_Out):
    """A reference."""

    title: str
    url: str


class DirectOf(_Out):
    """Of a declared package: what to raise, and the file and line that ask for it."""

    name: str
    version: str
    purl: str
    file: str
    line: int | None


class Entry(
    _Out,
    rename=lambda name: (
        {"cvss_v3": "CVSSv3", "cvss_vector": "cvssVector"}.get(name)
        or name.split("_")[0] + "".join(part.capitalize() for part in name.split("_")[1:])
    ),
):
    """One issue, by one path."""

    id: str
    title: str
    severity: str
    severity_with_critical: str
    cvss_score: float | None
    cvss_v3: str
    identifiers: Identifiers
    package_name: str
    package_manager: str
    language: str
    description: str
    semver: Semver
    patches: list[str]
    references: list[Link]
    publication_time: str
    creation_time: str
    modification_time: str
    disclosure_time: str
    exploit: str
    nvd_severity: str
    malicious: bool
    fixed_in: list[str]
    nearest_fixed_in_version: str | msgspec.UnsetType
    """Left out where there is no fix, so that a filter by it selects what has one."""
    upgrade_path: list[bool | str]
    is_upgradable: bool
    is_patchable: bool
    name: str | list[str]
    version: str
    from_: list[str] | list[list[str]] = msgspec.field(name="from")
    # garboard's own
    purl: str
    status: str
    note: str
    severity_source: str
    ratings: list[Rating]
    cvss_vector: str
    epss: float | None
    epss_percentile: float | None
    kev_date_added: str
    kev_ransomware: bool
    advisories: list[str]
    feed: str
    feeds: list[str]
    matched_by: str
    layer_index: int | None
    layer_diff_id: str
    layer_digest: str
    locations: list[Location]
    direct_dependencies: list[DirectOf]
    dockerfile_instruction: str
    docker_base_image: str
    dockerfile_file: str
    dockerfile_line: int | None
    origin: str
    introduced_by: str
    asked_for: str
    copied_from: str
    stage_instruction: str
    headers: bool
    """Whether the package holds headers of a kernel alone: nothing of it runs."""


class Os(_Out):
    """The distribution's display name."""

    pretty_name: str


class Docker(_Out):
    """Of the image."""

    base_image: str
    os: Os
    image_id: str
    manifest_digest: str
    layers: list[str]
    base_image_remediation: Remediation | None


class LayerOf(_Out):
    """Where one layer comes from."""

    index: int
    diff_id: str
    origin: str
    created_by: str
    instruction: str
    dockerfile_file: str
    dockerfile_line: int | None
    copied_from: str


class Issues(_Out):
    """Numbers of issues, by origin."""

    base: int
    dockerfile: int
    unknown: int


class AttributionOf(_Out):
    """Origins of the image's layers. ``how`` is about the base's boundary, ``instructions`` about Dockerfile lines."""

    how: str
    evidence: str
    base_image: str
    base_digest: str
    base_layers: int | None
    base_stated: str
    base_edited: bool
    instructions: str
    issues: Issues
    layers: list[LayerOf]


class Filtered(_Out):
    """What a policy set aside."""

    ignore: list[str]
    patch: list[str]


class Document(_Out):
    """The whole answer."""

    vulnerabilities: list[Entry]
    """Each an `Entry`, made and encoded when its turn comes: thousands of them would take several times the memory."""
    ok: bool
    dependency_count: int
    judged_count: int
    coverage: str
    unjudged: dict[str, int]
    org: str
    policy: str
    is_private: bool
    package_manager: str
    docker: Docker
    summary: str
    filtered: Filtered
    unique_count: int
    severity_threshold: str
    target_file: str
    project_name: str
    display_target_file: str
    platform: str
    image: str
    path: str
    created: str
    gaps: list[Gap]
    feeds: list[FeedState]
    attribution: AttributionOf | None
    recommendations: Recommendations | None
    actions: ActionsOf | None
    gate: PolicyOf | None
    """What the policy says of it; ``policy`` is the old command's."""
    suppressed: list[SuppressedOf]
    vex: list[VexOf]
    lineage: list[StepOf]
    dockerfiles: tuple[str, ...]
    """Of a source tree: each is judged with the image that it builds."""


def _manager(package: Package, report: Report) -> str:
    """``debian:12`` for a distribution's packages, the package manager's name for others."""
    if package.type in SYSTEM_TYPES and report.inventory.distro is not None:
        return f"{report.inventory.distro.id}:{report.inventory.distro.version}"
    return manager_of(package.type)


def _identifiers(finding: Finding) -> Identifiers:
    vulnerability = finding.vulnerability
    names = (vulnerability.id, *vulnerability.aliases)
    known = ("CVE-", "GHSA-")
    return Identifiers(
        cve=[name for name in names if name.startswith("CVE-")],
        cwe=list(vulnerability.cwes),
        ghsa=[name for name in names if name.startswith("GHSA-")],
        alternative=[name for name in names if not name.startswith(known)],
    )


def _nvd(ratings: tuple[Rating, ...]) -> str:
    return next((rating.word.lower() for rating in ratings if rating.source == "nvd" and rating.word), "")


def _clean(report: Report) -> str:
    """What it means that nothing was found."""
    if report.coverage is Coverage.FULL:
        return "No known vulnerabilities"
    every = number_of(report.tested, "dependency", "dependencies")
    return f"No known vulnerabilities in {report.judged} of {every}; not everything was covered"


class _Writer:
    def __init__(self, report: Report, view: View) -> None:
        self._report = report
        self._declared = declared_packages(report)
        self._view = view
        self._found = shown(report, view)
        self._labels = {p.id: labeled(p) for p in report.inventory.packages}
        self._top = tree_name(report)

    def entries(self) -> Iterator[Entry]:
        """The elements of ``vulnerabilities``."""
        for issue in self._found:
            yield from self._entries(issue)

    def document(self) -> Document:
        """All the rest: ``vulnerabilities`` is empty."""
        report, view, found = self._report, self._view, self._found
        layers = [layer.diff_id for layer in report.image.layers]
        distro = report.inventory.distro
        types = {p.type for p in report.inventory.packages if not p.owner}
        paths = sum(
            (len(finding.from_paths) or 1) + finding.more_paths for issue in found for finding in issue.findings
        )
        return Document(
            vulnerabilities=[],
            ok=not found and report.coverage is Coverage.FULL,
            dependency_count=report.tested,
            judged_count=report.judged,
            coverage=report.coverage.value,
            unjudged=dict(Counter(package.type for package in report.unjudged)),
            org="",
            policy="",
            is_private=True,
            package_manager=next(
                (one.type for one in ecosystems.ECOSYSTEMS if one.system and one.type in types), "linux"
            ),
            docker=Docker(
                base_image=report.base_image,
                os=Os(pretty_name=distro.pretty_name if distro else ""),
                image_id=report.image.config_digest,
                manifest_digest=report.image.manifest_digest,
                layers=list(layers),
                base_image_remediation=recommendation_json.remediation(report.recommendation)
                if report.recommendation
                else None,
            ),
            summary=f"{paths} vulnerable dependency paths" if found else _clean(report),
            filtered=Filtered(
                ignore=list(dict.fromkeys(one.finding.vulnerability.id for one in report.suppressed)), patch=[]
            ),
            unique_count=len(found),
            severity_threshold=view.severity.word if view.severity else "low",
            target_file=report.target_file,
            project_name=project_name(report),
            display_target_file=report.target_file,
            platform=str(report.image.platform),
            image=report.image.name,
            path=report.image.name,
            created=rfc3339(report.created),
            gaps=[*report.gaps, *view.hidden(report)],
            feeds=list(report.feeds),
            attribution=self._attribution(),
            recommendations=recommendation_json.document(report.recommendation) if report.recommendation else None,
            actions=actions_json.document(report.actions) if report.actions else None,
            gate=policy_json.verdict(report.policy),
            suppressed=policy_json.suppressed(report),
            vex=policy_json.vex(report),
            lineage=lineage_json.steps(self._report, self._view),
            dockerfiles=self._report.inventory.dockerfiles,
        )

    def _attribution(self) -> AttributionOf | None:
        whose = self._report.attribution
        if whose is None:
            return None
        shares = self._view.shares(self._report)
        return AttributionOf(
            how=whose.base.how.value,
            evidence=whose.base.evidence,
            base_image=whose.base.name,
            base_stated=whose.base.stated,
            base_edited=whose.base.edited,
            base_digest=whose.base.digest,
            base_layers=whose.base.layers,
            instructions=whose.how.value,
            issues=Issues(base=shares.base, dockerfile=shares.dockerfile, unknown=shares.unknown),
            layers=[
                LayerOf(
                    index=one.index,
                    diff_id=layer.diff_id,
                    origin=one.origin.value,
                    created_by=one.created_by,
                    instruction=one.instruction,
                    dockerfile_file=one.place.file if one.place else "",
                    dockerfile_line=one.place.line if one.place else None,
                    copied_from=one.copied_from,
                )
                for one, layer in zip(whose.layers, self._report.image.layers, strict=True)
            ],
        )

    def _entries(self, issue: Issue) -> Iterator[Entry]:
        if self._view.group_issues:
            paths = [self._path(path) for finding in issue.findings for path in finding.from_paths]
            names = list(dict.fromkeys(ecosystems.displayed(finding.package) for finding in issue.findings))
            yield self._entry(issue.first, paths, names, [])
            return
        for finding in issue.findings:
            first, *others = map(self._path, finding.from_paths or ((finding.package.id,),))
            entry = self._entry(finding, first, ecosystems.displayed(finding.package), first)
            yield entry
            for path in others:
                upgrade = _upgrade(finding, path)
                yield msgspec.structs.replace(entry, from_=path, upgrade_path=upgrade, is_upgradable=bool(upgrade))

    def _path(self, steps: tuple[str, ...]) -> list[str]:
        return [self._top, *(self._labels.get(step, step) for step in steps)]

    def _entry(
        self, finding: Finding, from_: list[str] | list[list[str]], name: str | list[str], path: list[str]
    ) -> Entry:
        v, package = finding.vulnerability, finding.package
        upgrade = _upgrade(finding, path)
        layers = self._report.image.layers
        who = finding.who
        ours = who.origin is not Origin.BASE
        layer = layers[package.layer] if package.layer is not None and package.layer < len(layers) else None
        return Entry(
            id=v.id,
            title=headline(v, _TITLE) or v.id,
            severity=v.severity.word,
            severity_with_critical=v.severity.word,
            cvss_score=v.cvss_score,
            cvss_v3=next((rating.vector for rating in v.ratings if rating.vector.startswith("CVSS:3")), ""),
            identifiers=_identifiers(finding),
            package_name=package.source if package.type in SYSTEM_TYPES else ecosystems.spelled(package),
            package_manager=_manager(package, self._report),
            language="linux" if package.type in SYSTEM_TYPES else ecosystems.of(package.type).language or package.type,
            description=v.description,
            semver=Semver(vulnerable=list(finding.ranges)),
            patches=[],
            references=[Link(title=url, url=url) for url in v.references],
            publication_time=v.published,
            creation_time=v.published,
            modification_time=v.modified,
            disclosure_time=v.published,
            exploit="Known exploited" if v.kev_added else "",
            nvd_severity=_nvd(v.ratings),
            malicious=v.malicious,
            fixed_in=list(finding.all_fixed_in),
            nearest_fixed_in_version=finding.fixed_in or msgspec.UNSET,
            upgrade_path=upgrade,
            is_upgradable=bool(upgrade),
            is_patchable=False,
            name=name,
            version=package.version,
            from_=from_,
            purl=package.purl,
            status=finding.status.value,
            note=finding.note,
            severity_source=v.severity_source,
            ratings=list(v.ratings),
            cvss_vector=v.cvss_vector,
            epss=v.epss,
            epss_percentile=v.epss_percentile,
            kev_date_added=v.kev_added,
            kev_ransomware=v.kev_ransomware,
            advisories=list(v.advisories),
            feed=finding.feed,
            feeds=list(finding.feeds),
            matched_by=finding.matched_by,
            layer_index=package.layer,
            layer_diff_id=layer.diff_id if layer else "",
            layer_digest=layer.digest or "" if layer else "",
            locations=list(package.locations),
            direct_dependencies=[
                DirectOf(
                    name=ecosystems.displayed(one.package),
                    version=one.package.version,
                    purl=one.package.purl,
                    file=one.place.path,
                    line=one.place.line or None,
                )
                for one in direct_dependencies((finding,), self._declared)
            ],
            dockerfile_instruction=who.text if ours and who.place else "",
            docker_base_image=self._report.base_image if not ours else "",
            dockerfile_file=who.place.file if who.place else "",
            dockerfile_line=who.place.line if who.place else None,
            origin=who.origin.value,
            introduced_by=who.instruction,
            asked_for=who.asked_for,
            copied_from=who.copied_from,
            stage_instruction=who.stage_instruction,
            headers=ecosystems.holds_headers(package),
        )


def _upgrade(finding: Finding, path: list[str]) -> list[bool | str]:
    """What ends an issue of a package that was asked for itself."""
    if not finding.fixed_in or len(path) != 2:
        return []
    return [False, f"{ecosystems.displayed(finding.package)}@{finding.fixed_in}"]


def render(report: Report, view: View) -> bytes:
    """One JSON document, UTF-8, indented, ending in a line feed."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same in parts, one for each element of ``vulnerabilities``."""
    writer = _Writer(report, view)
    found = json_text.Filling("vulnerabilities", writer.entries(), 1)
    yield from json_text.in_parts(json_text.document(writer.document()), found)


def pieces(report: Report, view: View) -> tuple[Document, Callable[[], Iterator[Entry]]]:
    """The document without ``vulnerabilities``, and what makes their elements, as often as it is asked."""
    writer = _Writer(report, view)
    return writer.document(), writer.entries


def several(_count: int, view: View) -> JsonArray:
    """An array of such documents."""
    return JsonArray(parts, _failure, view)


class Failure(Value, omit_defaults=False):
    """What stands in place of an image's document."""

    image: str
    path: str
    ok: bool
    error: str
    hint: str


def _failure(name: str, error: str, hint: str) -> Failure:
    return Failure(image=name, path=name, ok=False, error=error, hint=hint)
